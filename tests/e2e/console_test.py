"""The console in a real browser against a real daemon: keyboard alone, 390 pixels, weight, CSP.
The checks themselves are web/e2e/console.mjs."""

import os
import re
import subprocess
import sys

from book_test import GOOD, write
from house import ROOT, Vigie, run_tests


def the_console_passes_in_a_browser():
    vigie = Vigie(write(GOOD))
    try:
        vigie.start()
        vigie.wait_ready()
        env = {**os.environ, "VIGIE_URL": f"http://127.0.0.1:{vigie.port}",
               "VIGIE_TOKEN": vigie.link_token()}
        done = subprocess.run(["node", "e2e/console.mjs"], cwd=ROOT / "web", env=env, text=True,
                              capture_output=True, timeout=240)
        print(re.sub(r"^", "# ", done.stdout, flags=re.M), flush=True)
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    finally:
        vigie.close()


if __name__ == "__main__":
    sys.exit(run_tests("console", [the_console_passes_in_a_browser]))
