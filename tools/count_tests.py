"""Sums what the test programs in one ctest log say of themselves: "PASSED FAILED"."""

import re
import sys

PATTERNS = [
    # googletest
    (re.compile(r"\[  PASSED  \] (\d+) tests?\."), "passed"),
    (re.compile(r"\[  FAILED  \] (\d+) tests?, listed below"), "failed"),
    # vitest: "Tests  2 failed | 61 passed (63)"
    (re.compile(r"^\s*(?:\d+: )?\s*Tests\s.*?(\d+) passed"), "passed"),
    (re.compile(r"^\s*(?:\d+: )?\s*Tests\s.*?(\d+) failed"), "failed"),
    # our own runners: "stories: 12 passed, 0 failed"
    (re.compile(r"^(?:\d+: )?[\w.-]+: (\d+) passed"), "passed"),
    (re.compile(r"^(?:\d+: )?[\w.-]+: \d+ passed, (\d+) failed"), "failed"),
]


def main() -> None:
    totals = {"passed": 0, "failed": 0}
    escape = re.compile(r"\x1b\[[0-9;]*m")
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            line = escape.sub("", line)
            for pattern, what in PATTERNS:
                found = pattern.search(line)
                if found:
                    totals[what] += int(found.group(1))
    print(totals["passed"], totals["failed"])


main()
