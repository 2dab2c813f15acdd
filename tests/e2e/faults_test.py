#!/usr/bin/env python3
"""Everything is killed with -9, again and again, while orders, events and failures come in; then the books must balance:
each accepted delivery one instance, each closed failure one notification, each event once at each wait, nothing that
stands still. WEFT names the binary, WEFT_FAULT_SECONDS how long it goes on (default 40), WEFT_FAULT_SEED repeats a run."""

import os
import random
import tempfile
import threading
import unittest
from pathlib import Path

from books import SEED, Books, Killer, record
from cluster import Cluster
from weft_dev import Dev, Receiver, call, eventually

SECONDS = float(os.environ.get("WEFT_FAULT_SECONDS", "40"))
PAUSE = 0.15  # between orders: a Temporal dev server with a file takes some twenty runs a second


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.service = Receiver(lambda path, _: (200, {"path": path}))
        self.addCleanup(self.service.close)

    def test_the_books_balance(self):
        cluster = Cluster(self.root).start()
        self.addCleanup(cluster.stop)
        books = Books(self, cluster.send, cluster.ok, self.service)
        books.open()
        with Killer(cluster) as killer:
            books.work(SECONDS, PAUSE)
        record("everything killed under load", {"kills": killer.kills, **books.balance()})

    def test_killed_it_starts_again_at_once_though_its_temporal_still_ends(self):
        dev = Dev(self.root / "data").start()
        self.addCleanup(lambda: dev.stop())
        for _ in range(3):
            dev.kill()
            dev.start()
        self.assertEqual(call(dev.url + "/readyz").status, 200)

    def test_the_books_of_one_machine_balance(self):
        """`weft dev` with its Temporal, server and worker dies at once, and is started again on its files."""
        dev = Dev(self.root / "data").start()
        self.addCleanup(lambda: dev.stop())
        over, kills, choice = threading.Event(), [0], random.Random(SEED)

        def kill_now_and_then():
            while not over.wait(choice.uniform(1.5, 5)):
                dev.kill()
                kills[0] += 1
                dev.start()

        def send(path, method="GET", body=None, content_type="application/json", headers=None):
            def answered():
                answer = call(dev.url + path, method, body, content_type,
                              {"Authorization": f"Bearer {dev.token}", **(headers or {})})
                return answer if answer is not None and answer.status < 500 and answer.status != 429 else None

            return eventually(f"{path} is answered", answered, 120)

        def ok(*arguments, **named):
            answer = send(*arguments, **named)
            self.assertLess(answer.status, 300, answer)
            return answer.json if answer.text else None

        books = Books(self, send, ok, self.service)
        books.open()
        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        try:
            books.work(min(SECONDS, 35), PAUSE)
        finally:
            over.set()
            killer.join()
        record("one machine killed under load", {"kills": {"weft dev": kills[0]}, **books.balance()})


if __name__ == "__main__":
    unittest.main()
