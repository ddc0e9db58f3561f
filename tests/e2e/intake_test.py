"""What comes in, against a real daemon: a key makes a repeated act one act, also across kill -9; a disk that takes
nothing answers 507 and is alerted about; a backup restores to the same state."""

import json
import resource
import struct
import sys
import time

from book_test import GOOD, write
from house import UnixConnection, Vigie, run_tests

FLEET = "fleets: {gw: {inactive-after: 1m, intake: [{http: true}]}}\ncollectors: {host: false, process: false}\n"
DECLARE = {"title": "logins fail", "service": "thing"}


def send(vigie, method, path, body=None, key=None):
    """Status, headers and body; bytes go as they are."""
    connection = UnixConnection(vigie.data / "vigie.sock", 10)
    headers = {"Vigie-Person": "ana", **({"Idempotency-Key": key} if key else {})}
    try:
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body)
        connection.request(method, path, data, headers)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()
    finally:
        connection.close()


def started(book=GOOD):
    vigie = Vigie(write(book))
    vigie.start()
    vigie.wait_ready()
    return vigie


def a_key_makes_one_act_of_two_also_after_kill_9():
    vigie = started()
    try:
        first = send(vigie, "POST", "/api/vigie/incidents", DECLARE, "k1")
        assert first[0] == 201, first
        vigie.kill()
        vigie.start()
        vigie.wait_ready()
        again = send(vigie, "POST", "/api/vigie/incidents", DECLARE, "k1")
        assert (again[0], again[2]) == (201, first[2]), again
        assert again[1].get("Idempotency-Replayed") == "true", again
        other = send(vigie, "POST", "/api/vigie/incidents", {"title": "disk full"}, "k1")
        assert other[0] == 422 and "reused" in other[2], other
        assert len(vigie.incidents()) == 1
    finally:
        vigie.close()


def a_device_that_was_answered_is_known_after_kill_9():
    vigie = started(GOOD + FLEET)
    try:
        for device in ("one", "two"):
            assert send(vigie, "POST", f"/hooks/heartbeat/gw/{device}")[0] == 204
        vigie.kill()
        vigie.start()
        vigie.wait_ready()
        fleet = vigie.get("/api/vigie/fleets/gw")
        assert fleet["devices"] == 2 and fleet["active"] == 2, fleet
    finally:
        vigie.close()


