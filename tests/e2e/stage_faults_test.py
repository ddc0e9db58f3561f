"""Each fault of the rehearsal stage, on real processes: the right stage is named, the right runbook
runs, it is verified or somebody is paged, nobody else is, and one incident closes with all of its
story. A new fault is a new row. Rows A7 to A9, A11, A12, A14, A15, A18 of the manuals."""

import dataclasses
import json
import os
import sys
from typing import Callable, Optional

from house import run_tests
from rehearsal import Rehearsal, moment, now

vigie = Rehearsal({
    # So that the second person is called within the test, and silence is noticed sooner.
    "ONCALL_WAIT": "10s",
    "STAGE_INACTIVE_AFTER": "15s",
})


@dataclasses.dataclass
class Fault:
    role: str
    kind: str
    more: dict = dataclasses.field(default_factory=dict)
    #: The incident's; "" for one of no service, none when no incident is opened.
    service: Optional[str] = None
    chain: Optional[str] = None
    stage: Optional[str] = None
    #: The alerts that it must hold; `either`: at least one of them.
    alerts: tuple = ()
    either: tuple = ()
    #: The first run's runbook and how it ends; no runbook: a person is paged at once.
    runbook: Optional[str] = None
    outcome: str = "succeeded"
    #: What the page says; no words: nobody is paged.
    page: tuple = ()
    #: Services whose alerts are attached as victims.
    victims: tuple = ()
    #: Seconds until the incident, and until the page.
    opens: int = 20
    pages: int = 45
    #: What must be seen of a fault without an incident.
    seen: Optional[Callable] = None
    #: What a person does once paged.
    cure: Optional[Callable] = None
    #: People called: the first alone, unless nobody answers.
    called: int = 1

    @property
    def name(self):
        words = [self.role, self.kind] + [f"{k}={v}" for k, v in self.more.items()]
        return "_".join(words).replace(".", "_")


def restarted_by_itself(role):
    before = vigie.service(role)["unit"]

    def seen():
        unit = vigie.service(role)["unit"]
        return (vigie.service(role)["health"] == "healthy" and unit["pid"] != before["pid"]
                and unit["restarts"] > before["restarts"])

    return seen


def fires(alertname):
    return lambda: any(a["labels"]["alertname"] == alertname and a["state"] == "firing"
                       for a in vigie.alerts())


def in_order(kinds, wanted):
    """Whether `wanted` is found in `kinds` in this order, with others between."""
    rest = iter(kinds)
    return all(kind in rest for kind in wanted)


def opened(row, since):
    found = [one for one in vigie.begun(since) if (one["service"] or "") == row.service]
    return found[0] if found else None


def paged(row, number, mails_before):
    """The page that left for it, as it arrived."""
    for mail in vigie.mails(mails_before):
        if f"(#{number})" in mail["subject"] and "Why you:" in mail["text"]:
            return mail
    return None


def check_runs(row, number, runs_before):
    runs = [vigie.get(f"/api/vigie/runs/{run['id']}") for run in reversed(vigie.runs())
            if run["id"] > runs_before and run["automatic"]]
    if row.runbook is None:
        assert not runs, runs
        return
    assert [run["runbook"] for run in runs] == [row.runbook], runs
    assert runs[0]["state"] == row.outcome and runs[0]["incident"] == number, runs
    steps = runs[0]["steps"]
    if row.outcome == "succeeded":
        assert [step for step in steps if step["kind"] == "verify"][-1]["state"] == "done", steps
    else:
        assert any(step["state"] == "failed" for step in steps), steps


def check_unit(row, pid):
    """A runbook that restarts has restarted: another process, and one only."""
    unit = vigie.service(row.service)["unit"]
    assert unit["pid"] != pid and unit["state"] == "running", unit


def check_story(row, number, since):
    incident = vigie.incident(number)
    assert incident["state"] == "resolved", incident
    story = vigie.story(number, since)
    kinds = [entry["kind"] for entry in story]
    wanted = ["reopened" if "reopened" in kinds else "opened", "alert"]
    if row.runbook:
        wanted += ["run", "step", "step", "run"]
        verified = any("(verify): done" in entry["text"] for entry in story)
        assert verified or row.outcome != "succeeded", story
    if row.page:
        wanted += ["page", "take" if "take" in kinds else "ack"]
    assert in_order(kinds, wanted + ["resolved"]), f"{wanted} are not in {story}"
    assert (incident["chain"], incident["stage"]) == (row.chain, row.stage), incident
    names = {alert["labels"]["alertname"] for alert in incident["alert_list"]
             if since <= moment(alert["fired_at"])}
    assert names >= set(row.alerts), f"{names} lacks some of {row.alerts}"
    assert not row.either or names & set(row.either), f"{names} holds none of {row.either}"
    assert all(alert["state"] == "resolved" for alert in incident["alert_list"]), incident
    attached = [entry["why"] for entry in story if "attached as a victim" in entry["text"]]
    for victim in row.victims:
        assert any(f"{victim} needs" in why for why in attached), f"no {victim} in {attached}"


