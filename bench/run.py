"""Vigie beside Prometheus + Alertmanager + node_exporter of Debian, in one run on one machine.

Prints, each with the ratio: from the sample that breaks a condition to the page leaving the
machine, the cost of idling, from start to ready, the size of the binaries. Usage:
bench/run.py [--rounds 60] [--targets 200] [--idle 30]
"""

import argparse
import asyncio
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from house import VIGIE, free_ports  # noqa: E402


class World:
    """One HTTP server that plays every target and takes every page."""

    def __init__(self):
        self.broken = None      # Number of the target whose next scrape shows the fault.
        self.shown_at = None    # When that sample left us.
        self.pages = {}         # Fault's name -> when the page came.
        self.fault = ""

    async def serve(self, port):
        self.server = await asyncio.start_server(self.connection, "127.0.0.1", port)

    async def connection(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                line = head.split(b"\r\n", 1)[0].decode()
                method, path, _ = line.split(" ")
                length = 0
                for field in head.lower().split(b"\r\n"):
                    if field.startswith(b"content-length:"):
                        length = int(field.split(b":")[1])
                body = await reader.readexactly(length) if length else b""
                reply = self.answer(method, path, body)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(reply) + reply)
                if self.showing:
                    self.shown_at = time.monotonic()
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    showing = False

    def answer(self, method, path, body):
        self.showing = False
        if method == "POST":
            now = time.monotonic()
            text = body.decode()
            if self.fault and self.fault in text and "resolved" not in text[:400]:
                self.pages.setdefault(self.fault, now)
            return b""
        number = int(path.rsplit("/", 1)[1])
        lines = [f"load_{i} {i * 1.5}" for i in range(50)]
        broken = self.broken == number
        if broken and self.shown_at is None:
            self.showing = True
        lines.append(f'broken{{fault="{self.fault}"}} {1 if broken else 0}' if broken
                     else "broken 0")
        return ("\n".join(lines) + "\n").encode()


def scrape_config(targets, port):
    return {"job_name": "bench", "scrape_interval": "1s", "scrape_timeout": "1s",
            "relabel_configs": [
                {"source_labels": ["n"], "target_label": "__metrics_path__", "replacement": "/t/$1"}],
            "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"n": str(i)}}
                               for i in range(targets)]}


RULES = {"groups": [{"name": "bench", "interval": "1s", "rules": [
    {"alert": "Broken", "expr": "broken == 1", "labels": {"severity": "critical"},
     "annotations": {"summary": "fault {{ $labels.fault }}"}}]}]}


def write(path, value):
    path.write_text(json.dumps(value))  # JSON is YAML.


def start_vigie(folder, targets, world_port):
    port = free_ports(1)[0]
    write(folder / "rules.yml", RULES)
    write(folder / "vigie.yml", {
        "name": "bench", "listen": f"127.0.0.1:{port}", "data": "./data",
        "collectors": {"host": {"enabled": False}, "process": {"enabled": False}},
        "people": {"ana": {"name": "Ana", "webhook": f"http://127.0.0.1:{world_port}/page",
                           "notify": [{"via": "webhook"}]}},
        "teams": {"core": {"members": ["ana"], "escalation": "core"}},
        "escalations": {"core": {"levels": [{"page": ["ana"], "wait": "30m"}]}},
        "last-resort": ["ana"],
        "route": {"receiver": "none", "escalation": "core"}, "receivers": [{"name": "none"}],
        "rule_files": ["rules.yml"], "scrape_configs": [scrape_config(targets, world_port)]})
    return [subprocess.Popen([VIGIE, "run", "--book", folder], stdout=subprocess.DEVNULL,
                             stderr=open(folder / "log", "wb"))]


