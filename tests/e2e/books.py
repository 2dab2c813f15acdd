"""What goes in while things are killed, what must have come of it, and where the counts are kept."""

import datetime
import json
import os
import platform
import random
import threading
import time
from collections import Counter
from pathlib import Path

from weft_dev import eventually

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
TICKS = 3


def record(name, counts):
    """Prints the counts of a test, and keeps them in the file that WEFT_FAULT_RESULTS names."""
    print(name, json.dumps(counts), flush=True)
    where = os.environ.get("WEFT_FAULT_RESULTS")
    if not where:
        return
    kept = json.loads(Path(where).read_text()) if Path(where).exists() else {}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    kept["date"] = datetime.date.today().isoformat()
    kept["machine"] = f"{model}, {os.cpu_count()} cores, {memory:.1f} GB, {platform.system()}"
    kept.setdefault("cases", {})[name] = counts
    Path(where).write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def pages(ok, path):
    """Every entry of a list."""
    items, after = [], ""
    while True:
        page = ok(f"{path}{'&' if '?' in path else '?'}limit=100{'&cursor=' + after if after else ''}")
        items += page["items"]
        after = page["next"]
        if not after:
            return items


class Killer:
    """Kills members of a cluster while its block runs: one most of the time, now and then two."""

    def __init__(self, cluster, names=None, least=0.8, most=2.5):
        self.cluster, self.names, self.least, self.most = cluster, names or list(cluster.processes), least, most
        self.random, self.over, self.strikes = random.Random(SEED), threading.Event(), 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(self.random.uniform(self.least, self.most)):
            for name in self.random.sample(self.names, 1 if self.random.random() < 0.7 or len(self.names) < 2 else 2):
                self.cluster.processes[name].kill()
            self.strikes += 1

    def until(self, strikes, pause):
        """Counts from 1, with a pause between, until so many times something was killed."""
        n = 0
        while self.strikes < strikes:
            n += 1
            yield n
            time.sleep(pause)

    def __enter__(self):
        print(f"seed {SEED}", flush=True)
        self.before = {name: process.kills for name, process in self.cluster.processes.items()}
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.kills = {name: self.cluster.processes[name].kills - before for name, before in self.before.items()
                      if self.cluster.processes[name].kills > before}


class Books:
    """`send` repeats a call until it is answered for good, as a careful sender does; `ok` wants success, too."""

    def __init__(self, case, send, ok, service):
        self.case, self.send, self.ok, self.service = case, send, ok, service
        self.orders, self.waiters, self.tick = {}, [], 0
        self.repeated = 0

    def open(self):
        self.ok("/api/v1/channels", "POST", {"name": "ops", "kind": "webhook", "config": {"url": self.service.url + "/ops"}})
        for text in (ORDERS.replace("URL", self.service.url), WAITERS):
            self.ok("/api/v1/workflows", "POST", text, "application/yaml")

    def wait(self, n):
        started = self.ok("/api/v1/workflows/default/waiters/instances", "POST", {"input": {"group": f"g{n % 2}"}},
                          headers={"Idempotency-Key": f"waiter-{n}"})
        self.waiters.append(started["id"])

    def order(self, n):
        """The sender repeats what was not answered, and some of what was, with the same key."""
        times = 2 if n % 7 == 0 else 1
        self.repeated += times - 1
        for _ in range(times):
            answer = self.send("/hooks/default/orders", "POST", {"n": n}, headers={"Idempotency-Key": f"order-{n}"})
            self.case.assertEqual(answer.status, 202, answer)
            self.orders.setdefault(n, set()).add(answer.json["delivery"])

    def publish(self):
        self.tick += 1
        for group in ("g0", "g1"):
            answer = self.send("/api/v1/events", "POST", {
                "specversion": "1.0", "source": "test", "id": f"{group}-{self.tick}", "type": "com.test.tick",
                "key": group, "data": self.tick}, "application/cloudevents+json")
            self.case.assertEqual(answer.status, 202, answer)

    def work(self, seconds, pause):
        began = time.monotonic()
        for n in range(WAITING):
            self.wait(n)
        n = 0
        while time.monotonic() - began < seconds:
            n += 1
            time.sleep(pause)
            self.order(n)
            if n % 10 == 0 and self.tick < TICKS:
                self.publish()
        while self.tick < TICKS:
            self.publish()

    def ended(self, id):
        answer = self.send(f"/api/v1/instances/{id}")
        return answer.status == 200 and answer.json["endedAt"] and answer.json

    def balance(self, patience=180):
        case = self.case
        # Each accepted delivery: one row, one instance, which ends as it must.
        case.assertTrue(all(len(deliveries) == 1 for deliveries in self.orders.values()), self.orders)
        instances = {}
        for n, deliveries in self.orders.items():
            delivery = next(iter(deliveries))
            row = eventually(f"delivery {delivery} has started", lambda: (
                lambda row: row.get("instance") and row)(self.ok(f"/api/v1/deliveries/{delivery}")), patience)
            instances[n] = row["instance"]
        case.assertEqual(len(set(instances.values())), len(instances))
        for n, id in instances.items():
            document = eventually(f"order {n} ends", lambda: self.ended(id), patience)
            case.assertEqual(document["status"], "failed" if n % 5 == 0 else "completed", document)
        listed = Counter(one["id"] for one in pages(self.ok, "/api/v1/instances?workflow=orders"))
        case.assertEqual(listed, Counter(instances.values()))

        # Each event once at each wait, in order.
        for id in self.waiters:
            document = eventually(f"{id} ends", lambda: self.ended(id), patience)
            case.assertEqual((document["status"], document["output"]), ("completed", list(range(1, TICKS + 1))), document)

        # Each closed failure: one notification in the books, sent. A service that took a message just before its sender
        # was killed gets it again, under the same id.
        failed = {id for n, id in instances.items() if n % 5 == 0}
        rows = self.told(failed, patience)
        case.assertEqual(Counter(row["instance"] for row in rows), Counter(failed))
        case.assertEqual({body["instance"] for body in self.service.bodies("/ops")}, failed)
        return {"deliveries": len(self.orders), "repeated": self.repeated, "instances": len(instances) + len(self.waiters),
                "failures": len(failed), "notifications": len(rows), "events": 2 * TICKS, "waits": len(self.waiters),
                "duplicate instances": 0, "duplicate notifications": 0,
                "messages sent again under their id": len(self.service.bodies("/ops")) - len(failed)}

    def told(self, failed, patience=180):
        def look():
            rows = pages(self.ok, "/api/v1/notifications")
            return rows if {row["instance"] for row in rows if row["status"] == "sent"} >= failed else None

        return eventually("all failures are told", look, patience)