def with_incident(row, since, mails_before, runs_before):
    pid = vigie.service(row.service)["unit"]["pid"] if row.runbook else None
    what = f"an incident about {row.service or row.chain}"
    number = vigie.until(lambda: opened(row, since), row.opens, what)["id"]
    if row.page:
        mail = vigie.until(lambda: paged(row, number, mails_before), row.pages, "the page")
        check_page(row, number, mail)
        (row.cure or acknowledge_and_mend)(row, number, mails_before)
    vigie.until(lambda: vigie.incident(number)["state"] == "resolved", 120, "the incident to close")
    vigie.settle()
    check_runs(row, number, runs_before)
    if row.runbook:
        check_unit(row, pid)
    check_story(row, number, since)
    tell(number, since)
    begun = vigie.begun(since)
    assert [one["id"] for one in begun] == [number], begun
    pages = [mail for mail in vigie.mails(mails_before) if "Why you:" in mail["text"]]
    assert len(pages) == (row.called if row.page else 0), pages
    # Who was paged is told how it went on, and nobody is told of anything else; that the incident of the row before
    # is over is told half a minute after its end.
    subjects = [mail["subject"] for mail in vigie.mails(mails_before)]
    strange = [one for one in subjects if f"(#{number})" not in one and not one.endswith("): resolved")]
    assert not strange, strange


def check_page(row, number, mail):
    for words in row.page + ((f"service {row.service}",) if row.service else ()):
        assert words in mail["text"], f"\"{words}\" is not in {mail['text']}"
    page = vigie.incident(number)["pages"][-1]
    why = vigie.cli("why", str(page["id"]))
    assert why.returncode == 0 and f"incident {number}" in why.stdout, why


def tell(number, since):
    """For people who look: VIGIE_TELL=1."""
    if "VIGIE_TELL" not in os.environ:
        return
    for entry in vigie.story(number, since):
        print(f"    {(moment(entry['at']) - since).total_seconds():6.1f} s  {entry['kind']}: "
              f"{entry['text']} ({entry['why']})")


def acknowledge_and_mend(row, number, _):
    answered = vigie.cli("incident", "ack", str(number))
    assert answered.returncode == 0, answered.stderr
    vigie.mend(row.role)


def nobody_answers_then_the_second(row, number, mails_before):
    """The first is paged and does not answer: after the level's wait it is the second's turn."""
    first = vigie.mails(mails_before)[0]["to"]
    second = vigie.until(lambda: [mail for mail in vigie.mails(mails_before)
                                  if f"(#{number})" in mail["subject"] and mail["to"] != first],
                         40, "the second person's page")[0]
    assert "level 2 of core" in second["text"], second["text"]
    acknowledge_and_mend(row, number, mails_before)


def empty_the_topic(_, number, mails_before):
    """What the runbook leaves to a person: lost alarms are a decision."""
    assert vigie.cli("incident", "take", str(number)).returncode == 0
    assert ask_and_go("restart-dataenricher#empty", number)["state"] == "succeeded"
    assert vigie.cli("restart", "dataenricher").returncode == 0


def ask_and_go(runbook, number):
    """Runs it by hand for that incident, says go if it asks, and gives how it ended."""
    asked = vigie.cli("runbook", "run", runbook, "--incident", str(number), "--json")
    assert asked.returncode == 0, asked
    run = json.loads(asked.stdout)["run"]
    path = f"/api/vigie/runs/{run}"
    vigie.until(lambda: vigie.get(path)["state"] != "running", 30, "the run to ask or end")
    if vigie.get(path)["state"] == "waiting":
        assert vigie.cli("runs", "answer", str(run), "again").returncode == 0
    return vigie.until(lambda: vigie.get(path)["ended_at"] and vigie.get(path), 90,
                       "the run to end")


def run_the_robots_page(row, number, mails_before):
    """The page for lost robots runs when a person asks, and asks before it restarts."""
    assert vigie.cli("incident", "ack", str(number)).returncode == 0
    dry = vigie.cli("runbook", "run", "robot-missing", "--incident", str(number), "--dry-run")
    assert dry.returncode == 0 and "restart camunda" in dry.stdout, dry
    assert ask_and_go("robot-missing", number)["state"] == "succeeded"


def rested(row):
    """A runbook that has helped a service rests for ten seconds; sooner it would be held back."""
    ended = [run["ended_at"] for run in vigie.runs()
             if run["runbook"] == row.runbook and run["automatic"] and run["ended_at"]
             and vigie.incident(run["incident"])["service"] == row.service]
    return all((now() - moment(at)).total_seconds() > 11 for at in ended)


