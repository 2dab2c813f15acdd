#!/usr/bin/env python3
"""What nodes, notifications and the verbs of the command line do on `weft dev`. WEFT names the binary."""

import json
import signal
import subprocess
import tempfile
import threading
import unittest
from contextlib import contextmanager
from pathlib import Path

from weft_dev import KEPT, WEFT, Dev, Receiver, eventually, free_port, sandbox

SECRET = "not-for-anybodys-eyes"
CHILD = "weft: 1\nname: child\nnodes: { a: { set: '${ .n + %d }' } }\n"


class NodesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        cls.service = Receiver()
        cls.dev = Dev(cls.root / "data").start()
        cls.dev.ok("/channels", "POST", {"name": "ops", "kind": "webhook", "config": {"url": cls.service.url + "/ops"}})

    @classmethod
    def tearDownClass(cls):
        cls.dev.stop()
        cls.service.close()
        cls.folder.cleanup()

    def weft(self, *arguments, code=0, stdin="", **environment):
        known = {"WEFT_SERVER": self.dev.url, "WEFT_DATA": str(self.dev.data), **environment}
        done = subprocess.run([WEFT, *arguments], capture_output=True, text=True, check=False, timeout=90, input=stdin,
                              env={**KEPT, **known})
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout} {done.stderr}")
        return done

    def deploy(self, name, nodes, top=""):
        self.dev.deploy(f"weft: 1\nname: {name}\n{top}\nnodes:\n{nodes}\n")

    def run_of(self, name, value=None):
        return self.dev.closed(self.dev.begin(name, value))

    def waiting(self, id, node):
        return self.dev.until(id, lambda d: d["nodes"].get(node, {}).get("status") == "waiting")["nodes"][node]

    def event(self, **event):
        answer = self.dev.api("/events", "POST", {"specversion": "1.0", "source": "tests", **event}, "application/cloudevents+json")
        self.assertEqual(answer.status, 202, answer)

    def told(self, id):
        return [body["event"] for body in self.service.bodies("/ops") if body["instance"] == id]

    def begin_parent(self):
        """A run whose node `call` runs a child that waits, and the child's id."""
        self.deploy("kept", "  a: { set: 1, compensate: { shell: 'true' } }\n  b: { needs: a, wait: 1h }")
        self.deploy("parent", "  call: { workflow: kept }\n  tidy: { needs: call, join: always, set: '${ $nodes.call.status }' }")
        id = self.dev.begin("parent")
        child = self.dev.until(id, lambda d: d["nodes"]["call"].get("child"))["nodes"]["call"]["child"]
        self.waiting(child, "b")
        return id, child

    @contextmanager
    def worker(self, queue):
        """A worker of that queue, which must end well."""
        with open(self.root / "worker.log", "w+b") as log:
            process = subprocess.Popen([WEFT, "worker", "--queue", queue, "--server", self.dev.url, "--temporal",
                                        f"127.0.0.1:{self.dev.temporal_port}", *sandbox()], stdout=log, stderr=log,
                                       env={**KEPT, "WEFT_DATA": str(self.dev.data)})
            try:
                yield
            finally:
                process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 0)

    def test_child_of_a_pinned_and_of_the_latest_revision(self):
        self.dev.deploy(CHILD % 1)
        self.dev.deploy(CHILD % 100)
        self.deploy("calls", "  a: { workflow: child, revision: 1, with: { n: 1 } }\n  b: { workflow: child, with: { n: 1 } }\n"
                             "  c: { needs: b, workflow: child, detach: true, with: { n: 5 } }")
        document = self.run_of("calls")
        self.assertEqual((document["nodes"]["a"]["output"], document["nodes"]["b"]["output"]), (2, 101))
        self.assertEqual(self.dev.closed(document["nodes"]["c"]["output"]["id"])["output"], 105)

    def test_cancelling_a_parent_ends_its_child_in_good_order(self):
        id, child = self.begin_parent()
        self.weft("cancel", id)
        document = self.dev.closed(id)
        self.assertEqual((document["status"], document["nodes"]["tidy"]["output"]), ("cancelled", "cancelled"))
        document = self.dev.closed(child)
        self.assertEqual((document["status"], document["nodes"]["a"]["status"]), ("cancelled", "compensated"))

    def test_child_ended_by_somebody_else_says_so(self):
        for verb, code in (("cancel", "cancelled"), ("terminate", "terminated")):
            id, child = self.begin_parent()
            self.weft(verb, child)
            error = self.dev.closed(id)["error"]
            self.assertEqual((error["code"], error["cause"]["code"]), ("workflow.failed", code))
            self.assertIn(code, error["message"])

    def test_compensation_given_up_says_so(self):
        self.deploy("undone", "  a: { shell: 'true', compensate: { shell: 'sleep 60' } }\n  b: { needs: a, wait: 1h }\n"
                              "  tidy: { needs: b, join: always, set: 1 }")
        id = self.dev.begin("undone")
        self.waiting(id, "b")
        self.weft("cancel", id)
        self.dev.until(id, lambda d: d["nodes"]["b"]["status"] == "cancelled")
        self.weft("cancel", id)
        document = self.dev.closed(id)
        error = document["nodes"]["a"]["error"]
        self.assertEqual((document["status"], document["nodes"]["tidy"]["status"]), ("cancelled", "cancelled"))
        self.assertEqual((error["code"], error["cause"]["code"]), ("compensation", "cancelled"))

    def test_approval_checks_its_form_and_is_answered_once(self):
        self.deploy("ask", "  each:\n    foreach: [x, y]\n    nodes:\n      ok:\n        approval:\n          title: Really?\n"
                           "          form: { type: object, required: [n], properties: { n: { type: integer } } }")
        id = self.dev.begin("ask")
        for path in ("each/0/ok", "each/1/ok"):
            self.waiting(id, path)
        self.assertIn("/n", self.weft("approve", id, "each/0/ok", "--data", '{"n":"x"}', code=2).stderr)
        self.weft("approve", id, "each/0/ok", "--data", '{"n":3}')
        again = self.dev.api(f"/instances/{id}/approve", "POST", {"node": "each/0/ok", "decision": "approved", "data": {"n": 3}})
        self.assertEqual(again.status, 409, again)
        self.weft("approve", id, "each/1/ok", "--reject")
        self.assertEqual(self.dev.closed(id)["error"]["code"], "rejected")
        self.deploy("late", "  ok: { approval: { title: Soon? }, timeout: 1s }\n  why: { needs: ok.failed, set: '${ .code }' }")
        self.assertEqual(self.run_of("late")["nodes"]["why"]["output"], "approval.timeout")

    def test_emit_starts_another_workflow_and_wakes_a_node(self):
        self.dev.deploy("weft: 1\nname: started\ntriggers: [{ id: e, event: t.emitted, key: '${ .data.k }', input: '${ .data }' }]\n"
                        "nodes: { a: { set: '${ .k }' } }\n")
        self.deploy("woken", "  a: { event: t.emitted, key: K1 }")
        self.deploy("emits", "  a: { emit: { type: t.emitted, key: K1, data: { k: '7' } } }")
        id = self.dev.begin("woken")
        self.waiting(id, "a")
        self.assertEqual(self.run_of("emits")["output"]["type"], "t.emitted")
        self.assertEqual(self.dev.closed(id)["output"], {"k": "7"})
        self.assertEqual(eventually("it is started", lambda: self.dev.api("/instances/default.started.e.7").status == 200), True)
        self.assertEqual(self.dev.closed("default.started.e.7")["output"], "7")

    def test_events_are_counted_once_each_and_kept_for_those_that_wait_later(self):
        self.deploy("count", "  a: { event: [t.one, t.two], key: '${ $input.k }', match: '${ .data.v > 2 }', count: 2 }")
        id = self.dev.begin("count", {"k": "C1"})
        self.assertEqual(self.waiting(id, "a")["reason"]["type"], ["t.one", "t.two"])
        for number, kind, key, value in ((1, "t.one", "C1", 1), (2, "t.one", "C1", 3), (2, "t.one", "C1", 3), (3, "t.two", "zz", 5),
                                         (4, "t.two", "C1", 6)):
            self.event(id=f"count-{number}", type=kind, partitionkey=key, data={"v": value})
        self.assertEqual(self.dev.closed(id)["output"], [{"v": 3}, {"v": 6}])
        self.deploy("early", "  first: { event: t.go, key: E }\n  a: { needs: first, event: t.early, key: E, source: good }")
        id = self.dev.begin("early")
        self.waiting(id, "first")
        self.event(id="early-1", type="t.early", subject="E", data=1)
        self.event(id="early-2", type="t.early", subject="E", data=2, source="good")
        self.weft("event", "--type", "t.go", "--key", "E", "--data", "null")
        self.assertEqual(self.dev.closed(id)["output"], 2)

    def test_queue_lets_in_by_order_and_skip_leaves_out(self):
        self.deploy("turns", "  a: { event: t.turn }", "concurrency: { key: '${ .k }', limit: 1 }")
        ids = []
        for status in ("running", "queued", "queued", "queued"):
            ids.append(self.dev.begin("turns", {"k": "x"}))
            self.dev.until(ids[-1], lambda d, status=status: d["status"] == status)
        self.weft("cancel", ids[1])
        self.weft("terminate", ids[2])
        self.assertEqual([self.dev.closed(id)["status"] for id in ids[1:3]], ["cancelled", "terminated"])
        self.assertEqual(self.dev.instance(ids[3])["status"], "queued")
        self.weft("event", "--type", "t.turn", "--instance", ids[0], "--data", "1")
        self.waiting(ids[3], "a")
        self.deploy("only", "  a: { event: t.turn }", "concurrency: { key: '${ .k }', limit: 1, policy: skip }")
        first = self.dev.begin("only", {"k": "x"})
        self.waiting(first, "a")
        self.assertEqual(self.run_of("only", {"k": "x"})["status"], "not_triggered")

    def test_failure_starts_the_error_workflow_and_recovery_is_told(self):
        self.deploy("onerror", "  a: { set: '${ . }' }")
        self.deploy("flaky", "  pay: { shell: 'exit \"$CODE\"', env: { CODE: '${ .code }' } }",
                    "error_workflow: onerror\nnotify: [{ on: [failed, completed, recovered], to: [ops] }]")
        failed, mended, fine = (self.run_of("flaky", {"code": code})["id"] for code in ("4", "0", "0"))
        found = eventually("the error workflow has run", lambda: self.dev.ok("/instances?workflow=onerror&status=completed")["items"])
        report = self.dev.closed(found[0]["id"])["input"]
        self.assertEqual((report["instance"], report["node"], report["error"]["code"]), (failed, "pay", "shell.exit"))
        eventually("all are told", lambda: self.told(failed) and len(self.told(mended)) == 2 and self.told(fine))
        self.assertEqual((self.told(failed), sorted(self.told(mended)), self.told(fine)),
                         (["failed"], ["completed", "recovered"], ["completed"]))

    def test_cron_run_that_was_not_meant_is_hidden(self):
        self.dev.deploy("weft: 1\nname: clock\ntriggers:\n  - { id: often, cron: '@every 1s', when: false }\n"
                        "  - { id: yearly, cron: '0 0 1 1 *', input: { at: '${ .scheduledAt }' } }\nnodes: { a: { set: '${ .at }' } }\n")
        eventually("it fires", lambda: self.dev.ok("/instances?workflow=clock&status=not_triggered")["items"])
        self.weft("pause", "clock", "often")
        self.assertEqual(self.dev.ok("/instances?workflow=clock")["items"], [])
        self.weft("backfill", "clock", "yearly", "--from", "2024-12-31T00:00:00Z", "--to", "2026-01-02T00:00:00Z")
        for year in ("2025", "2026"):
            id = f"default.clock.yearly-{year}-01-01T00:00:00Z"
            eventually("it is filled in", lambda id=id: self.dev.api("/instances/" + id).status == 200)
            self.assertEqual(self.dev.closed(id)["output"], f"{year}-01-01T00:00:00.000Z")

    def test_large_regions_show_counts_and_what_is_active_or_failed(self):
        self.deploy("many", "  each:\n    foreach: '${ [range(300)] }'\n    on_item_error: continue\n    nodes:\n"
                            "      s: { set: '${ if . == 7 then error(\"no\") else . end }' }\n"
                            "      e: { needs: s, when: '${ . == 299 }', event: t.last }")
        id = self.dev.begin("many")
        self.waiting(id, "each/299/e")
        nodes = self.dev.instance(id)["nodes"]
        self.assertEqual(nodes["each"]["counts"], {"failed": 1, "running": 1, "succeeded": 298})
        self.assertIn("each/7/s", nodes)
        self.assertLess(len(nodes), 10)
        self.assertEqual(self.dev.ok(f"/instances/{id}?path=each/150")["nodes"]["each/150/s"]["output"], 150)
        self.weft("cancel", id)

    def test_child_of_another_queue_is_run_by_the_worker_of_that_queue(self):
        self.deploy("inner", "  a: { set: { from: inner } }")
        self.deploy("outer", "  call: { workflow: inner, queue: far }")
        id = self.dev.begin("outer")
        child = self.dev.until(id, lambda d: d["nodes"]["call"].get("child"))["nodes"]["call"]["child"]
        self.dev.until(child, lambda d: (d.get("reason") or {}).get("message") == "no worker polls queue far")
        with self.worker("far"):
            document = self.dev.closed(id)
        self.assertEqual(document["nodes"]["call"]["output"], {"from": "inner"}, document)

    def test_worker_of_another_queue_takes_the_token_of_dev_and_ends_when_interrupted(self):
        self.weft("secret", "set", "tok", stdin=SECRET + "\n")
        self.deploy("other", "  call: { http: { url: '%s/call', headers: { X-Tok: 'Bearer ${ $secrets.tok }' } } }\n"
                             "  far: { shell: 'echo \"got $T\"', env: { T: '${ $secrets.tok }' }, queue: gpu }" % self.service.url,
                    "secrets: [tok]")
        id = self.dev.begin("other")
        self.dev.until(id, lambda d: (d["nodes"]["far"].get("reason") or {}).get("message") == "no worker polls queue gpu")
        with self.worker("gpu"):
            document = self.dev.closed(id)
        self.assertEqual(document["nodes"]["far"]["output"]["stdout"], "got ***", document)
        sent = [headers["X-Tok"] for path, headers, _ in self.service.requests if path == "/call"]
        self.assertEqual(sent, ["Bearer " + SECRET])
        self.assertIn("got ***", self.weft("logs", id, "far").stdout)
        for place in (f"/instances/{id}", f"/instances/{id}/history", f"/instances/{id}/logs", "/secrets", "/audit"):
            self.assertNotIn(SECRET, self.dev.api(place).text)
        self.assertNotIn(SECRET, (self.root / "worker.log").read_text() + self.dev.tail())

    def test_logs_are_followed_while_the_node_runs(self):
        seen = threading.Event()
        gate = Receiver(lambda *_: (200, {"open": seen.wait(60)}))
        self.addCleanup(gate.close)
        self.deploy("logged", "  a:\n    python: |\n      import urllib.request\n      def main(input):\n          print('before')\n"
                              f"          urllib.request.urlopen('{gate.url}').read()\n          print('after')")
        id = self.dev.begin("logged")
        with subprocess.Popen([WEFT, "logs", id, "-f", "--server", self.dev.url], stdout=subprocess.PIPE, text=True,
                              env={**KEPT, "WEFT_DATA": str(self.dev.data)}) as logs:
            self.assertEqual(logs.stdout.readline(), "a | before\n")
            self.assertEqual(self.dev.instance(id)["nodes"]["a"]["status"], "running")
            seen.set()
            self.assertEqual(logs.stdout.readline(), "a | after\n")
            self.assertEqual(logs.wait(timeout=60), 0)

    def test_deploy_is_all_or_nothing_and_takes_the_python_file(self):
        (self.root / "main.py").write_text("def main(input):\n    return {'got': input}\n")
        (self.root / "good.yaml").write_text("weft: 1\nname: filed\nnodes: { a: { python: { file: main.py } } }\n")
        (self.root / "bad.yaml").write_text("weft: 1\nname: bad\nnodes:\n  a: { shel: x }\n  b: { needs: zz, set: 1 }\n")
        shown = self.weft("deploy", str(self.root / "good.yaml"), str(self.root / "bad.yaml"), code=2).stderr
        self.assertIn("bad.yaml:4:8: error[unknown-key]", shown)
        self.assertIn("bad.yaml:5:15: error[unknown-node]", shown)
        self.assertEqual(self.dev.api("/workflows/default/filed").status, 404)
        self.weft("deploy", str(self.root / "good.yaml"))
        started = self.weft("start", "filed", "--input", "-", "--wait", stdin='{"n":12345678901234567890}')
        self.assertEqual(started.stdout.split(), '{ "got": { "n": 12345678901234567890 } }'.split())

    def test_exit_codes(self):
        self.deploy("fails", "  a: { fail: { code: mine, message: oh } }")
        self.assertIn("mine", self.weft("start", "fails", "--wait", code=1).stderr)
        nowhere = f"http://127.0.0.1:{free_port()}"
        self.assertIn(nowhere, self.weft("list", code=3, WEFT_SERVER=nowhere).stderr)
        self.weft("show", "no.such.instance", code=2)
        self.weft("list", code=2, WEFT_TOKEN="wrong")

    def test_second_one_says_what_is_taken(self):
        other, free = str(self.root / "other"), ("--temporal-port", str(free_port()))
        for what, arguments in ((str(self.dev.data), ("--data", str(self.dev.data), "--port", str(free_port()), *free)),
                                (str(self.dev.port), ("--data", other, "--port", str(self.dev.port), *free)),
                                (str(self.dev.temporal_port), ("--data", other, "--port", str(free_port()), "--temporal-port",
                                                               str(self.dev.temporal_port)))):
            said = self.weft("dev", *arguments, code=2).stderr
            self.assertIn(what, said)
            self.assertEqual(len(said.strip().splitlines()), 1, said)


if __name__ == "__main__":
    unittest.main()
