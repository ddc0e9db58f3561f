"""The example book, whole and real: every process of the rehearsal stage, faults that are injected
over HTTP, and what Vigie makes of them. Rows A6 to A9, A14, A15, C19, D3, D4, D13, E2 to E4, E8."""

import json
import sys
import urllib.error
import urllib.request

from house import ROOT, Vigie, run_tests, stage_env

BOOK = ROOT / "examples" / "first-watch"
ports = stage_env()
vigie = Vigie(BOOK, ports)


def fault(role, **what):
    url = f"http://127.0.0.1:{ports['STAGE_' + role.upper()]}/fault"
    body = json.dumps(what).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=5).read()
    except OSError:
        if what["kind"] != "crash":
            raise


def mend(role):
    url = f"http://127.0.0.1:{ports['STAGE_' + role.upper()]}/fault"
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=5).read()


def mails():
    url = f"http://127.0.0.1:{ports['STAGE_MAILSINK']}/mails"
    return urllib.request.urlopen(url, timeout=5).read().decode()


def all_healthy():
    services = vigie.get("/api/vigie/services")["services"]
    return services and all(s["health"] == "healthy" for s in services)


def calm():
    """No incident is open, everything is well, and the chains flow."""
    now = vigie.get("/api/vigie/now")
    return (not now["incidents"] and not now["runs"] and all_healthy()
            and all(c["state"] == "ok" for c in now["chains"]))


def open_incident(*services):
    """Before a fault nothing is open, so what is open after it is about it; an incident of the same
    kind within ten minutes is the former one, opened again."""
    for incident in vigie.incidents("open"):
        if incident["service"] in services:
            return incident
    return None


def resolved(number):
    incident = vigie.get(f"/api/vigie/incidents/{number}")
    return incident if incident["state"] == "resolved" else None


def settle():
    vigie.until(calm, 150, "calm before the next fault", every=0.5)


def starts_everything_in_order():
    vigie.start()
    vigie.wait_ready()
    vigie.until(all_healthy, 60, "every service to be healthy")
    settle()
    assert vigie.cli("health").returncode == 0


def a_hanging_enricher_is_named_restarted_and_proved():
    """A8, A15: the stage that hangs is named, its runbook restarts it and looks whether it helped."""
    pid = vigie.service("datajs")["unit"]["pid"]
    runs = len(vigie.runs())
    fault("datajs", kind="hang")
    incident = vigie.until(lambda: open_incident("datajs"), 40, "an incident about datajs")
    pages = len(vigie.get(f"/api/vigie/incidents/{incident['id']}")["pages"])
    whole = vigie.until(lambda: resolved(incident["id"]), 90, "the incident to be resolved")
    assert whole["chain"] == "heartbeat" and whole["stage"] == "datajs", whole
    assert len(vigie.runs()) > runs and vigie.runs()[0]["state"] == "succeeded", vigie.runs()
    assert vigie.service("datajs")["unit"]["pid"] != pid
    kinds = {entry["kind"] for entry in whole["timeline"]}
    assert len(whole["timeline"]) >= 4 and len(kinds) >= 3, whole["timeline"]
    assert len(whole["pages"]) == pages, "the runbook helped, nobody should have been woken"
    settle()


def a_poisoned_topic_is_emptied_after_a_restart_did_not_help():
    """A7: restart, look, empty the topic, restart once more."""
    last = max([run["id"] for run in vigie.runs()], default=0)
    fault("datajs", kind="poison", topic="teamusages.dataEnrichement.heartbeatSercomm.send")

    def helped():
        for run in vigie.runs():
            if run["id"] <= last or run["state"] != "succeeded":
                continue
            steps = vigie.get(f"/api/vigie/runs/{run['id']}")["steps"]
            done = [s["title"].lower() for s in steps if s["state"] == "done"]
            if any("empty" in title for title in done):
                return resolved(run["incident"])
        return None

    whole = vigie.until(helped, 150, "the topic to be emptied and the incident resolved", every=0.5)
    assert whole["chain"] == "heartbeat" or whole["service"] == "datajs", whole
    settle()


def a_crashed_process_comes_back_by_itself():
    """E4: restarted with back-off, exactly one instance."""
    unit = vigie.service("dataenricher")["unit"]
    fault("dataenricher", kind="crash")

    def back():
        now = vigie.service("dataenricher")
        return (now["health"] == "healthy" and now["unit"]["restarts"] > unit["restarts"]
                and now["unit"]["pid"] != unit["pid"])

    vigie.until(back, 30, "dataenricher to be back")
    settle()