def play(row):
    vigie.settle()
    vigie.until(lambda: row.runbook is None or rested(row), 15, "the runbook to have rested")
    seen = row.seen(row.role) if row.seen is restarted_by_itself else row.seen
    mails_before, runs_before = vigie.newest_mail(), vigie.newest_run()
    since = now()
    vigie.fault(row.role, row.kind, **row.more)
    try:
        if row.service is not None:
            return with_incident(row, since, mails_before, runs_before)
        vigie.until(seen, 30, "what the fault does")
    finally:
        # What a restart has not mended: sticky ones, and roles that nothing restarts.
        vigie.until(lambda: vigie.mend(row.role) or True, 20, f"{row.role} to be mended")
    vigie.settle()
    assert not vigie.begun(since), vigie.begun(since)
    assert not vigie.mails(mails_before), vigie.mails(mails_before)


STUCK = "restart-service-hung"
HEARTBEATS = "teamusages.dataEnrichement.heartbeatSercomm.send"

ROWS = [
    Fault("datajs", "hang", service="datajs", chain="heartbeat", stage="datajs",
          alerts=("ServiceDown",), runbook=STUCK),
    Fault("offre", "crash", seen=restarted_by_itself),
    Fault("dataenricher", "drop", {"share": 0.5}, service="dataenricher", chain="alarm",
          stage="dataenricher", alerts=("StageLosesMessages",), runbook=STUCK, opens=40),
    Fault("loki", "refuse", seen=fires("LokiDown")),
    Fault("offre", "refuse", service="offre", alerts=("ServiceDown",), runbook="offre-down"),
    # Both chains stand still at one place, and what needs the broker with them.
    Fault("broker", "hang", {"sticky": True}, service="broker",
          alerts=("ServiceDown", "AlarmStalled", "HeartbeatStalled"), runbook=STUCK,
          outcome="escalated", page=("did not help",)),
    Fault("datajs", "slow", {"ms": 500}, service="datajs", chain="heartbeat", stage="datajs",
          alerts=("StageLags",), runbook="restart-datajs", opens=30),
    Fault("event", "refuse", {"sticky": True}, service="event", chain="alarm", stage="event",
          alerts=("ServiceDown",), runbook=STUCK, outcome="escalated",
          page=("chain alarm, stage event", "did not help"), cure=nobody_answers_then_the_second,
          called=2),
    Fault("signaling", "leak", {"mb_per_second": 40}, service="signaling",
          alerts=("ServiceMemoryHigh",), runbook="free-memory"),
    Fault("thingsboard", "hang", {"sticky": True}, service="thingsboard",
          alerts=("ServiceDown", "AlarmStalled", "HeartbeatStalled"), runbook=STUCK,
          outcome="escalated", page=("did not help",)),
    Fault("reporter", "slow", {"ms": 1000}, service="reporter", alerts=("ReporterRefuses",),
          runbook=STUCK, opens=40),
    Fault("datajs", "poison", {"topic": HEARTBEATS}, service="datajs", chain="heartbeat",
          stage="datajs", either=("HeartbeatStalled", "StageLags"), runbook="restart-datajs",
          opens=40),
    Fault("offre", "hang", {"sticky": True}, service="offre", alerts=("ServiceDown",),
          runbook="offre-down", outcome="escalated", page=("did not help",), victims=("camunda",)),
    Fault("devicemanagement", "refuse", service="devicemanagement", alerts=("ServiceDown",),
          runbook=STUCK),
    Fault("dataenricher", "poison", service="dataenricher", chain="alarm", stage="dataenricher",
          either=("AlarmStalled", "StageLags"), runbook="restart-dataenricher",
          outcome="escalated", page=("chain alarm, stage dataenricher", "did not help"),
          opens=40, cure=empty_the_topic),
    Fault("devicemanagement", "leak", {"mb_per_second": 40}, service="devicemanagement",
          alerts=("ServiceMemoryHigh",), runbook="free-memory"),
    Fault("event", "hang", service="event", chain="alarm", stage="event",
          alerts=("ServiceDown",), runbook=STUCK),
    Fault("gateways", "drop", {"share": 0.3}, service="", chain="heartbeat",
          alerts=("DevicesInactive",), page=("chain heartbeat", "no runbook"), opens=60),
    Fault("camunda", "hang", service="camunda", chain="alarm", stage="camunda",
          alerts=("ServiceDown",), runbook=STUCK),
    # Alarms flow and the service answers; only the robot sees that they come too late.
    Fault("camunda", "slow", {"ms": 1500}, service="camunda", chain="alarm", stage="camunda",
          alerts=("RobotMissing",), page=("no runbook",), opens=90, cure=run_the_robots_page),
]


def test_of(row):
    def test():
        play(row)
    test.__name__ = row.name
    return test


def starts_without_an_incident():
    vigie.begin()
    assert not vigie.incidents(), vigie.incidents()


if __name__ == "__main__":
    chosen = [row for row in ROWS if not sys.argv[1:] or any(w in row.name for w in sys.argv[1:])]
    try:
        tests = [starts_without_an_incident] + [test_of(row) for row in chosen]
        sys.exit(run_tests("stage_faults", tests))
    finally:
        vigie.close()
