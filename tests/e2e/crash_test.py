"""kill -9 at random moments while incidents come and go: no page is lost, each is repeated at most
once for a kill, and a repeat says so. KILLS (default 200) and SEED may be given."""

import os
import pathlib
import random
import sys
import tempfile
import time

from house import Vigie, run_tests
from sinks import SmtpSink, WebhookSink

KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("SEED", str(int(time.time()))))

BOOK = """
name: crash
timezone: Europe/Paris
listen: ${VIGIE_LISTEN}
data: ${VIGIE_DATA}
collectors: {host: false, process: false}
global: {smtp_smarthost: "127.0.0.1:${SMTP}", smtp_from: "vigie@example.org", smtp_require_tls: false}
people:
  ana: {name: Ana, email: ana@example.org}
  ben: {name: Ben, email: ben@example.org, webhook: "http://127.0.0.1:${HOOK}/ben",
        notify: [{via: webhook}]}
teams: {core: {members: [ana, ben], escalation: core}}
schedules: {core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana]}]}}
escalations: {core: {levels: [{page: [ana, ben], wait: 30m}], repeat: 1}}
last-resort: [ana]
services: {thing: {team: core}}
"""


def declare_until_taken(vigie, title):
    """A person's act is accepted when answered 201; until then the person tries again."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            status, _ = vigie.request("POST", "/api/vigie/incidents",
                                      {"title": title, "service": "thing"}, timeout=2)
            if status == 201:
                return True
        except OSError:
            if vigie.process.poll() is not None:
                vigie.start()
            time.sleep(0.02)
    raise AssertionError(f"{title} was never accepted")


def crash_two_hundred_times():
    rng = random.Random(SEED)
    mails, hooks = SmtpSink(), WebhookSink()
    book = pathlib.Path(tempfile.mkdtemp(prefix="vigie-crash-"))
    (book / "vigie.yml").write_text(BOOK)
    vigie = Vigie(book, {"SMTP": str(mails.port), "HOOK": str(hooks.port)})
    accepted = []
    try:
        vigie.start()
        vigie.wait_ready()
        for kill in range(KILLS):
            title = f"trouble-{kill:04d}-end"
            declare_until_taken(vigie, title)
            accepted.append(title)
            # From before the page leaves to long after its outcome is known.
            time.sleep(rng.choice([0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]) * rng.random() * 2)
            vigie.kill()
            vigie.start()
        vigie.wait_ready(60)

        def all_settled():
            pages = vigie.get("/api/vigie/pages?limit=1000")["pages"]
            return all(page["state"] != "queued" for page in pages)

        vigie.until(all_settled, 60, "every page to be settled")
        judge(accepted, mails, hooks)
    finally:
        vigie.close()
        mails.shutdown()
        hooks.shutdown()


def judge(accepted, mails, hooks):
    by_mail = [m["headers"].get("subject", "") + m["body"] for m in mails.mails]
    by_hook = [str(p["body"]) for p in hooks.posts]
    lost = [t for t in accepted if not any(t in text for text in by_mail)]
    lost += [t for t in accepted if not any(t in text for text in by_hook)]
    if lost:
        raise AssertionError(f"seed {SEED}: lost {len(lost)}: {lost[:5]}")
    repeats = count_repeats([(m["headers"].get("message-id", ""),
                              m["headers"].get("x-vigie-repeat") == "1") for m in mails.mails])
    repeats += count_repeats([(p["headers"].get("idempotency-key", ""),
                               p["headers"].get("vigie-repeat") is not None) for p in hooks.posts])
    print(f"# seed {SEED}: {KILLS} kills, {len(accepted)} incidents, {len(mails.mails)} mails, "
          f"{len(hooks.posts)} webhooks, lost 0, repeated {repeats}, every repeat marked", flush=True)
    if repeats > 2 * KILLS:
        raise AssertionError(f"{repeats} repeats for {KILLS} kills of two pages each")


def count_repeats(deliveries):
    """Deliveries of one key after its first; each must say that it may be a repeat."""
    seen, repeats = set(), 0
    for key, marked in deliveries:
        if not key:
            raise AssertionError("a page without an idempotency key")
        if key in seen:
            repeats += 1
            if not marked:
                raise AssertionError(f"seed {SEED}: {key} was repeated without saying so")
        seen.add(key)
    return repeats


if __name__ == "__main__":
    sys.exit(run_tests("crash", [crash_two_hundred_times]))
