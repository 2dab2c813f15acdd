#!/usr/bin/env python3
"""While things are killed with -9: of a cancelled instance nothing starts afterwards, and whatever does not go on says why.
WEFT names the binary, WEFT_FAULT_SEED repeats a run."""

import random
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path

from books import SEED, Killer, record
from cluster import Cluster
from weft_dev import Receiver, eventually

STRIKES = 8
ENDED = {"succeeded", "failed", "timed_out", "skipped", "cancelled", "compensated", "pending"}
GOES_ON = {"running", "scheduled"}

EFFECTS = """
weft: 1
name: effects
nodes:
  each:
    foreach: "${ [range(200)] }"
    as: item
    concurrency: 2
    nodes:
      do: { http: { url: "URL/do/${ $input.n }", method: POST, body: { n: "${ $item }" } }, retry: { attempts: 50, delay: 200ms } }
"""
SHORT = """
weft: 1
name: short
nodes:
  each:
    foreach: "${ [range(12)] }"
    as: item
    concurrency: 1
    nodes:
      do: { http: { url: "URL/short", method: POST, body: {} }, retry: { attempts: 50, delay: 200ms } }
"""
STANDING = """
weft: 1
name: standing
nodes:
  event: { event: com.test.never, key: k }
  ask: { approval: { title: Really? } }
  timer: { wait: 1h }
  again: { http: { url: "http://127.0.0.1:1/" }, retry: { attempts: 9, delay: 1h } }
  gpu: { shell: "true", queue: gpu }
  child: { workflow: inner }
  each: { foreach: "${ [1, 2] }", as: item, nodes: { inner: { wait: 1h } } }
"""
INNER = """
weft: 1
name: inner
nodes: { a: { wait: 1h } }
"""
KINDS = {"event": "event", "ask": "approval", "timer": "timer", "again": "retry", "gpu": "queue", "child": None,
         "each/0/inner": "timer", "each/1/inner": "timer"}


def silent(document):
    """The nodes that neither go on nor say why not; an open run without any active node must itself say why."""
    if document["endedAt"]:
        return []
    active = {path: node for path, node in document["nodes"].items() if node.get("status", "pending") not in ENDED}
    without = [path for path, node in active.items()
               if node["status"] not in GOES_ON and not node.get("reason") and "counts" not in node]
    return without or ([] if active or document.get("reason") else ["the run"])


class SettledFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)

        def slowly(_path, _body):
            time.sleep(0.2)  # the service takes its time
            return 200, {}

        cls.service = Receiver(slowly)
        cls.addClassCleanup(cls.service.close)
        cls.cluster = Cluster(Path(folder.name)).start()
        cls.addClassCleanup(cls.cluster.stop)
        for text in (EFFECTS, SHORT, INNER, STANDING):
            cls.cluster.ok("/api/v1/workflows", "POST", text.replace("URL", cls.service.url), "application/yaml")

    def begin(self, name, n):
        return self.cluster.ok(f"/api/v1/workflows/default/{name}/instances", "POST", {"input": {"n": n}},
                               headers={"Idempotency-Key": f"{name}-{n}"})["id"]

    def effects(self, n):
        return sum(at == f"/do/{n}" for at, _, _ in self.service.requests)

    def ended(self, id):
        answer = self.cluster.send(f"/api/v1/instances/{id}")
        return answer.status == 200 and answer.json["endedAt"] and answer.json

    def test_nothing_of_a_cancelled_instance_starts_afterwards(self):
        choice, settled = random.Random(SEED), {}
        with Killer(self.cluster, most=4) as killer:
            for n in killer.until(STRIKES, 0):
                id = self.begin("effects", n)
                least = choice.randrange(0, 6)
                eventually(f"{n} is at work", lambda: self.effects(n) >= least)
                self.cluster.ok(f"/api/v1/instances/{id}/cancel", "POST", {})
                document = eventually(f"{n} is cancelled", lambda: self.ended(id), 90)
                self.assertEqual(document["status"], "cancelled", document)
                settled[n] = self.effects(n)
                self.assertLess(settled[n], 200)
        # Others go on meanwhile, long enough for what was in hand somewhere to show.
        for n in range(2):
            eventually("another run ends", lambda id=self.begin("short", n): self.ended(id), 90)
        self.assertEqual({n: self.effects(n) for n in settled}, settled)
        record("killed while instances are cancelled", {"kills": killer.kills, "cancelled": len(settled),
                                                        "effects before": sum(settled.values()), "effects afterwards": 0})

    def test_what_does_not_go_on_says_why(self):
        looked, id = Counter(), self.begin("standing", 0)

        def kinds():
            document = self.cluster.ok(f"/api/v1/instances/{id}")
            return {path: (node.get("reason") or {}).get("kind") for path, node in document["nodes"].items()
                    if path in KINDS}

        def all_say():
            try:
                eventually("each says why", lambda: kinds() == KINDS)
            except AssertionError:
                self.assertEqual(kinds(), KINDS)

        all_say()
        running = []
        with Killer(self.cluster) as killer:
            for n in killer.until(STRIKES, 0.2):
                if n % 4 == 0:
                    running.append(self.begin("short", 100 + n))
                for one in [id, *running[-3:]]:
                    # Between two steps a run may have no active node for a moment, not for long.
                    eventually(f"{one} says why it waits", lambda: not silent(self.cluster.ok(f"/api/v1/instances/{one}")))
                    looked[one == id] += 1
        all_say()
        for one in running:
            eventually(f"{one} ends", lambda: self.ended(one), 90)
        record("killed while instances wait", {"kills": killer.kills, "waiting nodes": len(KINDS),
                                               "documents looked at": sum(looked.values()), "without a reason": 0})


if __name__ == "__main__":
    unittest.main()
