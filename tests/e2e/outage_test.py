#!/usr/bin/env python3
"""What the system needs is slow, full or away for a while: what was accepted is not lost, and what cannot be is refused
with a reason. WEFT names the binary."""

import json
import statistics
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from books import pages, record
from cluster import Cluster
from slow_link import SlowLink
from weft_dev import call, eventually

ROUNDS, EQUAL = 12, 5
SENDERS = 12
AWAY_SECONDS = 120

TAKING = """
weft: 1
name: NAME
triggers:
  - { id: hook, webhook: NAME, auth: none, input: "${ .body }", key: "${ .body.key }" }
nodes: { a: { set: "${ $input.n }" } }
"""
PLAIN = """
weft: 1
name: NAME
triggers: [{ id: hook, webhook: NAME, auth: none, input: "${ .body }" }]
nodes: { a: { set: "${ $input.n }" } }
"""
EVENT = """
weft: 1
name: NAME
triggers: [{ id: placed, event: com.test.placed, input: "${ .data }" }]
nodes: { a: { set: "${ $input.n }" } }
"""
LONG = """
weft: 1
name: long
nodes: { a: { event: com.test.go, key: long } }
"""


class Outage(unittest.TestCase):
    def deploy(self, text, name):
        self.cluster.ok("/api/v1/workflows", "POST", text.replace("NAME", name), "application/yaml")

    def deliver(self, name, n, server=0, body=None, **headers):
        return self.cluster.call(f"/hooks/default/{name}", "POST", body or {"n": n},
                                 headers={"Idempotency-Key": f"{name}-{n}", **headers}, server=server)

    def all_started_once(self, name, deliveries, patience=120):
        """By delivery the instance; each has ended, and there is no other."""
        instances = {}
        for delivery in deliveries:
            instances[delivery] = eventually(f"delivery {delivery} has started", lambda: (
                lambda row: row["status"] in ("started", "joined") and row["instance"])(
                    self.cluster.ok(f"/api/v1/deliveries/{delivery}")), patience)
        for id in instances.values():
            document = eventually(f"{id} ends", lambda: (lambda d: d.status == 200 and d.json["endedAt"] and d.json)(
                self.cluster.send(f"/api/v1/instances/{id}")), patience)
            self.assertEqual(document["status"], "completed", document)
        wanted = Counter(instances.values())
        eventually("all are listed", lambda: Counter(
            one["id"] for one in pages(self.cluster.ok, f"/api/v1/instances?workflow={name}")).keys() >= wanted.keys())
        self.assertEqual(Counter(one["id"] for one in pages(self.cluster.ok, f"/api/v1/instances?workflow={name}")), wanted)
        return instances


