"""A bad book: every error at once with its place, exit 2; a bad reload leaves the old book running
and says so; a newer journal is refused."""

import pathlib
import signal
import sqlite3
import sys
import tempfile

from house import Vigie, run_tests

GOOD = """
name: small
listen: ${VIGIE_LISTEN}
data: ${VIGIE_DATA}
people:
  ana: {name: Ana, notify: [{via: terminal}]}
teams: {core: {members: [ana], escalation: core}}
schedules: {core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana]}]}}
escalations: {core: {levels: [{page: [schedule core], wait: 5m}]}}
last-resort: [ana]
services: {thing: {team: core}}
"""
BAD = GOOD.replace("team: core}", "team: cor, need: {x: healthy}}").replace("people: [ana]", "people: [bob]")


def write(text):
    book = pathlib.Path(tempfile.mkdtemp(prefix="vigie-book-"))
    (book / "vigie.yml").write_text(text)
    return book


def check_reports_every_error_with_its_place():
    vigie = Vigie(write(BAD))
    try:
        checked = vigie.cli("check")
        assert checked.returncode == 2, checked
        for words in ('bob', 'cor', 'need'):
            lines = [l for l in checked.stdout.splitlines() if words in l and "vigie.yml:" in l]
            assert lines, f"no line about {words}:\n{checked.stdout}"
            file, line, column, _ = lines[0].split(":", 3)
            assert int(line) > 1 and int(column) > 0
        vigie.start()
        assert vigie.process.wait(10) == 2
    finally:
        vigie.close()


def a_bad_reload_leaves_the_old_book_running():
    book = write(GOOD)
    vigie = Vigie(book)
    try:
        vigie.start()
        vigie.wait_ready()
        (book / "vigie.yml").write_text(BAD)
        status, text = vigie.request("POST", "/-/reload")
        assert status == 400 and "bob" in text, text
        assert "refused" in vigie.get("/-/ready", raw=True)
        assert "vigie_book_refused 1" in vigie.get("/metrics", raw=True)
        assert vigie.get("/api/vigie/now")["book"]["problem"]
        assert [s["name"] for s in vigie.get("/api/vigie/services")["services"]] == ["thing"]
        (book / "vigie.yml").write_text(GOOD.replace("thing:", "other:"))
        vigie.process.send_signal(signal.SIGHUP)
        def in_force():
            now = vigie.get("/api/vigie/now")
            return (now["book"]["problem"] is None
                    and [s["name"] for s in now["services"]] == ["other"])

        vigie.until(in_force, 10, "the new book to be in force")
    finally:
        vigie.close()


def a_reload_says_what_needs_a_restart():
    book = write(GOOD)
    vigie = Vigie(book)
    try:
        vigie.start()
        vigie.wait_ready()
        (book / "vigie.yml").write_text(GOOD + "\nretention: {metrics: 9d}\n")
        status, text = vigie.request("POST", "/-/reload")
        assert status == 400 and "retention changes only with a restart" in text, text
        assert "retention" in vigie.get("/-/ready", raw=True)
        (book / "vigie.yml").write_text(GOOD + "\nlog: {format: json}\n")
        status, text = vigie.request("POST", "/-/reload")
        assert status == 200, text
        vigie.until(lambda: '"a new book is in force' in vigie.log(), 10, "a line of JSON in the log")
    finally:
        vigie.close()


def a_socket_that_cannot_be_made_is_named():
    vigie = Vigie(write(GOOD))
    try:
        (vigie.data / "vigie.sock" / "in-the-way").mkdir(parents=True)
        refused = vigie.cli("run")
        assert refused.returncode == 1 and "vigie.sock" in refused.stderr, refused
    finally:
        vigie.close()


def a_second_daemon_and_a_newer_journal_are_refused():
    book = write(GOOD)
    vigie = Vigie(book)
    try:
        vigie.start()
        vigie.wait_ready()
        second = vigie.cli("run")
        assert second.returncode == 1 and "another Vigie" in second.stderr, second
        vigie.stop()
        with sqlite3.connect(vigie.data / "journal.db") as db:
            db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
        third = vigie.cli("run")
        assert third.returncode == 1 and "a newer Vigie" in third.stderr, third
    finally:
        vigie.close()


def beyond_loopback_needs_tls():
    vigie = Vigie(write(GOOD), {"VIGIE_LISTEN": "0.0.0.0:0"})
    try:
        for verb in ("check", "run"):
            refused = vigie.cli(verb)
            told = refused.stderr + refused.stdout
            assert refused.returncode == 2, refused
            assert 'vigie.yml:3:9: "listen" is ${VIGIE_LISTEN}, beyond this machine' in told and "tls" in told, told
    finally:
        vigie.close()


if __name__ == "__main__":
    sys.exit(run_tests("book", [check_reports_every_error_with_its_place,
                                a_bad_reload_leaves_the_old_book_running,
                                a_reload_says_what_needs_a_restart,
                                a_socket_that_cannot_be_made_is_named,
                                a_second_daemon_and_a_newer_journal_are_refused,
                                beyond_loopback_needs_tls]))
