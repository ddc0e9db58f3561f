"""Units on the real daemon: started in order of their needs' health, judged by their state where
nobody checks them, ended with all that they left. Rows E3, E8."""

import sys

from book_test import GOOD, write
from house import Vigie, run_tests

UNITS = """
services:
  slow:
    team: core
    run: {process: {command: [sleep, "1000"]}}
    health: [{exec: [test, -e, $READY], every: 200ms, timeout: 200ms, retries: 100, start-period: 60s}]
  waits: {team: core, needs: {slow: healthy}, run: {process: {command: [sleep, "1001"]}}}
  broken: {team: core, run: {restart: "on-failure:1", process: {command: ["false"]}}}
  parent: {team: core, run: {restart: "no", process: {command: "sleep 777 & echo $! > $KID; exit 0"}}}
  late: {team: core, run: {process: {command: "setsid sleep 778 & echo $! > $LATE; exec sleep 1002"}}}
"""
BOOK = GOOD.replace("services: {thing: {team: core}}\n", UNITS)


def started():
    # Beside the data, so that everything goes when the test does.
    vigie = Vigie(write(""))
    names = {"$READY": "ready", "$KID": "kid", "$LATE": "late"}
    text = BOOK
    for name, file in names.items():
        text = text.replace(name, str(vigie.dir / file))
    (vigie.book / "vigie.yml").write_text(text)
    vigie.start()
    vigie.wait_ready()
    return vigie


vigie = started()


def unit(name):
    return vigie.service(name)["unit"]


def lives(file):
    pid = int((vigie.dir / file).read_text())
    try:
        with open(f"/proc/{pid}/stat", encoding="utf8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def what_needs_health_waits_for_it():
    vigie.until(lambda: unit("slow")["pid"], 20, "the first to start")
    vigie.stays(lambda: unit("waits")["state"] == "waiting", 3, "nobody starts before what it needs is healthy")
    assert vigie.service("slow")["health"] != "healthy"
    (vigie.dir / "ready").touch()
    vigie.until(lambda: unit("waits")["state"] == "running", 20, "the second to start")
    assert vigie.service("slow")["health"] == "healthy"


def what_was_given_up_is_not_healthy():
    vigie.until(lambda: unit("broken")["state"] == "failed", 20, "Vigie to give up")
    assert vigie.service("broken")["health"] == "unhealthy", vigie.service("broken")
    health = vigie.cli("health")
    assert health.returncode == 1 and "broken" in health.stdout, health


def nothing_is_left_of_what_ended():
    vigie.cli("start", "parent", check=True)
    vigie.until(lambda: (vigie.dir / "kid").exists() and unit("parent")["state"] == "stopped", 20, "the parent's end")
    assert not lives("kid"), "a child outlived a unit that is called stopped"


def a_stop_of_vigie_ends_every_tree():
    vigie.until(lambda: lives("late"), 20, "the child")
    vigie.stop()
    assert not lives("late")


if __name__ == "__main__":
    try:
        status = run_tests("supervise", [what_needs_health_waits_for_it, what_was_given_up_is_not_healthy,
                                         nothing_is_left_of_what_ended, a_stop_of_vigie_ends_every_tree])
    finally:
        vigie.close()
    sys.exit(status)
