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
LISTS = ["status", "health", "who", "alerts", "incident list", "runbook", "runs", "chain", "chain show orders", "fleet",
         "kinds", "version", "query up", "check"]


def started():
    vigie = Vigie(write(GOOD + CHAIN))
    vigie.start()
    vigie.wait_ready()
    return vigie


def in_terminal(vigie, columns, *words, **env):
    """What a terminal of that width shows."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "50"], stdin=slave, check=True)
    plain = {name: value for name, value in vigie.env.items() if name not in ("NO_COLOR", "TERM", "COLUMNS")}
    with subprocess.Popen([VIGIE, *words], env={**plain, "TERM": "xterm", **env}, stdin=slave, stdout=slave) as process:
        os.close(slave)
        out = b""
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
                            ("who --at nonsense", "--at"), ("query rate(up", "      ^")):
            done = vigie.cli(*words.split())
            assert done.returncode == 2 and hint in done.stderr, (words, done)
        missing = vigie.cli("chain", "show", "nope")
        assert missing.returncode == 1 and "nope" in missing.stderr, missing
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
    finally:
        vigie.close()


def reading_goes_on_while_the_daemon_is_down():
    vigie = started()
    try:
        vigie.cli("incident", "declare", "logins fail", "--service", "thing", check=True)
        vigie.kill()
        shown = vigie.cli("incident", "show", "1")
        assert "logins fail" in shown.stdout and "from its journal" in shown.stderr, shown
        act = vigie.cli("incident", "ack", "1")
        assert act.returncode == 1 and "vigie run --book" in act.stderr, act
        with tempfile.TemporaryDirectory() as place:
            file = os.path.join(place, "journal.jsonl")
            assert vigie.cli("backup", file).returncode == 0, "a backup needs no daemon"
    finally:
        vigie.close()


if __name__ == "__main__":
    sys.exit(run_tests("cli", [every_list_speaks_json_with_the_same_exit_status,
                               wrong_use_is_status_2_and_says_what_to_do,
                               a_narrow_terminal_is_enough_and_colours_are_not_forced, bash_completes_words_and_names,
                               reading_goes_on_while_the_daemon_is_down]))
