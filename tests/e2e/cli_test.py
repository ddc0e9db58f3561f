"""The command line as people and scripts meet it: exit statuses, --json, a terminal of 40 columns, completion in a real
bash, and a daemon that is down."""

import json
import os
import pty
import subprocess
import sys
import tempfile

from book_test import GOOD, write
from house import VIGIE, Vigie, run_tests

CHAIN = """
chains:
  orders:
    stages:
      - {name: gateway, flow: vector(1)}
      - {name: broker, flow: vector(1)}
      - {name: shop, after: [broker], flow: vector(1)}
      - {name: ledger, after: [broker], flow: vector(1)}
"""
BEN = 'people:\n  ben: {name: Ben, email: ben@example.org, phone: "+33600000002", notify: [{via: terminal}]}\n'
RUNBOOK = """---
title: Look first
params: {word: {help: What to say}}
guard: {cooldown: 10m, at-most: 3 per 1h}
---
## Look {#look}
```command approve=ask
echo {{ word }} about {{ labels.service }}
```
"""
FIRING = """
groups:
  - name: always
    interval: 1s
    rules:
      - {alert: Down, expr: vector(1), labels: {severity: critical, service: thing}}
      - {alert: Slow, expr: vector(1), labels: {severity: critical, service: thing}}
"""
LISTS = ["status", "health", "who", "alerts", "incident list", "runbook", "runs", "chain", "chain show orders", "fleet",
         "kinds", "version", "query up", "check"]


def started():
    vigie = Vigie(write(GOOD + CHAIN))
    vigie.start()
    vigie.wait_ready()
    return vigie


def started_with_acts():
    """With ben, and a runbook whose step wants a parameter, a label and a go-ahead."""
    text = GOOD.replace("people:\n", BEN, 1)
    text = text.replace("levels: [{page: [schedule core], wait: 5m}]",
                        "levels: [{page: [schedule core], wait: 5m}, {page: [ben], wait: 5m}]")
    book = write(text + "include: [look.md]\n")
    (book / "look.md").write_text(RUNBOOK)
    vigie = Vigie(book)
    vigie.start()
    vigie.wait_ready()
    return vigie


