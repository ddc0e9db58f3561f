"""Runs the built vigie on free ports for one test, talks to it over its unix socket, and ends it by
process id, also when the test fails."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("VIGIE_BUILD", ROOT / "build"))
VIGIE = BUILD / "vigie"
STAGE = BUILD / "vigie-stage"


def free_ports(count):
    """Ports that were free a moment ago; all held at once, so that they differ."""
    held = []
    for _ in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        held.append(one)
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("vigie", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Vigie:
    """One daemon on one book. `env` goes on top of the test's own environment."""

    def __init__(self, book, env=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vigie-e2e-"))
        self.data = self.dir / "data"
        self.book = pathlib.Path(book)
        self.port = free_ports(1)[0]
        self.env = {**os.environ, "VIGIE_LISTEN": f"127.0.0.1:{self.port}",
                    "VIGIE_DATA": str(self.data), "VIGIE_STAGE": str(STAGE),
                    "VIGIE_BOOK": str(self.book), **(env or {})}
        self.process = None
        self.output = open(self.dir / "run.log", "ab")

    def start(self):
        self.process = subprocess.Popen([VIGIE, "run", "--book", self.book], env=self.env,
                                        stdout=self.output, stderr=self.output)

    def wait_ready(self, seconds=20):
        self.until(lambda: self.get("/-/ready", raw=True).startswith("Vigie is ready"), seconds,
                   "the daemon to be ready")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Orderly; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def close(self, keep=False):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        self.end_leftovers()
        self.output.close()
        if not keep:
            shutil.rmtree(self.dir, ignore_errors=True)

    def end_leftovers(self):
        """Units of a daemon that was killed go on by design; the test must not leave them."""
        mark = str(self.data).encode()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "cmdline").read_bytes() and int(entry.name) != os.getpid():
                    os.kill(int(entry.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue

    def log(self):
        return (self.dir / "run.log").read_text(errors="replace")

    def link_token(self):
        out = self.cli("link").stdout
        return out.strip().split("#enter=")[1]

    def cli(self, *words, check=False):
        return subprocess.run([VIGIE, *words], env=self.env, capture_output=True, text=True,
                              timeout=60, check=check)

    def request(self, method, path, body=None, timeout=10):
        connection = UnixConnection(self.data / "vigie.sock", timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Vigie-Person": "ana"})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def get(self, path, raw=False):
        status, text = self.request("GET", path)
        if raw:
            return text
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {text}")
        return json.loads(text)

    def post(self, path, body=None):
        status, text = self.request("POST", path, body or {})
        return status, json.loads(text or "{}")

    def until(self, holds, seconds, what, every=0.1):
        """Waits for the world, with a deadline; errors while it is not there yet are no answer."""
        end = time.monotonic() + seconds
        last = None
        while time.monotonic() < end:
            try:
                found = holds()
                if found:
                    return found
            except (OSError, http.client.HTTPException, AssertionError, KeyError, IndexError) as problem:
                last = problem
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"the daemon ended while waiting for {what}:\n{self.log()[-3000:]}")
            time.sleep(every)
        raise AssertionError(f"not within {seconds} s: {what} ({last})\n{self.log()[-3000:]}")

    def stays(self, holds, seconds, what, every=0.5):
        """The opposite of until(): that something does not happen can only be waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert holds(), f"not for {seconds} s: {what}\n{self.log()[-3000:]}"
            time.sleep(every)

    @staticmethod
    def away(seconds):
        """While nobody watches."""
        time.sleep(seconds)

    # What the tests ask most.
    def incidents(self, state="all"):
        return self.get(f"/api/vigie/incidents?state={state}")["incidents"]

    def service(self, name):
        return self.get(f"/api/vigie/services/{name}")

    def runs(self):
        return self.get("/api/vigie/runs")["runs"]


STAGE_ROLES = ["GATEWAYS", "BROKER", "REPORTER", "DATAENRICHER", "DATAJS", "THINGSBOARD", "EVENT",
               "TELESURVEILLANCE", "CAMUNDA", "OFFRE", "DEVICEMANAGEMENT", "MAILSINK", "SMTP", "LOKI",
               "SIGNALING"]


def stage_env():
    """A free port for every role of the rehearsal stage."""
    return {f"STAGE_{role}": str(port) for role, port in zip(STAGE_ROLES, free_ports(len(STAGE_ROLES)))}


def run_tests(name, tests):
    """Runs functions in order; each takes nothing. Prints one line each and the closing count."""
    passed = failed = 0
    for test in tests:
        started = time.monotonic()
        try:
            test()
            passed += 1
            print(f"ok {test.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as problem:  # noqa: BLE001 - every failure is reported and counted
            failed += 1
            line = traceback.extract_tb(problem.__traceback__)[-1]
            print(f"not ok {test.__name__}: {problem} ({line.filename}:{line.lineno}: {line.line})",
                  flush=True)
    print(f"{name}: {passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0