def start_prometheus(folder, targets, world_port):
    prometheus, alertmanager = free_ports(2)
    write(folder / "rules.yml", RULES)
    write(folder / "am.yml", {
        "route": {"receiver": "hook", "group_by": ["fault"], "group_wait": "0s",
                  "group_interval": "1s", "repeat_interval": "4h"},
        "receivers": [{"name": "hook", "webhook_configs": [
            {"url": f"http://127.0.0.1:{world_port}/page", "send_resolved": False}]}]})
    write(folder / "prometheus.yml", {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "alerting": {"alertmanagers": [{"static_configs": [
            {"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "rule_files": ["rules.yml"], "scrape_configs": [scrape_config(targets, world_port)]})
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return [
        subprocess.Popen(["prometheus-alertmanager", f"--config.file={folder}/am.yml",
                          f"--storage.path={folder}/am", "--cluster.listen-address=",
                          f"--web.listen-address=127.0.0.1:{alertmanager}"], **quiet),
        subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml",
                          f"--storage.tsdb.path={folder}/tsdb",
                          f"--web.listen-address=127.0.0.1:{prometheus}"], **quiet)]


async def latency(start, rounds, targets):
    """From the breaking sample leaving its target to the page arriving, in seconds."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-bench-"))
    world = World()
    port = free_ports(1)[0]
    await world.serve(port)
    processes = start(folder, targets, port)
    found = []
    try:
        await asyncio.sleep(8)
        for number in range(rounds):
            world.shown_at = None
            world.fault = f"f{number:05d}x"
            world.broken = (number * 7) % targets
            end = time.monotonic() + 20
            while world.fault not in world.pages and time.monotonic() < end:
                await asyncio.sleep(0.0005)
            if world.fault in world.pages:
                found.append(world.pages[world.fault] - world.shown_at)
            else:
                print(f"  no page for {world.fault}", file=sys.stderr)
            world.broken = None
            await asyncio.sleep(1.2)
    finally:
        end_all(processes)
        world.server.close()
        shutil.rmtree(folder, ignore_errors=True)
    return found


def end_all(processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cost_of(pids, seconds):
    """Share of one core and resident MiB of processes, over a stretch of time."""
    def ticks():
        total = 0
        for pid in pids:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total

    before = ticks()
    time.sleep(seconds)
    share = (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds
    resident = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                resident += int(line.split()[1]) / 1024
    return share, resident


def idle(seconds):
    """One host and ten services: Vigie alone, and the three programs that do the same."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-idle-"))
    services = {f"s{i}": {"team": "core", "run": {"process": {"command": ["sleep", "100000"]}},
                          "health": [{"exec": {"command": ["true"]}, "every": "30s"}]}
                for i in range(10)}
    port = free_ports(1)[0]
    write(folder / "vigie.yml", {
        "name": "idle", "listen": f"127.0.0.1:{port}", "data": "./data", "services": services,
        "people": {"ana": {"name": "Ana", "notify": [{"via": "terminal"}]}},
        "teams": {"core": {"members": ["ana"], "escalation": "core"}},
        "escalations": {"core": {"levels": [{"page": ["ana"], "wait": "30m"}]}},
        "last-resort": ["ana"]})
    started = time.monotonic()
    vigie = [subprocess.Popen([VIGIE, "run", "--book", folder], stdout=subprocess.DEVNULL,
                              stderr=open(folder / "log", "wb"))]
    wait_http(f"http://127.0.0.1:{port}/-/ready")
    ready = time.monotonic() - started
    time.sleep(10)
    ours = cost_of([vigie[0].pid], seconds)
    end_all(vigie)

    node, *_ = free_ports(1)
    prom = free_ports(1)[0]
    write(folder / "prometheus.yml", {
        "global": {"scrape_interval": "15s"}, "scrape_configs": [
            {"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{node}"]}]}]})
    write(folder / "am.yml", {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]})
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = time.monotonic()
    theirs = [
        subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml",
                          f"--storage.tsdb.path={folder}/tsdb",
                          f"--web.listen-address=127.0.0.1:{prom}"], **quiet),
        subprocess.Popen(["prometheus-alertmanager", f"--config.file={folder}/am.yml",
                          f"--storage.path={folder}/am", "--cluster.listen-address=",
                          f"--web.listen-address=127.0.0.1:{free_ports(1)[0]}"], **quiet),
        subprocess.Popen(["prometheus-node-exporter",
                          f"--web.listen-address=127.0.0.1:{node}"], **quiet)]
    wait_http(f"http://127.0.0.1:{prom}/-/ready")
    their_ready = time.monotonic() - started
    time.sleep(10)
    peers = cost_of([p.pid for p in theirs], seconds)
    end_all(theirs)
    shutil.rmtree(folder, ignore_errors=True)
    return ours, peers, ready, their_ready


def wait_http(url):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"{url} does not answer")


def row(name, ours, theirs, unit, digits=1):
    ratio = theirs / ours if ours else float("inf")
    print(f"{name:<44} {ours:>10.{digits}f} {theirs:>12.{digits}f} {unit:<5} {ratio:>7.1f}x", flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--idle", type=int, default=30)
    wanted = parser.parse_args()
    print(f"{'':<44} {'Vigie':>10} {'Prom+AM(+NE)':>12}")
    ours = asyncio.run(latency(start_vigie, wanted.rounds, wanted.targets))
    theirs = asyncio.run(latency(start_prometheus, wanted.rounds, wanted.targets))
    for name, pick in (("median", statistics.median), ("p99", lambda v: percentile(v, 0.99)),
                       ("max", max)):
        row(f"sample to page, {wanted.targets} targets at 1 s, {name}", pick(ours) * 1e3,
            pick(theirs) * 1e3, "ms")
    mine, peers, ready, their_ready = idle(wanted.idle)
    row("idle, one host and ten services, resident", mine[1], peers[1], "MiB")
    row("idle, share of a core", mine[0] * 100, peers[0] * 100, "%", 2)
    row("start to ready", ready * 1e3, their_ready * 1e3, "ms")
    size = sum(os.path.getsize(shutil.which(p)) for p in
               ("prometheus", "prometheus-alertmanager", "prometheus-node-exporter"))
    row("binaries", os.path.getsize(VIGIE) / 2**20, size / 2**20, "MiB")


main()
