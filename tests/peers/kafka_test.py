"""A robot over a real Kafka: its message goes in by the Kafka protocol, the rehearsal stage's datajs
and thingsboard read it from there, and the robot finds it at each of them. Row A12, A13.

usage: kafka_test.py LIBRARIES    a folder with Kafka's jars (tools/test-peers fetches them)
"""

import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from house import STAGE, Vigie, free_ports, run_tests  # noqa: E402

TOPIC = "teamusages.dataEnrichement.heartbeatSercomm.send"
LIBRARIES = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/peers/kafka")


class Kafka:
    """One broker that is its own controller, on free loopback ports."""

    def __init__(self, folder):
        self.port, controller = free_ports(2)
        self.folder = folder
        self.settings = folder / "server.properties"
        self.settings.write_text("\n".join(f"{name}={value}" for name, value in {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": folder / "kafka",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
        }.items()))
        self.process = None
        self.java("kafka.tools.StorageTool", "format", "-t", "dmlnaWUta2Fma2EtdGVzdA", "-c",
                  self.settings).check_returncode()

    def command(self, *words):
        return ["java", "-Xmx256m", "-cp", f"{LIBRARIES}/*", *map(str, words)]

    def java(self, *words):
        return subprocess.run(self.command(*words), capture_output=True, timeout=60)

    def start(self):
        self.process = subprocess.Popen(self.command("kafka.Kafka", self.settings),
                                        stdout=open(self.folder / "kafka.log", "ab"),
                                        stderr=subprocess.STDOUT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Door(http.server.BaseHTTPRequestHandler):
    """Tells the stage's roles where Kafka is, as its own broker does."""

    def do_GET(self):
        body = json.dumps({"generation": "real", "bootstrap": f"127.0.0.1:{kafka.port}",
                           "floors": {}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def book(folder, door):
    ports = dict(zip(("datajs", "thingsboard"), free_ports(2)))

    def role(name, **peers):
        flags = [word for peer, where in peers.items() for word in (f"--{peer}", str(where))]
        return {"team": "core", "health": [{"http": f"http://127.0.0.1:{ports[name]}/health",
                                            "every": "1s", "start-period": "30s"}],
                "run": {"process": {"command": [str(STAGE), name, "--port", str(ports[name]),
                                                "--data", str(folder / name), *flags]}}}

    services = {
        "thingsboard": role("thingsboard", broker="off", event="off", telesurveillance="off",
                            camunda="off"),
        "datajs": role("datajs", broker=door, thingsboard=ports["thingsboard"]),
    }
    robot = {"every": "2s", "send-timeout": "5s",
             "send": {"kafka": {"brokers": f"127.0.0.1:{kafka.port}", "topic": TOPIC,
                                "value": json.dumps({"id": "{{id}}", "device": "robot"})}},
             "expect": [{"stage": name, "within": "10s",
                         "http": f"http://127.0.0.1:{ports[name]}/seen/{{{{id}}}}"}
                        for name in ("datajs", "thingsboard")]}
    (folder / "vigie.yml").write_text(json.dumps({  # JSON is YAML.
        "name": "peers", "listen": "${VIGIE_LISTEN}", "data": "${VIGIE_DATA}",
        "people": {"ana": {"name": "Ana", "notify": [{"via": "terminal"}]}},
        "teams": {"core": {"members": ["ana"], "escalation": "core"}},
        "escalations": {"core": {"levels": [{"page": ["ana"], "wait": "30m"}]}},
        "last-resort": ["ana"], "services": services,
        "chains": {"heartbeat": {"robot": robot, "stages": [
            {"name": "topic"}, {"name": "datajs", "service": "datajs"},
            {"name": "thingsboard", "service": "thingsboard"}]}}}))
    return ports


def robot_says(stage):
    chain = vigie.get("/api/vigie/chains/heartbeat")
    return next(each for each in chain["stages"] if each["name"] == stage)["robot"]


def robot_finds_its_message_everywhere():
    vigie.start()
    vigie.wait_ready(30)
    for stage in ("datajs", "thingsboard"):
        vigie.until(lambda: robot_says(stage) == "ok", 60, f"the robot at {stage}")


def robot_names_the_stage_that_hangs():
    base = f"http://127.0.0.1:{ports['datajs']}/fault"
    urllib.request.urlopen(urllib.request.Request(base, b'{"kind": "hang"}', method="POST"), timeout=5)
    vigie.until(lambda: robot_says("datajs") in ("late", "missing"), 60, "the robot to miss its message")


def robot_goes_on_after_the_broker_was_killed():
    vigie.cli("restart", "datajs", check=True)
    vigie.until(lambda: robot_says("thingsboard") == "ok", 60, "the robot")
    kafka.kill()
    vigie.until(lambda: robot_says("datajs") in ("late", "missing"), 60, "the robot to see it")
    kafka.start()
    for stage in ("datajs", "thingsboard"):
        vigie.until(lambda: robot_says(stage) == "ok", 90, f"the robot at {stage}")


if __name__ == "__main__":
    home = pathlib.Path(tempfile.mkdtemp(prefix="vigie-kafka-"))
    kafka = Kafka(home)
    door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    ports = book(home, door.server_port)
    vigie = Vigie(home)
    try:
        kafka.start()
        status = run_tests("kafka", [robot_finds_its_message_everywhere,
                                     robot_names_the_stage_that_hangs,
                                     robot_goes_on_after_the_broker_was_killed])
    finally:
        vigie.close()
        kafka.kill()
        door.shutdown()
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(status)