def in_terminal(vigie, columns, *words, typed="", **env):
    """What a terminal of that width shows."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "50"], stdin=slave, check=True)
    plain = {name: value for name, value in vigie.env.items() if name not in ("NO_COLOR", "TERM", "COLUMNS")}
    with subprocess.Popen([VIGIE, *words], env={**plain, "TERM": "xterm", **env}, stdin=slave, stdout=slave) as process:
        os.close(slave)
        out = b""
        os.write(master, typed.encode())
        try:
            while piece := os.read(master, 65536):
                out += piece
        except OSError:  # The other end is closed.
            pass
        process.wait(10)
    os.close(master)
    return out.decode().replace("\r\n", "\n")


def every_list_speaks_json_with_the_same_exit_status():
    vigie = started()
    try:
        for words in LISTS:
            plain, as_json = vigie.cli(*words.split()), vigie.cli(*words.split(), "--json")
            assert as_json.returncode == plain.returncode, (words, plain, as_json)
            json.loads(as_json.stdout)
        assert vigie.cli("incident", "list").returncode == 0
        vigie.cli("incident", "declare", "logins fail", "--service", "thing", check=True)
        assert vigie.cli("incident", "list", "--json").returncode == 1, "an open incident is bad"
        assert vigie.cli("status").returncode == 1
    finally:
        vigie.close()


def wrong_use_is_status_2_and_says_what_to_do():
    vigie = started()
    try:
        for words, hint in (("stats", "status"), ("status --jsn", '"--json"'), ("status extra", "vigie status --help"),
                            ("chain shw", "chain [list | show NAME]"), ("incident ack x", "number of an incident"),
                            ("who --at tomorrow", "2026-03-29 03:00"), ("query rate(up", "      ^"),
                            ("incident ack", "ack which incident?"), ("runs show", "show which run?"),
                            ("logs thing other", '"other" is one word too many: use vigie logs SERVICE'),
                            ("incident show 1 2", '"2" is one word too many'), ("chain list x", '"x" is one word'),
                            ("runs answer 1", "go|done|not_done"), ("who cor", 'did you mean "core"?'),
                            ("who nosuch", 'there is no team "nosuch"'), ("chain show ordrs", 'did you mean "orders"?'),
                            ("fleet show x", 'there is no fleet "x"'), ("logs thig", "there is no"),
                            ("incident declare x --severity bogus", "it is one of critical, "),
                            ("incident declare x --severity critcal", 'did you mean "critical"?'),
                            ("incident declare x --service thig", 'did you mean "thing"?')):
            done = vigie.cli(*words.split())
            assert done.returncode == 2 and hint in done.stderr, (words, done)
        assert vigie.cli("incident", "list").stdout == "no open incident\n", "nothing of that was done"
        wrong = json.loads(vigie.cli("chain", "show", "nope", "--json").stdout)
        assert wrong["error"]["code"] == "not_found" and "nope" in wrong["error"]["message"], wrong
        lost = vigie.cli("status", "--book", "/nowhere")
        assert lost.returncode == 2 and "--book" in lost.stderr, lost
    finally:
        vigie.close()


def a_narrow_terminal_is_enough_and_colours_are_not_forced():
    vigie = started()
    try:
        wide = in_terminal(vigie, 120, "chain", "show", "orders")
        assert "\x1b[" in wide and "─┬▶" in wide.replace("\x1b[2m", "").replace("\x1b[0m", ""), wide
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            narrow = in_terminal(vigie, 40, "status", **env)
            assert "\x1b" not in narrow, narrow
            longest = max(narrow.splitlines(), key=len)
            assert len(longest) <= 60, longest  # The sentence is prose and wraps by itself.
        narrow = in_terminal(vigie, 20, "chain", "show", "orders", NO_COLOR="1")
        assert "├▶ " in narrow and " shop\n" in narrow, narrow
    finally:
        vigie.close()


def bash_completes_words_and_names():
    vigie = started()
    try:
        def completed(*words):
            script = ('source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vigie; '
                      'echo "${COMPREPLY[@]}"')
            env = {**vigie.env, "PATH": f"{VIGIE.parent}:{os.environ['PATH']}"}
            done = subprocess.run(["bash", "-c", script, VIGIE, "vigie", *words], env=env, text=True,
                                  capture_output=True, timeout=30)
            assert done.returncode == 0 and not done.stderr, done
            return done.stdout.split()
        assert completed("st") == ["start", "status", "stop"]
        assert completed("chain", "") == ["list", "show"]
        assert completed("chain", "show", "o") == ["orders"]
        assert completed("logs", "") == ["thing"]
        assert completed("--book", str(vigie.book), "who", "c") == ["core"]
        assert "--note" in completed("incident", "ack", "1", "--")
        vigie.cli("incident", "declare", "logins fail", check=True)
        vigie.cli("incident", "declare", "it is slow", check=True)
        vigie.cli("incident", "resolve", "1", check=True)
        assert completed("incident", "ack", "") == ["2"], "only an open one can be answered"
        assert sorted(completed("incident", "show", "")) == ["1", "2"]
        assert "again" not in completed("runs", "")
        assert completed("incident", "declare", "x", "--severity", "c") == ["critical"]
        assert completed("incident", "declare", "x", "--service", "") == ["thing"]
        assert completed("incident", "ack", "2", "--as", "") == ["ana"]
        assert "complete -F _vigie vigie" in json.loads(vigie.cli("completion", "--json").stdout)["script"]
    finally:
        vigie.close()


def reading_goes_on_while_the_daemon_is_down():
    vigie = started()
    try:
        vigie.cli("incident", "declare", "logins fail", "--service", "thing", check=True)
        vigie.kill()
        shown = vigie.cli("incident", "show", "1")
        assert "logins fail" in shown.stdout and shown.stdout.startswith("✖ Vigie is NOT running (last heard"), shown
        assert "next: nothing: Vigie is not running\n" in shown.stdout and shown.returncode == 1, shown
        for words in ("health", "status"):
            told = vigie.cli(words)
            assert told.returncode == 3 and told.stdout.startswith("✖ Vigie is NOT running"), told
            assert "nobody will be paged" in told.stdout and " in 4 min" not in told.stdout, told
            answer = vigie.cli(words, "--json")
            document = json.loads(answer.stdout)
            assert answer.returncode == 3 and document["offline"] is True and document["last_known_at"], document
        assert document["at"] == document["last_known_at"], "what is known is of then"
        assert document["incidents"][0]["next"] == {"at": None, "what": "nothing: Vigie is not running"}, document
        assert "NOT running" not in vigie.cli("completion", "names", "chains").stdout
        assert "gateway" in vigie.cli("chain", "show", "orders").stdout
        (vigie.data / "logs").mkdir(exist_ok=True)
        (vigie.data / "logs" / "thing.log").write_text("one\ntwo\nthree\n")
        assert vigie.cli("logs", "thing", "--lines", "2").stdout.endswith("\ntwo\nthree\n")
        fleet = vigie.cli("fleet")
        assert fleet.returncode == 3 and "which devices are silent is known only to the running daemon" in fleet.stderr
        assert "/api" not in fleet.stderr and "fleets" not in fleet.stderr, fleet
        gone = vigie.cli("incident", "show", "99")
        assert gone.returncode == 2 and "there is no incident 99" in gone.stderr, gone
        stranger = vigie.cli("who", "cor")
        assert stranger.returncode == 2 and 'did you mean "core"?' in stranger.stderr, stranger
        act = vigie.cli("incident", "ack", "1")
        assert act.returncode == 3 and "vigie run --book" in act.stderr, act
        with tempfile.TemporaryDirectory() as place:
            file = os.path.join(place, "journal.jsonl")
            assert vigie.cli("backup", file).returncode == 0, "a backup needs no daemon"
    finally:
        vigie.close()


def an_act_takes_every_word_that_was_typed():
    vigie = started_with_acts()
    try:
        vigie.cli("incident", "declare", "Test", "one", check=True)
        vigie.cli("incident", "declare", "Test", "two", check=True)
        assert [i["title"] for i in vigie.incidents()] == ["Test two", "Test one"]
        done = vigie.cli("incident", "ack", "1", "2", "--as", "ben")
        assert done.returncode == 0 and done.stdout.count("acknowledged") == 2, done
        assert "incident 1: ▲ acknowledged; nothing more is planned: it is in Ben's hands\n" in done.stdout, done
        assert {i["owner"] for i in vigie.incidents()} == {"ben"}
        vigie.cli("incident", "note", "1", "the", "disk", "was", "full", check=True)
        assert "the disk was full" in vigie.cli("incident", "show", "1").stdout
        partly = vigie.cli("incident", "resolve", "1", "x")
        assert partly.returncode == 2 and len(vigie.incidents("open")) == 2, "all words are read before one is acted on"
        assert vigie.cli("incident", "resolve", "1", "2").returncode == 0 and not vigie.incidents("open")
    finally:
        vigie.close()


def resolving_what_still_fires_says_so():
    book = write(GOOD + "rule_files: [rules.yml]\n")
    (book / "rules.yml").write_text(FIRING)
    vigie = Vigie(book)
    try:
        vigie.start()
        vigie.wait_ready()
        vigie.until(lambda: vigie.incidents()[0]["alerts"] == 2, 20, "both alerts in one incident")
        (book / "rules.yml").write_text(FIRING.replace("vector(1)", "vector(1) > 1", 1))
        assert vigie.request("POST", "/-/reload")[0] == 200
        vigie.until(lambda: vigie.incidents()[0]["alerts"] == 1, 20, "one of them to end")
        over = next(a for a in vigie.get("/api/vigie/alerts")["alerts"] if a["state"] == "resolved")
        assert over["incident"] == 1, "it was part of this incident"
        (book / "rules.yml").write_text(FIRING)
        assert vigie.request("POST", "/-/reload")[0] == 200
        vigie.until(lambda: vigie.incidents()[0]["alerts"] == 2, 20, "both again")
        done = vigie.cli("incident", "resolve", "1")
        assert done.stdout == ("incident 1: ✔ resolved; 2 alerts are still firing, and nobody will be paged for them "
                               "again\n"), done
        assert vigie.incidents()[0]["still_firing"] == 2
    finally:
        vigie.close()


def who_acts_is_a_person_of_the_book():
    vigie = started_with_acts()
    try:
        vigie.cli("incident", "declare", "Test", check=True)
        vigie.env["VIGIE_PERSON"] = "bne"
        refused = vigie.cli("incident", "ack", "1")
        assert refused.returncode == 2 and 'there is no person "bne" (did you mean "ben"?)' in refused.stderr, refused
        assert vigie.incidents()[0]["state"] == "open"
        assert vigie.cli("status").returncode == 1, "who only looks needs no name"
        assert vigie.cli("incident", "ack", "1", "--as", "ana").returncode == 0, "--as goes before VIGIE_PERSON"
        assert vigie.incidents()[0]["owner"] == "ana"
        vigie.env["VIGIE_PERSON"] = "ben"
        link = vigie.cli("link")
        assert "#enter=" in link.stdout and "for Ben" in link.stderr, link
        other = vigie.cli("link", "an")
        assert other.returncode == 2 and 'did you mean "ana"?' in other.stderr, other
    finally:
        vigie.close()


def a_run_that_cannot_be_filled_does_not_begin():
    vigie = started_with_acts()
    try:
        vigie.cli("incident", "declare", "Test", "--service", "thing", check=True)
        for words, hint in (("--incident 99 --param word=x", "there is no incident 99"),
                            ("--param wrd=x", 'there is no parameter "wrd" (did you mean "word"?) of the runbook "look"')):
            wrong = vigie.cli("runbook", "run", "look", *words.split())
            assert wrong.returncode == 2 and hint in wrong.stderr, wrong
        status, answer = vigie.post("/api/vigie/runbooks/look/run", {"incident": 99})
        assert status == 404 and answer["error"]["field"] == "incident", answer
        lacks = vigie.cli("runbook", "run", "look", "--param", "word=x")
        assert lacks.returncode == 1 and '"labels.service" (name an incident that has this label)' in lacks.stderr, lacks
        lacks = vigie.cli("runbook", "run", "look", "--incident", "1")
        assert lacks.returncode == 1 and 'nothing fills "word" (give this parameter)' in lacks.stderr, lacks
        for words in ("show lok", "run lok"):
            wrong = vigie.cli("runbook", *words.split())
            assert wrong.returncode == 2 and 'no runbook "lok" (did you mean "look"?)' in wrong.stderr, wrong
        dry = vigie.cli("runbook", "run", "look", "--param", "word=x", "--dry-run")
        assert "echo x about" in dry.stdout and 'nothing fills "labels.service"' in dry.stdout, dry
        _, plan = vigie.post("/api/vigie/runbooks/look/run", {"dry_run": True})
        assert plan["missing"] == ["word", "labels.service"], plan
        assert not vigie.runs(), "nothing of that was begun"
    finally:
        vigie.close()


def a_run_that_waits_says_how_to_answer():
    vigie = started_with_acts()
    try:
        vigie.cli("incident", "declare", "Test", "--service", "thing", check=True)
        listed = vigie.cli("runbook", "list").stdout
        assert "at most 3 in 1 h, 10 min apart, 1 service at a time" in listed and "{" not in listed, listed
        begun = vigie.cli("runbook", "run", "look", "--incident", "1", "--param", "word=hello", "--as", "ben")
        assert begun.returncode == 0, begun
        vigie.until(lambda: vigie.runs()[0]["state"] == "waiting", 10, "the run to ask")
        shown = vigie.cli("runs", "show", "1").stdout
        assert "run 1 of look for incident 1, begun by" in shown and " so far\n" in shown, shown
        assert "vigie runs answer 1 go" in shown and "vigie runs cancel 1" in shown, shown
        assert vigie.cli("runs", "answer", "1", "go").returncode == 0
        vigie.until(lambda: vigie.runs()[0]["state"] == "succeeded", 10, "the run to end")
        shown = vigie.cli("runs", "show", "1").stdout
        assert "hello about thing" in shown and ", took " in shown and "vigie runs answer" not in shown, shown
    finally:
        vigie.close()


def a_step_by_hand_is_shown_before_it_runs():
    vigie = started_with_acts()
    try:
        vigie.cli("incident", "declare", "Test", "--service", "thing", check=True)
        words = ["runbook", "run", "look#look", "--incident", "1", "--param", "word=hello"]
        asked = in_terminal(vigie, 100, *words, NO_COLOR="1", typed="n\n")
        assert "echo hello about thing" in asked and "[y/N]" in asked and "nothing was done" in asked, asked
        assert not vigie.runs()
        piped = vigie.cli(*words)
        assert "echo hello about thing" in piped.stdout and "run 1 has begun" in piped.stdout, piped
        vigie.until(lambda: vigie.runs()[0]["state"] == "succeeded", 10, "the run to end")
        assert "run 2 has begun" in in_terminal(vigie, 100, *words, "--yes", NO_COLOR="1")
    finally:
        vigie.close()


def who_is_on_call_can_be_reached():
    vigie = started_with_acts()
    try:
        shown = vigie.cli("who").stdout
        assert "When nobody answers" in shown and "core  5 min  Ben    +33600000002, ben@example.org" in shown, shown
        duty = vigie.get("/api/vigie/who")["oncall"][0]
        assert duty["person"] == "ana" and duty["phone"] is None and duty["escalation"][0]["after_ms"] == 300_000, duty
    finally:
        vigie.close()


def what_was_not_written_is_not_good():
    vigie = started()
    try:
        with open("/dev/full", "w") as full:
            done = subprocess.run([VIGIE, "incident", "list", "--all"], env=vigie.env, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=30)
        assert done.returncode == 1 and "could not be written" in done.stderr, done
        assert "--json" in vigie.cli("chain", "--help").stdout
    finally:
        vigie.close()


if __name__ == "__main__":
    sys.exit(run_tests("cli", [every_list_speaks_json_with_the_same_exit_status,
                               wrong_use_is_status_2_and_says_what_to_do,
                               a_narrow_terminal_is_enough_and_colours_are_not_forced, bash_completes_words_and_names,
                               reading_goes_on_while_the_daemon_is_down,
                               an_act_takes_every_word_that_was_typed, resolving_what_still_fires_says_so, who_acts_is_a_person_of_the_book,
                               a_run_that_cannot_be_filled_does_not_begin, a_run_that_waits_says_how_to_answer,
                               a_step_by_hand_is_shown_before_it_runs, who_is_on_call_can_be_reached,
                               what_was_not_written_is_not_good]))
