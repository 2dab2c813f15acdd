#!/usr/bin/env python3
"""Servers, PostgreSQL and Temporal are killed with -9 while people change things: deploys, schedules, reruns, and while
messages are sent. WEFT names the binary, WEFT_FAULT_SEED repeats a run."""

import json
import tempfile
import threading
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from books import Killer, pages, record
from cluster import Cluster
from weft_dev import Receiver, eventually

STRIKES, FAILURES, DEATHS = 12, 6, 3
PAUSE = 0.2

CHANGING = """
weft: 1
name: changing
triggers:
  - {{ id: hook, webhook: changing/{n}, auth: none, input: null }}
  - {{ id: daily, cron: "{minute} 3 * * *" }}
  - {{ id: s{of}, cron: "{minute} 4 * * *" }}
nodes: {{ a: {{ set: {n} }} }}
"""
TIMED = """
weft: 1
name: timed
triggers:
  - {{ id: ours, cron: "{minute} 3 1 1 *" }}
  - {{ id: theirs, cron: "{minute} 4 1 1 *" }}
nodes: {{ a: {{ set: 1 }} }}
"""
AGAIN = """
weft: 1
name: again
nodes:
  a: { set: "${ $input }" }
  b: { needs: a, fail: { code: refused, message: no } }
"""
TELLING = """
weft: 1
name: telling
nodes: { a: { fail: { code: refused, message: no } } }
notify: [{ on: [failed], to: [slow] }]
"""


class ChangeFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.on_post = lambda _path, _body: (200, {})
        cls.service = Receiver(lambda path, body: cls.on_post(path, body))
        cls.addClassCleanup(cls.service.close)
        cls.cluster = Cluster(Path(folder.name), workers=1).start()
        cls.addClassCleanup(cls.cluster.stop)
        cls.killed = ["server0", "server1", "postgres", "temporal"]

    def deploy(self, text, server=0):
        return self.cluster.ok("/api/v1/workflows", "POST", text, "application/yaml", server=server)

    def minute_of(self, schedule):
        """Of the only time in a day at which it fires."""
        described = self.cluster.temporal("schedule", "describe", "--schedule-id", schedule)
        return described["schedule"]["spec"]["structuredCalendar"][0].get("minute", [{}])[0].get("start", 0)

    def schedules_of(self, name):
        return {one["scheduleId"] for one in self.cluster.temporal("schedule", "list")
                if one["scheduleId"].startswith(f"default.{name}.")}

    def test_one_revision_for_each_text_whose_triggers_are_the_latest(self):
        cluster = self.cluster
        with Killer(cluster, self.killed) as killer, ThreadPoolExecutor(2) as people:
            for n in killer.until(STRIKES, PAUSE):
                # The same text by two people, at two servers.
                text = CHANGING.format(n=n, of=n % 3, minute=n % 60)
                both = list(people.map(lambda server: self.deploy(text, server), (0, 1)))
                self.assertEqual([one["revision"] for one in both], [n, n])
        last = n
        revisions = pages(cluster.ok, "/api/v1/workflows/default/changing/revisions")
        self.assertEqual(sorted(one["revision"] for one in revisions), list(range(1, last + 1)))
        self.assertEqual(len({one["digest"] for one in revisions}), last)
        for n in range(1, last):
            self.assertEqual(cluster.send(f"/hooks/default/changing/{n}", "POST", {}).status, 404)
        started = cluster.ok(f"/hooks/default/changing/{last}", "POST", {})
        document = eventually("it ends", lambda: (lambda d: d.status == 200 and d.json["endedAt"] and d.json)(
            cluster.send(f"/api/v1/instances/{started['id']}")))
        self.assertEqual((document["revision"], document["status"]), (last, "completed"))
        wanted = {"default.changing.daily", f"default.changing.s{last % 3}"}
        eventually("Temporal has these schedules alone", lambda: self.schedules_of("changing") == wanted)
        for schedule in wanted:
            eventually("it fires as the latest says", lambda: self.minute_of(schedule) == last % 60)
        record("killed while deploying", {"kills": killer.kills, "deploys": 2 * last, "texts": last,
                                          "revisions": len(revisions), "duplicate revisions": 0, "schedules": len(wanted)})

    def test_schedules_end_as_wanted_and_a_pause_by_hand_stays(self):
        cluster = self.cluster
        self.deploy(TIMED.format(minute=0))
        eventually("Temporal has both", lambda: len(self.schedules_of("timed")) == 2)
        changes = Counter()
        path = "/api/v1/workflows/default/timed/triggers"
        with Killer(cluster, self.killed) as killer:
            for n in killer.until(STRIKES, PAUSE):
                if n == 5:  # a person, past Weft
                    cluster.temporal("schedule", "toggle", "--schedule-id", "default.timed.theirs", "--pause",
                                     "--reason", "by hand")
                kind = ("deploy", "pause", "resume")[n % 3]
                changes[kind] += 1
                if kind == "deploy":
                    self.deploy(TIMED.format(minute=n % 50))
                elif kind == "pause":
                    cluster.ok(f"{path}/ours/pause", "POST", {"note": f"note {n}"})
                else:
                    cluster.ok(f"{path}/ours/resume", "POST", {})
            cluster.ok(f"{path}/ours/pause", "POST", {"note": "the last"})
            self.deploy(TIMED.format(minute=59))

        def state_of(trigger):
            state = cluster.temporal("schedule", "describe", "--schedule-id", f"default.timed.{trigger}")["schedule"]["state"]
            return state.get("paused", False), state.get("notes", "")

        for trigger, note in (("ours", "the last"), ("theirs", "by hand")):
            eventually("it fires as the latest says", lambda: self.minute_of(f"default.timed.{trigger}") == 59)
            self.assertEqual(state_of(trigger), (True, note))
        shown = lambda: {one["id"]: one["paused"] for one in cluster.ok(path)["items"] if one["id"] in ("ours", "theirs")}
        eventually("the store follows", lambda: shown() == {"ours": True, "theirs": True})
        record("killed while schedules change", {"kills": killer.kills, **changes, "pauses by hand kept": 1})

    def test_a_rerun_is_one_new_instance_or_none(self):
        cluster = self.cluster
        self.deploy(AGAIN)
        first = cluster.ok("/api/v1/workflows/default/again/instances", "POST", {"input": 0},
                           headers={"Idempotency-Key": "again"})["id"]
        ended = lambda id: (lambda d: d.status == 200 and bool(d.json["endedAt"]))(cluster.send(f"/api/v1/instances/{id}"))
        eventually("it ends", lambda: ended(first))
        path, careful, careless, lost = f"/api/v1/instances/{first}/rerun", {}, set(), 0
        with Killer(cluster, self.killed) as killer:
            for n in killer.until(STRIKES, PAUSE):
                again = {cluster.ok(path, "POST", {"from": "b"}, headers={"Idempotency-Key": f"again-{n}"}, server=at)["id"]
                         for at in (0, 1)}
                self.assertEqual(len(again), 1, again)
                careful[n] = again.pop()
                # Without a key nothing is repeated; what was not answered may or may not have begun.
                answer = cluster.call(path, "POST", {"from": "b"})
                if answer is not None and answer.status == 201:
                    careless.add(answer.json["id"])
                else:
                    lost += 1
        accepted = {first, *careful.values(), *careless}
        self.assertEqual(len(accepted), 1 + len(careful) + len(careless))
        for id in accepted:
            eventually(f"{id} ends", lambda: ended(id))
        listed = eventually("all are listed", lambda: (lambda all: all if {one["id"] for one in all} >= accepted else None)(
            pages(cluster.ok, "/api/v1/instances?workflow=again")))
        self.assertEqual(max(Counter(one["id"] for one in listed).values()), 1)
        self.assertLessEqual(len(listed), len(accepted) + lost)
        record("killed while running again", {"kills": killer.kills, "reruns accepted": len(accepted) - 1,
                                              "reruns without an answer": lost, "instances": len(listed) - 1,
                                              "duplicate instances": 0})

    def test_one_notification_although_both_servers_die_while_it_is_sent(self):
        cluster, dying, deaths = self.cluster, threading.Lock(), []

        def kill(path, _body):
            with dying:
                if path == "/slow" and len(deaths) < DEATHS:
                    deaths.append(path)
                    for name in ("server0", "server1"):
                        cluster.processes[name].kill()
            return 200, {}

        cluster.ok("/api/v1/channels", "POST", {"name": "slow", "kind": "webhook", "config": {"url": self.service.url + "/slow"}})
        self.deploy(TELLING)
        type(self).on_post = staticmethod(kill)
        failed = [cluster.ok("/api/v1/workflows/default/telling/instances", "POST", {"input": n},
                             headers={"Idempotency-Key": f"telling-{n}"})["id"] for n in range(FAILURES)]
        path = "/api/v1/notifications?workflow=telling"

        def told():
            rows = pages(cluster.ok, path)
            return rows if {row["instance"] for row in rows if row["status"] == "sent"} >= set(failed) else None

        # What a dead server had in hand is taken over when its lease of 90 seconds ends.
        rows = eventually("all are told", told, 180)
        self.assertEqual(len(deaths), DEATHS)
        self.assertEqual(Counter(row["instance"] for row in rows), Counter(failed))
        posts = [(json.loads(body)["instance"], headers["Idempotency-Key"])
                 for at, headers, body in self.service.requests if at == "/slow"]
        self.assertEqual({instance for instance, _ in posts}, set(failed))
        self.assertEqual(len(set(posts)), len(failed), "a message that is sent again keeps its id")
        record("both servers killed while messages are sent", {
            "kills": {"server0": DEATHS, "server1": DEATHS}, "failures": FAILURES, "notifications": len(rows),
            "duplicate notifications": 0, "messages sent again under their id": len(posts) - len(failed)})


if __name__ == "__main__":
    unittest.main()
