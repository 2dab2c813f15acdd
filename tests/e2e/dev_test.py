#!/usr/bin/env python3
"""`weft dev` from outside: deployed workflows started in all four ways, watched, answered, told about. WEFT names the binary."""

import json
import os
import stat
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from weft_dev import WEFT, Dev, Receiver, call, eventually

ROOT = Path(__file__).resolve().parents[2]


def stock(path, _body):
    number = 1 if path.endswith("nightly") else int(path.rsplit("/", 1)[1])
    return 200, {"count": 0 if number % 2 else number, "warehouse": "SH-2"}


class DevTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = Path(cls.folder.name)
        cls.stock = Receiver(stock)
        cls.channel = Receiver()
        cls.workflows = root / "workflows"
        cls.workflows.mkdir()
        orders = (ROOT / "examples/order-intake/workflow.yaml").read_text()
        (cls.workflows / "orders.yaml").write_text(orders.replace("http://127.0.0.1:18742", cls.stock.url))
        (cls.workflows / "compose.yaml").write_text("services: {}\n")
        cls.dev = Dev(root / "data", cls.workflows).start()
        cls.dev.ok("/channels", "POST", {"name": "ops", "kind": "webhook", "config": {"url": cls.channel.url + "/ops"}})

    @classmethod
    def tearDownClass(cls):
        cls.dev.stop()
        cls.stock.close()
        cls.channel.close()
        cls.folder.cleanup()

    def event(self, **event):
        return self.dev.api("/events", "POST", {"specversion": "1.0", "source": "tests", **event}, "application/cloudevents+json")

    def weft(self, *arguments):
        done = subprocess.run([WEFT, *arguments, "--server", self.dev.url], capture_output=True, text=True, check=False, timeout=90,
                              env={**os.environ, "WEFT_TOKEN": self.dev.token})
        return done

    def test_token_file_and_one_time_address(self):
        mode = stat.S_IMODE((self.dev.data / "token").stat().st_mode)
        self.assertEqual(mode, 0o600)
        self.assertEqual(stat.S_IMODE(self.dev.data.stat().st_mode), 0o700)
        self.assertEqual(call(self.dev.url + "/api/v1/workflows").status, 401)

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        def open_once():
            try:
                return urllib.request.build_opener(Stay).open(self.dev.one_time_url, timeout=10)
            except urllib.error.HTTPError as answer:
                return answer

        first = open_once()
        cookie = first.headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        session = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(call(self.dev.url + "/api/v1/workflows", headers=session).status, 200)
        self.assertIsNone(open_once().headers["Set-Cookie"])
        # Another page's script may send the cookie's request, but not with our origin.
        evil = {**session, "Origin": "http://evil.example"}
        self.assertIn(call(self.dev.url + "/api/v1/events", "POST", {}, headers=evil).status, (401, 403))
        self.assertIn(call(self.dev.url + "/api/v1/workflows", headers={**session, "Host": "evil.example"}).status, (403, 421))

    def test_by_hand_to_the_end(self):
        id = self.dev.begin("order-intake", {"orderId": "8842"})
        document = self.dev.closed(id)
        self.assertEqual(document["status"], "completed")
        self.assertEqual(document["output"], {"shipped": "shipping 8842"})
        self.assertEqual(document["nodes"]["review"]["status"], "skipped")
        self.assertEqual(document["trigger"], {"kind": "manual"} | document["trigger"])

    def test_webhook_waits_for_its_review_and_says_so(self):
        answer = call(self.dev.url + "/hooks/default/orders", "POST", {"orderId": "8841"})
        self.assertEqual(answer.status, 202, answer)
        id = answer.json["id"]
        self.assertEqual(id, "default.order-intake.hook.8841")
        document = self.dev.until(id, lambda d: d["nodes"]["review"]["status"] == "waiting")
        reason = document["nodes"]["review"]["reason"]
        self.assertEqual((reason["kind"], reason["type"], reason["key"]), ("event", "com.shop.review.done", "8841"))
        self.assertTrue(reason["until"])
        joined = call(self.dev.url + "/hooks/default/orders", "POST", {"orderId": "8841"})
        self.assertEqual(joined.json["id"], id)
        waiting = eventually("the list knows where it is", lambda: [
            one for one in self.dev.ok("/instances?workflow=order-intake&status=running")["items"] if one["id"] == id])
        self.assertEqual(len(waiting), 1)
        self.assertEqual(self.event(id="r1", type="com.shop.review.done", subject="8841", data={"by": "ada"}).status, 202)
        self.assertEqual(self.dev.closed(id)["output"], {"shipped": "shipping 8841"})

    def test_webhook_answers_a_body_that_is_far_too_large(self):
        answer = call(self.dev.url + "/hooks/default/orders", "POST", "x" * (20 << 20))
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (413, "application/problem+json"))

    def test_event_in_headers_reaches_one_instance(self):
        self.dev.deploy("weft: 1\nname: listening\nnodes:\n  e: { event: com.shop.heard }\n")
        id = self.dev.begin("listening", {})
        self.dev.until(id, lambda d: d["nodes"]["e"]["status"] == "waiting")
        answer = call(f"{self.dev.url}/api/v1/instances/{id}/event", "POST", {"n": 1}, "application/json; charset=utf-8",
                      {"Authorization": f"Bearer {self.dev.token}", "ce-specversion": "1.0", "ce-id": "h1", "ce-source": "tests",
                       "ce-type": "com.shop.heard"})
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(self.dev.closed(id)["output"], {"n": 1})

    def test_misread_rerun_runs_nothing(self):
        id = self.dev.begin("order-intake", {"orderId": "8850"})
        self.dev.closed(id)
        for body in ({"dry_run": True}, {"dryRun": "yes"}, {"from": 1}):
            self.assertEqual(self.dev.api(f"/instances/{id}/rerun", "POST", body).status, 422, body)

    def test_event_starts_once(self):
        for _ in range(2):
            self.assertEqual(self.event(id="p1", type="com.shop.order.placed", data={"orderId": "E2", "amount": 0}).status, 202)
            answer = self.event(id="p2", type="com.shop.order.placed", data={"orderId": "100", "amount": 5})
            self.assertEqual(answer.status, 202, answer)
        id = "default.order-intake.placed.100"
        self.assertEqual(self.dev.closed(id)["status"], "completed")
        self.assertEqual(self.dev.api("/instances/default.order-intake.placed.E2").status, 404)
        runs = [one for one in self.dev.ok("/instances?workflow=order-intake&trigger=placed")["items"] if one["id"].startswith(id)]
        self.assertEqual(len(runs), 1, runs)

    def test_cron_fires_by_hand(self):
        shown = eventually("the schedule is in Temporal", lambda: [
            t for t in self.dev.ok("/workflows/default/order-intake/triggers")["items"] if t["id"] == "nightly" and t["nextFireTimes"]])
        self.assertEqual(shown[0]["timezone"], "Asia/Shanghai")
        self.assertTrue(all("T18:00:00" in at for at in shown[0]["nextFireTimes"]))
        fired = self.dev.ok("/workflows/default/order-intake/triggers/nightly/fire", "POST", {})
        document = self.dev.until(fired["id"], lambda d: d["nodes"]["stock"]["status"] == "succeeded")
        self.assertEqual(document["trigger"]["kind"], "cron")
        self.assertEqual(document["input"], {"orderId": "nightly"})
        self.dev.ok(f"/instances/{fired['id']}/terminate", "POST", {"reason": "seen"})

    def test_failure_tells_the_channel_once(self):
        self.dev.deploy("weft: 1\nname: failing\nnodes:\n  pay: { shell: 'echo no money >&2; exit 3' }\n"
                        "notify: [{ on: [failed, terminated, cancelled], to: [ops] }]\n")
        id = self.dev.begin("failing", {})
        document = self.dev.closed(id)
        self.assertEqual((document["status"], document["error"]["code"]), ("failed", "shell.exit"))
        told = eventually("the channel is told", lambda: [b for b in self.channel.bodies("/ops") if b["instance"] == id])
        self.assertEqual(len(told), 1)
        self.assertEqual((told[0]["event"], told[0]["workflow"], told[0]["node"], told[0]["error"]["code"]),
                         ("failed", "failing", "pay", "shell.exit"))
        log = eventually("the log says so", lambda: [
            n for n in self.dev.ok("/notifications")["items"] if n.get("instance") == id and n["status"] == "sent"])
        self.assertEqual(len(log), 1)

    def test_termination_from_outside_tells_too(self):
        self.dev.deploy("weft: 1\nname: endless\nnodes:\n  a: { wait: 1h }\nnotify: [{ on: [terminated], to: [ops] }]\n")
        id = self.dev.begin("endless", {})
        self.dev.until(id, lambda d: d["nodes"]["a"]["status"] == "waiting")
        self.dev.ok(f"/instances/{id}/terminate", "POST", {"reason": "enough"})
        told = eventually("the channel is told", lambda: [b for b in self.channel.bodies("/ops") if b["instance"] == id])
        self.assertEqual([b["event"] for b in told], ["terminated"])

    def test_approval_is_answered_once(self):
        self.dev.deploy("weft: 1\nname: asking\nnodes:\n  ask: { approval: { title: Really? } }\n"
                        "  yes: { needs: ask.approved, set: went }\n")
        id = self.dev.begin("asking", {})
        self.dev.until(id, lambda d: d["nodes"]["ask"]["status"] == "waiting")
        eventually("it is in the list", lambda: [a for a in self.dev.ok("/approvals")["items"] if a["instance"] == id])
        self.assertLess(self.dev.api(f"/instances/{id}/approve", "POST", {"node": "ask", "decision": "approved"}).status, 300)
        self.assertEqual(self.dev.api(f"/instances/{id}/approve", "POST", {"node": "ask", "decision": "rejected"}).status, 409)
        self.assertEqual(self.dev.closed(id)["output"], "went")

    def test_rerun_from_a_node_reuses_what_came_before(self):
        self.dev.deploy("weft: 1\nname: mended\nnodes:\n  a: { shell: 'date +%s%N' }\n"
                        "  b: { needs: a, shell: 'exit 1' }\n")
        id = self.dev.begin("mended", {})
        before = self.dev.closed(id)
        self.assertEqual(before["status"], "failed")
        self.dev.deploy("weft: 1\nname: mended\nnodes:\n  a: { shell: 'date +%s%N' }\n"
                        "  b: { needs: a, set: \"${ .stdout }\" }\n")
        plan = self.dev.ok(f"/instances/{id}/rerun", "POST", {"from": "b", "latest": True, "dryRun": True})
        self.assertNotIn("a", json.dumps(plan.get("effects", [])))
        again = self.dev.ok(f"/instances/{id}/rerun", "POST", {"from": "b", "latest": True})["id"]
        self.assertEqual(self.dev.closed(again)["output"], before["nodes"]["a"]["output"]["stdout"])

    def test_stream_shows_each_node(self):
        id = self.dev.begin("order-intake", {"orderId": "8846"})
        request = urllib.request.Request(f"{self.dev.url}/api/v1/instances/{id}/stream",
                                         headers={"Authorization": f"Bearer {self.dev.token}"})
        kinds = []
        with urllib.request.urlopen(request, timeout=60) as stream:
            self.assertEqual(stream.headers["Content-Type"], "text/event-stream")
            for line in stream:
                if line.startswith(b"event: "):
                    kinds.append(line[7:].strip().decode())
                if kinds and kinds[-1] == "closed":
                    break
        self.assertEqual(kinds[0], "instance")
        self.assertEqual(kinds[-1], "closed")

    def test_command_line(self):
        started = self.weft("start", "order-intake", "--input", '{"orderId":"8848"}', "--wait")
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(json.loads(started.stdout), {"shipped": "shipping 8848"})
        self.assertIn("order-intake", self.weft("list").stdout)
        missing = self.weft("start", "nothing-of-that-name")
        self.assertEqual(missing.returncode, 2, missing.stderr)

    def test_changed_file_is_deployed_again(self):
        file = self.workflows / "changing.yaml"
        file.write_text("weft: 1\nname: changing\nnodes: { a: { set: 1 } }\n")
        revision = lambda n: lambda: (self.dev.api("/workflows/default/changing").status == 200
                                      and self.dev.ok("/workflows/default/changing")["revision"] == n)
        eventually("it is deployed", revision(1))
        file.write_text("weft: 1\nname: changing\nnodes: { a: { set: 2 } }\n")
        eventually("it is deployed again", revision(2))
        self.assertEqual(self.dev.closed(self.dev.begin("changing", {}))["output"], 2)


if __name__ == "__main__":
    unittest.main()