class PostgresOutage(Outage):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)

        def between(port):
            cls.link = SlowLink(port)
            return cls.link.port

        cls.cluster = Cluster(Path(folder.name), workers=1, between=between).start()
        cls.addClassCleanup(cls.link.close)
        cls.addClassCleanup(cls.cluster.stop)

    def test_five_equal_deliveries_at_once_are_one_instance(self):
        self.deploy(PLAIN, "equal")
        self.deploy(TAKING, "keyed")
        accepted = set()
        with ThreadPoolExecutor(EQUAL) as senders:
            def at_once(send):
                together = threading.Barrier(EQUAL)
                return list(senders.map(lambda i: (together.wait(), send(i))[1], range(EQUAL)))

            for n in range(ROUNDS):
                answers = at_once(lambda i: self.deliver("equal", n, server=i % 2))
                self.assertEqual([answer.status for answer in answers], [202] * EQUAL, answers)
                self.assertEqual(len({answer.text for answer in answers}), 1, answers)
                accepted.add(answers[0].json["delivery"])
                # Different deliveries that mean the same: one run at a time has their key.
                same = at_once(lambda i: self.deliver("keyed", f"{n}.{i}", server=i % 2, body={"n": n, "key": f"k{n}"}))
                self.assertEqual([answer.status for answer in same], [202] * EQUAL, same)
                self.assertEqual({answer.json["id"] for answer in same}, {f"default.keyed.hook.k{n}"}, same)
        instances = self.all_started_once("equal", accepted)
        record("five equal deliveries at once to two servers", {
            "deliveries": ROUNDS * EQUAL, "rows": len(accepted), "instances": len(set(instances.values())), "duplicates": 0})

    def test_a_slow_database_loses_nothing(self):
        self.deploy(PLAIN, "slow")
        answers, seconds, lock, began = [], [], threading.Lock(), time.monotonic()

        def send(sender):
            n = 0
            while time.monotonic() - began < 40:
                n += 1
                sent = time.monotonic()
                answer = self.deliver("slow", f"{sender}.{n}", server=sender % 2)
                with lock:
                    answers.append(answer)
                    seconds.append(time.monotonic() - sent)

        self.link.delay = 0.5
        try:
            with ThreadPoolExecutor(SENDERS) as senders:
                list(senders.map(send, range(SENDERS)))
        finally:
            self.link.delay = 0
        statuses = Counter(answer.status if answer else None for answer in answers)
        self.assertLessEqual(statuses.keys(), {202, 503}, statuses)
        self.assertGreater(statuses[202], 0)
        accepted = [answer.json["delivery"] for answer in answers if answer.status == 202]
        instances = self.all_started_once("slow", accepted)
        record("a database that answers 500 ms late", {
            "deliveries": len(answers), "accepted": len(accepted), "refused with 503": statuses[503],
            "instances": len(set(instances.values())), "duplicates": 0, "lost": 0,
            "seconds to an answer (median)": round(statistics.median(seconds), 1)})

    def watch(self, at):
        """A list that grows by the reason of each whole document that an open view is sent."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.cluster.ports[0]}{at}/stream",
                                         headers={"Authorization": f"Bearer {self.cluster.token_of(0)}"})
        reasons = []

        def read():
            with urllib.request.urlopen(request, timeout=120) as stream:
                kind = ""
                for line in stream:
                    if line.startswith(b"event: "):
                        kind = line[7:].strip()
                    elif line.startswith(b"data: ") and kind == b"instance":
                        reasons.append((json.loads(line[6:]).get("reason") or {}).get("kind"))

        threading.Thread(target=read, daemon=True).start()
        return reasons

    def test_temporal_away(self):
        cluster = self.cluster
        self.deploy(PLAIN, "away")
        self.deploy(LONG, "long")
        waiting = cluster.ok("/api/v1/workflows/default/long/instances", "POST", {"input": None})["id"]
        at = f"/api/v1/instances/{waiting}"
        eventually("it waits", lambda: cluster.ok(at)["nodes"]["a"]["status"] == "waiting")
        reasons = self.watch(at)
        eventually("the view is open", lambda: reasons == [None])
        temporal = cluster.processes["temporal"]
        temporal.leave()
        began = time.monotonic()
        try:
            ready = eventually("readyz says so", lambda: (lambda a: a if a.status == 503 else None)(cluster.call("/readyz")))
            self.assertEqual(ready.json["checks"], {"store": "ok", "temporal": "temporal"})
            self.assertEqual(cluster.call("/healthz").status, 200)
            accepted, n = [], 0
            while time.monotonic() - began < AWAY_SECONDS:
                n += 1
                answer = self.deliver("away", n, server=n % 2)
                self.assertEqual(answer.status, 202, answer)
                accepted.append(answer.json["delivery"])
                time.sleep(0.3)
            row = cluster.ok(f"/api/v1/deliveries/{accepted[0]}")
            self.assertEqual(row["status"], "pending", row)
            self.assertTrue(row["nextAttemptAt"])
            eventually("the open view says so", lambda: reasons[-1] == "temporal")
            view = cluster.call(at)
            self.assertEqual((view.status, view.json["code"]), (503, "temporal"), view)
            self.assertIn("Temporal", view.json["detail"])
            cluster.ok("/api/v1/events", "POST", {"specversion": "1.0", "source": "test", "id": "go", "key": "long",
                                                  "type": "com.test.go"}, "application/cloudevents+json")
        finally:
            temporal.come_back()
        eventually("readyz says ok", lambda: cluster.call("/readyz").status == 200)
        eventually("the open view follows again", lambda: reasons[-1] is None)
        instances = self.all_started_once("away", accepted)
        eventually("the event came through", lambda: cluster.ok(at)["status"] == "completed")
        record("Temporal away for two minutes", {"kills": {"temporal": 1}, "deliveries": len(accepted),
                                          "instances": len(set(instances.values())), "duplicates": 0, "lost": 0})


class LateTemporal(Outage):
    def test_a_server_takes_deliveries_before_temporal_is_there(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cluster = cluster = Cluster(folder.name, servers=1, workers=1, database=f"{folder.name}/weft.db")
        self.addCleanup(cluster.processes["server0"].start().stop)
        eventually("it serves", lambda: call(f"http://127.0.0.1:{cluster.ports[0]}/healthz"))
        self.deploy(PLAIN, "late")
        self.deploy(EVENT, "placed")
        answers = [self.deliver("late", n % 10) for n in range(20)]
        self.assertEqual([answer.status for answer in answers], [202] * 20, answers)
        for _ in range(2):
            cluster.ok("/api/v1/events", "POST", {"specversion": "1.0", "source": "test", "id": "1", "type": "com.test.placed",
                                                  "data": {"n": 1}}, "application/cloudevents+json")
        self.assertEqual(cluster.call("/readyz").json["checks"], {"store": "ok", "temporal": "temporal"})
        refused = cluster.call("/api/v1/workflows/default/late/instances", "POST", {"input": None})
        self.assertEqual((refused.status, refused.json["code"]), (503, "temporal"), refused)
        self.assertIn(f"Temporal at 127.0.0.1:{cluster.temporal_port} does not answer", refused.json["detail"])
        self.assertIn("Retry-After", refused.headers)

        cluster.start()
        self.addCleanup(cluster.stop)
        deliveries = {answer.json["delivery"] for answer in answers}
        self.assertEqual(len(deliveries), 10)
        instances = self.all_started_once("late", deliveries)
        of_event = [row["id"] for row in pages(cluster.ok, "/api/v1/deliveries?kind=event")]
        self.assertEqual(len(of_event), 1)
        self.all_started_once("placed", of_event)
        record("a server without Temporal at its start", {"deliveries": len(answers), "events": 2, "equal ones": 11,
                                                          "instances": len(set(instances.values())) + 1, "duplicates": 0, "lost": 0})


class FullDisk(Outage):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.disk = Path(folder.name) / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", self.disk], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        root = Path(folder.name) / "cluster"
        root.mkdir()
        self.cluster = Cluster(root, servers=1, workers=1, database=str(self.disk / "weft.db")).start()
        self.addCleanup(self.cluster.stop)

    def fill(self, ballast):
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def test_a_full_disk_refuses_and_recovers(self):
        self.deploy(PLAIN, "full")
        accepted, refused = {}, Counter()
        big = "x" * 20_000

        def deliver(n):
            answer = self.deliver("full", n, body={"n": n, "filling": big})
            if answer.status == 202:
                accepted[n] = answer.json["delivery"]
            else:
                self.assertEqual((answer.status, answer.json["code"]), (503, "store.full"), answer)
                self.assertIn("Retry-After", answer.headers)
                refused[n] += 1
            return answer.status

        for n in range(1, 11):
            self.assertEqual(deliver(n), 202)
        ballast = self.disk / "ballast"
        self.fill(ballast)
        for n in range(11, 61):
            deliver(n)
        self.assertGreater(len(refused), 10)
        ballast.unlink()
        for n in list(refused):
            eventually("there is space", lambda: deliver(n) == 202)
        self.assertEqual(set(accepted), set(range(1, 61)))
        instances = self.all_started_once("full", accepted.values())
        record("a full disk", {"deliveries": 60, "refused with store.full": sum(refused.values()),
                               "instances": len(set(instances.values())), "duplicates": 0, "lost": 0})


if __name__ == "__main__":
    unittest.main()
