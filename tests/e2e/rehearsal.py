"""The example book with its whole platform: faults go in over HTTP, and what left the machine is
read from the platform's own mail sink."""

import datetime
import json
import urllib.request

from house import ROOT, Vigie, stage_env

BOOK = ROOT / "examples" / "first-watch"


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Rehearsal(Vigie):
    """One daemon on the example book, on free ports. `env` overrides the book's variables."""

    def __init__(self, env=None):
        self.ports = stage_env()
        super().__init__(BOOK, {**self.ports, **(env or {})})

    def url(self, role, path):
        return f"http://127.0.0.1:{self.ports['STAGE_' + role.upper()]}{path}"

    def fault(self, role, kind, **more):
        body = json.dumps({"kind": kind, **more}).encode()
        request = urllib.request.Request(self.url(role, "/fault"), body,
                                         {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=5).read()
        except OSError:
            if kind != "crash":
                raise

    def mend(self, role):
        request = urllib.request.Request(self.url(role, "/fault"), method="DELETE")
        urllib.request.urlopen(request, timeout=5).read()

    def post_to(self, role, path):
        request = urllib.request.Request(self.url(role, path), b"", method="POST")
        return json.loads(urllib.request.urlopen(request, timeout=5).read())

    def mails(self, after=0):
        """Pages and notices, oldest first."""
        answer = urllib.request.urlopen(self.url("mailsink", f"/mails?after={after}"), timeout=5)
        return json.loads(answer.read())["mails"]

    def newest_mail(self):
        return max([mail["number"] for mail in self.mails()], default=0)

    def newest_run(self):
        return max([run["id"] for run in self.runs()], default=0)

    def incident(self, number):
        return self.get(f"/api/vigie/incidents/{number}")

    def story(self, number, since):
        """What the timeline says from that moment on."""
        return [entry for entry in self.incident(number)["timeline"]
                if moment(entry["at"]) >= since]

    def begun(self, since):
        """Incidents that were opened, or opened again, from that moment on."""
        out = []
        for summary in self.incidents():
            kinds = {entry["kind"] for entry in self.story(summary["id"], since)}
            if kinds & {"opened", "reopened"}:
                out.append(summary)
        return out

    def alerts(self):
        """Of the platform: this machine's own load is not what is tested."""
        return [alert for alert in self.get("/api/vigie/alerts")["alerts"]
                if alert["state"] != "resolved"
                and (alert["labels"].get("service") or alert["labels"].get("chain"))]

    def all_healthy(self):
        services = self.get("/api/vigie/services")["services"]
        return services and all(one["health"] == "healthy" for one in services)

    def calm(self):
        """Nothing is open, nothing is about to be, every service is well and the chains flow."""
        document = self.get("/api/vigie/now")
        return (not document["incidents"] and not document["runs"] and not self.alerts()
                and self.all_healthy() and all(one["state"] == "ok" for one in document["chains"]))

    def settle(self, seconds=120):
        self.until(self.calm, seconds, "calm", every=0.25)

    def begin(self):
        self.start()
        self.wait_ready()
        self.until(self.all_healthy, 60, "every service to be healthy")
        self.settle()