def one_sample(value):
    """A remote-write request of one sample now-ish, in a snappy block of one literal."""
    label = b"\x0a\x08__name__\x12\x04e2e1"
    sample = b"\x09" + struct.pack("<d", value) + b"\x10" + varint(int(time.time() * 1000))
    series = b"\x0a" + bytes([len(label)]) + label + b"\x12" + bytes([len(sample)]) + sample
    request = b"\x0a" + bytes([len(series)]) + series
    return bytes([len(request)]) + bytes([(len(request) - 1) << 2]) + request


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def file_size_limit(vigie, size):
    """What the daemon may write into one file: a disk that is full for it alone."""
    resource.prlimit(vigie.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def a_disk_that_takes_nothing_answers_507_and_is_alerted_about():
    vigie = started(GOOD + FLEET)
    try:
        send(vigie, "POST", "/api/vigie/incidents", DECLARE)
        file_size_limit(vigie, 1)
        ack = send(vigie, "POST", "/api/vigie/incidents/1/ack", {}, "k1")
        assert ack[0] == 507 and "memory" in ack[2], ack
        assert vigie.get("/api/vigie/incidents/1")["state"] == "acknowledged", "an acknowledgement must end the paging"
        assert send(vigie, "POST", "/hooks/heartbeat/gw/one")[0] == 507
        assert vigie.get("/api/vigie/fleets/gw")["active"] == 1, "a device that lives must not look dead"
        assert send(vigie, "POST", "/api/v1/write", one_sample(1))[0] == 507
        names = [alert["labels"]["alertname"] for alert in vigie.get("/api/vigie/alerts")["alerts"]]
        assert "VigieJournalNotDurable" in names, names
        assert vigie.get("/api/vigie/now")["trouble"], "Now must say it"
        assert "from memory" in vigie.get("/-/ready", raw=True)
        status, _, text = send(vigie, "POST", "/api/vigie/session", {"token": vigie.link_token()})
        assert status == 200, f"who is paged about it must get in: {status} {text}"
        vigie.until(lambda: any("cannot write its journal" in page["text"] or "VigieJournalNotDurable" in page["text"]
                                for page in vigie.get("/api/vigie/pages")["pages"]), 20,
                    "somebody to be paged about it")

        file_size_limit(vigie, resource.RLIM_INFINITY)
        vigie.until(lambda: send(vigie, "POST", "/hooks/heartbeat/gw/one")[0] == 204, 20, "heartbeats to be kept again")
        again = send(vigie, "POST", "/api/vigie/incidents/1/ack", {}, "k1")
        assert again[0] == 200 and again[1].get("Idempotency-Replayed") == "true", again
        assert send(vigie, "POST", "/api/v1/write", one_sample(1))[0] == 204
        vigie.until(lambda: not vigie.get("/api/vigie/now")["trouble"], 20, "the trouble to end")
        vigie.kill()
        vigie.start()
        vigie.wait_ready()
        assert vigie.get("/api/vigie/incidents/1")["state"] == "acknowledged", "it is on disk now"
    finally:
        vigie.close()


def a_backup_restores_to_the_same_state():
    vigie = started()
    other = None
    try:
        send(vigie, "POST", "/api/vigie/incidents", DECLARE, "k1")
        send(vigie, "POST", "/api/vigie/incidents/1/take", {})
        file = vigie.dir / "backup.jsonl"
        done = vigie.cli("backup", str(file), "--json")
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["events"] > 3, done
        assert vigie.cli("restore", str(file)).returncode == 1, "a daemon runs on it"
        before = vigie.get("/api/vigie/incidents/1")
        assert vigie.stop() == 0
        refused = vigie.cli("restore", str(file))
        assert refused.returncode == 1 and "not empty" in refused.stderr, refused

        other = Vigie(vigie.book)
        assert other.cli("restore", str(file)).returncode == 0
        other.start()
        other.wait_ready()
        after = other.get("/api/vigie/incidents/1")
        for field in ("title", "state", "owner", "opened_at"):
            assert after[field] == before[field], (field, before[field], after[field])
        assert send(other, "POST", "/api/vigie/incidents", DECLARE, "k1")[2] == '{"id":1}', "keys travel along"

        damaged = vigie.dir / "damaged.jsonl"
        damaged.write_text(file.read_text().replace("logins fail", "logins work"))
        third = Vigie(vigie.book)
        bad = third.cli("restore", str(damaged))
        assert bad.returncode == 1 and "SHA-256" in bad.stderr, bad
        third.close()
    finally:
        vigie.close()
        if other:
            other.close()


def prometheus_addresses_lead_to_the_console():
    vigie = started()
    try:
        status, headers, _ = send(vigie, "GET", "/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
        assert (status, headers["Location"]) == (302, "./#/metrics?expr=up%20%3D%3D%200&view=table"), headers
        assert vigie.get("/api/v1/metadata?limit=5")["status"] == "success"
        for page in ("/alerts", "/targets", "/rules"):
            assert send(vigie, "GET", page)[0] == 302, page
        assert "healthy" in vigie.get("/-/healthy", raw=True)
    finally:
        vigie.close()


if __name__ == "__main__":
    sys.exit(run_tests("intake", [a_key_makes_one_act_of_two_also_after_kill_9,
                                  a_device_that_was_answered_is_known_after_kill_9,
                                  a_disk_that_takes_nothing_answers_507_and_is_alerted_about,
                                  a_backup_restores_to_the_same_state,
                                  prometheus_addresses_lead_to_the_console]))