def a_broken_dependency_is_the_cause_and_its_victims_page_nobody():
    """A14: offre is down, so all of camunda fails; one incident, about offre."""
    fault("offre", kind="hang", sticky=True)
    try:
        incident = vigie.until(lambda: open_incident("offre"), 40, "an incident about offre")
        path = f"/api/vigie/incidents/{incident['id']}"
        vigie.until(lambda: vigie.get(path)["pages"], 120,
                    "somebody to be paged after the runbook failed", every=0.5)
        assert open_incident("camunda") is None
        answered = vigie.cli("incident", "ack", str(incident["id"]))
        assert answered.returncode == 0, answered.stderr
        vigie.until(lambda: "offre" in mails(), 20,
                    "a mail about offre")
        page = vigie.get(path)["pages"][-1]
        why = vigie.cli("why", str(page["id"]))
        assert why.returncode == 0 and "page" in why.stdout, why.stderr
    finally:
        mend("offre")
    vigie.until(lambda: resolved(incident["id"]), 90, "the incident to be resolved once mended")
    settle()


def a_killed_daemon_finds_its_processes_and_incidents_again():
    """kill -9: the units go on, the same processes are adopted, nothing is forgotten."""
    pids = {s["name"]: s["unit"]["pid"] for s in vigie.get("/api/vigie/services")["services"]}
    status, made = vigie.post("/api/vigie/incidents", {"title": "a rehearsal", "service": "event"})
    assert status == 201, made
    vigie.kill()
    offline = vigie.cli("incident", "show", str(made["id"]))
    assert "a rehearsal" in offline.stdout and "from its journal" in offline.stderr, offline
    vigie.start()
    vigie.wait_ready()
    after = {s["name"]: s["unit"]["pid"] for s in vigie.get("/api/vigie/services")["services"]}
    assert after == pids, f"{pids} became {after}"
    found = vigie.get(f"/api/vigie/incidents/{made['id']}")
    assert found["title"] == "a rehearsal" and found["state"] != "resolved"
    status, _ = vigie.post(f"/api/vigie/incidents/{made['id']}/resolve", {"note": "done"})
    assert status == 200
    status, _ = vigie.post(f"/api/vigie/incidents/{made['id']}/resolve")
    assert status == 409
    settle()


def prometheus_clients_are_answered():
    up = vigie.get("/api/v1/query?query=count(up%20==%201)")
    assert float(up["data"]["result"][0]["value"][1]) >= 14, up
    rules = vigie.get("/api/v1/rules")["data"]["groups"]
    assert any(rule["name"] == "NodeLoadHigh" for group in rules for rule in group["rules"])
    assert vigie.get("/api/v1/targets")["data"]["activeTargets"]
    status, text = vigie.request("GET", "/api/v1/query?query=sum(")
    assert status == 400 and "bad_data" in text, text


def strangers_are_refused():
    """C19: the console's data needs a session; a GET never acts; other sites may not act."""
    base = f"http://127.0.0.1:{vigie.port}"
    for path, status in (("/api/vigie/now", 401), ("/api/vigie/nothing", 404), ("/", 200)):
        try:
            got = urllib.request.urlopen(base + path, timeout=5).status
        except urllib.error.HTTPError as refused:
            got = refused.code
        assert got == status, f"{path}: {got}"
    request = urllib.request.Request(base + "/api/v1/query", b"query=up",
                                     {"Origin": "http://evil.example", "Content-Type":
                                      "application/x-www-form-urlencoded"})
    try:
        urllib.request.urlopen(request, timeout=5)
        raise AssertionError("another site's page was let in")
    except urllib.error.HTTPError as refused:
        assert refused.code == 403


def is_alive(pid):
    """A zombie has ended; only its parent has not looked yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def stops_everything_it_started():
    pids = [s["unit"]["pid"] for s in vigie.get("/api/vigie/services")["services"]]
    assert vigie.stop() == 0
    alive = [pid for pid in pids if is_alive(pid)]
    assert not alive, f"left behind: {alive}"


if __name__ == "__main__":
    try:
        sys.exit(run_tests("first_watch", [
            starts_everything_in_order,
            prometheus_clients_are_answered,
            strangers_are_refused,
            a_hanging_enricher_is_named_restarted_and_proved,
            a_crashed_process_comes_back_by_itself,
            a_poisoned_topic_is_emptied_after_a_restart_did_not_help,
            a_broken_dependency_is_the_cause_and_its_victims_page_nobody,
            a_killed_daemon_finds_its_processes_and_incidents_again,
            stops_everything_it_started,
        ]))
    finally:
        vigie.close()
