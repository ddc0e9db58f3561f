"""The example book, whole and real: Vigie starts the platform, answers who asks, refuses strangers,
survives kill -9 and a minute's absence, and stops all that it started. What it makes of each fault
is in stage_faults_test.py. Rows C19, D3, D4, D13, E2 to E4, E8."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

from house import run_tests
from rehearsal import Rehearsal, moment, now

vigie = Rehearsal()


def starts_everything_in_order():
    vigie.begin()
    assert not vigie.incidents(), vigie.incidents()
    assert vigie.cli("health").returncode == 0


def pids():
    return {s["name"]: s["unit"]["pid"] for s in vigie.get("/api/vigie/services")["services"]}


def a_killed_daemon_finds_its_processes_and_incidents_again():
    """kill -9: the units go on, the same processes are adopted, nothing is forgotten."""
    before = pids()
    status, made = vigie.post("/api/vigie/incidents", {"title": "a rehearsal", "service": "event"})
    assert status == 201, made
    vigie.kill()
    offline = vigie.cli("incident", "show", str(made["id"]))
    assert "a rehearsal" in offline.stdout and "Vigie is NOT running" in offline.stdout, offline
    vigie.start()
    vigie.wait_ready()
    assert pids() == before, f"{before} became {pids()}"
    found = vigie.get(f"/api/vigie/incidents/{made['id']}")
    assert found["title"] == "a rehearsal" and found["state"] != "resolved"
    status, _ = vigie.post(f"/api/vigie/incidents/{made['id']}/resolve", {"note": "done"})
    assert status == 200
    status, _ = vigie.post(f"/api/vigie/incidents/{made['id']}/resolve")
    assert status == 409
    vigie.settle()


def service(name):
    services = vigie.get("/api/vigie/services")["services"]
    return next(each for each in services if each["name"] == name)


def what_a_person_stops_stays_stopped():
    """Neither a rule nor a runbook takes what somebody wanted for a fault; a kill changes nothing."""
    since = now()
    stopped = vigie.cli("stop", "devicemanagement")
    assert stopped.returncode == 0, stopped
    vigie.until(lambda: service("devicemanagement")["why"] == "stopped by hand", 20, "the stop")
    vigie.stays(lambda: not vigie.begun(since), 8, "no incident")
    vigie.kill()
    vigie.start()
    vigie.wait_ready()
    vigie.until(lambda: service("devicemanagement")["why"] == "stopped by hand", 20, "the stop")
    vigie.stays(lambda: not vigie.begun(since), 8, "no incident")
    assert service("devicemanagement")["unit"]["state"] == "stopped"
    assert vigie.cli("start", "devicemanagement").returncode == 0
    vigie.until(lambda: service("devicemanagement")["health"] == "healthy", 20, "its health")
    vigie.settle()
    assert not vigie.begun(since), vigie.begun(since)


def loki_alert(state):
    found = [one for one in vigie.alerts() if one["labels"]["alertname"] == "LokiDown"]
    return found[0] if found and found[0]["state"] == state else None


def a_pending_alert_keeps_its_time_over_a_kill():
    """`for` counts from when the condition began, not from the new start."""
    vigie.fault("loki", "refuse", sticky=True)
    pending = vigie.until(lambda: loki_alert("pending"), 20, "LokiDown to be pending")
    vigie.kill()
    vigie.start()
    vigie.wait_ready()
    firing = vigie.until(lambda: loki_alert("firing"), 20, "LokiDown to fire")
    assert firing["active_at"] == pending["active_at"], (pending, firing)
    waited = moment(firing["fired_at"]) - moment(pending["active_at"])
    assert 10 <= waited.total_seconds() < 11, (pending, firing)
    vigie.mend("loki")
    vigie.settle()


def a_minute_without_vigie_makes_no_false_alarm():
    """Rates, heartbeats and robots over the hole are no news; the platform went on without us."""
    newest = vigie.newest_mail()
    before = pids()
    vigie.kill()
    vigie.away(65)
    since = now()
    vigie.start()
    vigie.wait_ready()
    vigie.stays(lambda: not vigie.begun(since) and not vigie.mails(newest), 30, "quiet")
    vigie.settle()
    assert not vigie.begun(since) and not vigie.mails(newest)
    assert pids() == before, f"{before} became {pids()}"


def a_manual_is_run_step_by_step():
    """A page without front matter: each fence is a step that a person may run."""
    dry = vigie.cli("runbook", "run", "free-storage", "--dry-run")
    assert dry.returncode == 0 and "df -h" in dry.stdout, dry
    without = vigie.cli("runbook", "run", "free-storage#who-fills-the-disk")
    assert without.returncode != 0 and "directory" in without.stderr, without
    dumps = vigie.dir / "dumps of a mediator"
    dumps.mkdir()
    old, fresh = dumps / "old.hprof", dumps / "fresh.hprof"
    for each in (old, fresh):
        each.write_text("memory")
    last_week = time.time() - 8 * 86400
    os.utime(old, (last_week, last_week))
    assert "Filesystem" in run_step("who-fills-the-disk", dumps)
    listed = run_step("remove-dumps-older-than-a-week", dumps)
    assert str(old) in listed and str(fresh) not in listed, listed
    assert old.exists(), "the list alone deletes nothing"
    run_step("remove-dumps-older-than-a-week.2", dumps)
    assert fresh.exists() and not old.exists()


def run_step(step, directory):
    """One step by hand; what it printed."""
    begun = vigie.cli("runbook", "run", f"free-storage#{step}", "--param", f"directory={directory}",
                      "--json")
    assert begun.returncode == 0, begun
    path = f"/api/vigie/runs/{json.loads(begun.stdout)['run']}"
    ended = vigie.until(lambda: vigie.get(path)["ended_at"] and vigie.get(path), 20,
                        "the step to end")
    assert ended["state"] == "succeeded", ended
    return ended["steps"][-1]["output"]


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
            a_manual_is_run_step_by_step,
            a_killed_daemon_finds_its_processes_and_incidents_again,
            what_a_person_stops_stays_stopped,
            a_pending_alert_keeps_its_time_over_a_kill,
            a_minute_without_vigie_makes_no_false_alarm,
            stops_everything_it_started,
        ]))
    finally:
        vigie.close()
