#!/usr/bin/env python3
"""Everything is killed with -9, again and again, while orders, events and failures come in; then the books must balance:
each accepted delivery one instance, each closed failure one notification, each event once at each wait, nothing that
stands still. WEFT names the binary, WEFT_FAULT_SECONDS how long it goes on (default 40)."""

import json
import os
import random
import tempfile
import threading
import time
import unittest
from collections import Counter
from pathlib import Path

from cluster import Cluster
from weft_dev import Receiver, eventually

SECONDS = float(os.environ.get("WEFT_FAULT_SECONDS", "40"))
SEED = int(os.environ.get("WEFT_FAULT_SEED", str(random.randrange(1 << 30))))

ORDERS = """
weft: 1
name: orders
triggers:
  - { id: hook, webhook: orders, auth: none, input: "${ .body }" }
nodes:
  book: { http: { url: "URL/book/${ .n }", method: POST, body: { n: "${ .n }" } }, retry: { attempts: 20, delay: 200ms } }
  check: { needs: book, switch: [{ case: bad, when: "${ $input.n % 5 == 0 }" }, { case: good }] }
  refuse: { needs: check.bad, fail: { code: refused, message: "order ${ $input.n } is refused" } }
  done: { needs: check.good, set: { n: "${ $input.n }" } }
notify: [{ on: [failed], to: [ops] }]
"""
WAITERS = """
weft: 1
name: waiters
nodes:
  one: { event: com.test.tick, key: "${ $input.group }", count: 3 }
output: "${ $nodes.one.output }"
"""
WAITING = 20
PAUSE = 0.15  # between orders: a Temporal dev server with a file takes some twenty runs a second


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.service = Receiver(lambda path, _: (200, {"path": path}))
        self.addCleanup(self.service.close)
        self.cluster = Cluster(folder.name).start()
        self.addCleanup(self.cluster.stop)
        self.random = random.Random(SEED)
        print(f"seed {SEED}", flush=True)

    def kill_now_and_then(self, stop):
        names = list(self.cluster.processes)
        while not stop.wait(self.random.uniform(0.8, 2.5)):
            # Alone most of the time, now and then several at once.
            for name in self.random.sample(names, 1 if self.random.random() < 0.7 else 2):
                self.cluster.processes[name].kill()

    def instance(self, id):
        return self.cluster.ok(f"/api/v1/instances/{id}")

    def test_the_books_balance(self):
        cluster = self.cluster
        cluster.ok("/api/v1/channels", "POST", {"name": "ops", "kind": "webhook", "config": {"url": self.service.url + "/ops"}})
        for text in (ORDERS.replace("URL", self.service.url), WAITERS):
            cluster.ok("/api/v1/workflows", "POST", text, "application/yaml")
        stop = threading.Event()
        killer = threading.Thread(target=self.kill_now_and_then, args=(stop,))
        killer.start()

        orders, waiters, began = {}, [], time.monotonic()
        try:
            for n in range(WAITING):
                started = cluster.ok("/api/v1/workflows/default/waiters/instances", "POST", {"input": {"group": f"g{n % 2}"}},
                                     headers={"Idempotency-Key": f"waiter-{n}"})
                waiters.append((started["id"], n % 2))
            n = tick = 0
            while time.monotonic() - began < SECONDS:
                n += 1
                time.sleep(PAUSE)
                # The sender repeats what was not answered, and some of what was, with the same key.
                for _ in range(2 if n % 7 == 0 else 1):
                    answer = cluster.send("/hooks/default/orders", "POST", {"n": n}, headers={"Idempotency-Key": f"order-{n}"})
                    self.assertEqual(answer.status, 202, answer)
                    orders.setdefault(n, set()).add(answer.json["delivery"])
                if n % 10 == 0 and tick < 3:
                    tick += 1
                    for group in ("g0", "g1"):
                        answer = cluster.send("/api/v1/events", "POST", {
                            "specversion": "1.0", "source": "test", "id": f"{group}-{tick}", "type": "com.test.tick",
                            "key": group, "data": tick}, "application/cloudevents+json")
                        self.assertEqual(answer.status, 202, answer)
            while tick < 3:
                tick += 1
                for group in ("g0", "g1"):
                    cluster.ok("/api/v1/events", "POST", {"specversion": "1.0", "source": "test", "id": f"{group}-{tick}",
                                                          "type": "com.test.tick", "key": group, "data": tick},
                               "application/cloudevents+json")
        finally:
            stop.set()
            killer.join()
        kills = {name: process.kills for name, process in cluster.processes.items()}

        # Each accepted delivery: one row, one instance, which ends as it must.
        self.assertTrue(all(len(deliveries) == 1 for deliveries in orders.values()), orders)
        instances = {}

        def ended(id):
            document = cluster.send(f"/api/v1/instances/{id}")
            return document.status == 200 and document.json["endedAt"] and document.json

        for n, deliveries in orders.items():
            delivery = next(iter(deliveries))
            row = eventually(f"delivery {delivery} has started", lambda: (
                lambda row: row.get("instance") and row)(cluster.ok(f"/api/v1/deliveries/{delivery}")), 120)
            instances[n] = row["instance"]
        self.assertEqual(len(set(instances.values())), len(instances))
        for n, id in instances.items():
            document = eventually(f"order {n} ends", lambda: ended(id), 180)
            self.assertEqual(document["status"], "failed" if n % 5 == 0 else "completed", document)
        listed = Counter()
        after = ""
        while True:
            page = cluster.ok(f"/api/v1/instances?workflow=orders&limit=100{'&cursor=' + after if after else ''}")
            listed.update(one["id"] for one in page["items"])
            after = page["next"]
            if not after:
                break
        self.assertEqual(set(listed), set(instances.values()))
        self.assertEqual(max(listed.values()), 1)

        # Each event once at each wait, in order.
        for id, _group in waiters:
            document = eventually(f"{id} ends", lambda: ended(id), 120)
            self.assertEqual((document["status"], document["output"]), ("completed", [1, 2, 3]), document)

        # Each closed failure: one notification in the books, sent. A service that took a message just before its sender
        # was killed gets it again, under the same id.
        failed = {id for n, id in instances.items() if n % 5 == 0}
        def told():
            rows, after = [], ""
            while True:
                page = cluster.ok(f"/api/v1/notifications?limit=100{'&cursor=' + after if after else ''}")
                rows += page["items"]
                after = page["next"]
                if not after:
                    return rows if {row["instance"] for row in rows if row["status"] == "sent"} >= failed else None
        rows = eventually("all failures are told", told, 180)
        self.assertEqual(Counter(row["instance"] for row in rows), Counter(failed))
        self.assertEqual({body["instance"] for body in self.service.bodies("/ops")}, failed)
        print(json.dumps({"kills": kills, "orders": len(orders), "failed": len(failed), "waits": len(waiters)}), flush=True)


if __name__ == "__main__":
    unittest.main()
