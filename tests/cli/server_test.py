#!/usr/bin/env python3
"""The verbs that talk to a server, against `weft dev`. WEFT names the binary, TEMPORAL_CLI Temporal's."""

import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from weft_process import KEPT, free_port, sandbox  # noqa: E402

WEFT = os.environ["WEFT"]

SET = 'weft: 1\nname: {name}\nnodes:\n  a: {{ set: "${{ $input }}" }}\n'
WAITS = 'weft: 1\nname: {name}\nnodes:\n  go: {{ event: go, key: "${{ $input.key }}" }}\n  done: {{ needs: go, set: "${{ . }}" }}\n'
CRON = ('weft: 1\nname: {name}\ntriggers:\n  - {{ id: night, cron: "0 2 * * *" }}\n  - {{ id: hook, webhook: {name} }}\n'
        'nodes:\n  a: {{ set: "${{ . }}" }}\n')


class Server(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.TemporaryDirectory()
        cls.url = f"http://127.0.0.1:{free_port()}"
        cls.log = open(Path(cls.data.name) / "log", "w+", encoding="utf-8")
        # As a careless copy leaves it.
        (Path(cls.data.name) / "token").write_text("weft_" + "7" * 64 + "\n")
        (Path(cls.data.name) / "token").chmod(0o644)
        Path(cls.data.name).chmod(0o755)
        cls.server = subprocess.Popen(
            [WEFT, "dev", "--port", cls.url.rsplit(":", 1)[1], "--temporal-port", str(free_port()), "--data", cls.data.name,
             *sandbox()], stdout=subprocess.PIPE, stderr=cls.log, text=True,
            env=KEPT | {"WEFT_TEMPORAL_CLI": os.environ["TEMPORAL_CLI"]})
        # It prints its address when it is ready.
        if not cls.server.stdout.readline():
            raise RuntimeError((Path(cls.data.name) / "log").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGINT)
        cls.server.communicate(timeout=60)
        cls.log.close()
        cls.data.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.name = "w-" + self.id().rsplit(".", 1)[1].removeprefix("test_").replace("_", "-")[:50].rstrip("-")

    def call(self, *arguments, stdin="", code=0, **environment):
        environment = {"WEFT_SERVER": self.url, "WEFT_DATA": self.data.name} | environment
        result = subprocess.run([WEFT, *arguments], cwd=self.folder, input=stdin, env=KEPT | environment, capture_output=True,
                                text=True, timeout=120, check=False)
        self.assertEqual(code, result.returncode, f"{arguments}: {result.stdout}{result.stderr}")
        return result

    def out(self, *arguments, **more):
        return self.call(*arguments, **more).stdout.removesuffix("\n")

    def deploy(self, text):
        (self.folder / "w.yaml").write_text(text.format(name=self.name))
        return self.out("deploy", "w.yaml")

    def start(self, *arguments):
        return self.out("start", self.name, *arguments)

    def until(self, holds):
        deadline = time.monotonic() + 60
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def document(self, instance):
        return json.loads(self.out("show", instance, "--json"))

    def until_status(self, instance, status):
        self.until(lambda: self.document(instance)["status"] == status)

    def until_waiting(self, instance, node):
        self.until(lambda: self.document(instance)["nodes"].get(node, {}).get("status") == "waiting")

    def test_nobody_else_reads_what_is_kept(self):
        kept = [Path(self.data.name), *(p for p in Path(self.data.name).iterdir() if p.name.startswith(("weft.db", "temporal.db"))),
                *(Path(self.data.name) / name for name in ("token", "key", "lock"))]
        self.assertGreater(len(kept), 5)
        self.assertEqual([], [str(path) for path in kept if path.stat().st_mode & 0o077])

    def test_deploy_counts_revisions(self):
        self.assertEqual(f"default/{self.name} revision 1", self.deploy(SET))
        self.assertEqual(f"default/{self.name} revision 1 (nothing changed)", self.deploy(SET))
        self.assertEqual(f"default/{self.name} revision 2", self.deploy(SET + "  b: {{ set: 2 }}\n"))

    def test_deploy_takes_python_files_along(self):
        (self.folder / "score.py").write_text('def main(input):\n    return "risk: " + input["a"]\n')
        self.deploy("weft: 1\nname: {name}\nnodes:\n  a: {{ python: {{ file: score.py }} }}\n")
        self.assertEqual('"risk: x"', self.start("--input", '{"a":"x"}', "--wait"))

    def test_deploy_of_several_is_all_or_nothing(self):
        (self.folder / "good.yaml").write_text(SET.format(name=self.name))
        (self.folder / "bad.yaml").write_text("weft: 1\nname: bad\nnodes: {}\n")
        result = self.call("deploy", "good.yaml", "bad.yaml", code=2)
        self.assertIn("bad.yaml:", result.stderr)
        self.assertIn("no workflow", self.call("start", self.name, code=2).stderr)

    def test_start_prints_the_id_or_waits_for_the_output(self):
        self.deploy(SET)
        self.assertTrue(self.start("--input", "1").startswith(f"default.{self.name}.manual."))
        self.assertEqual('"你好"', self.start("--input", '"你好"', "--wait"))

    def test_start_of_a_failing_run_is_told(self):
        self.deploy("weft: 1\nname: {name}\nnodes:\n  a: {{ fail: {{ code: sold_out, message: nothing left }} }}\n")
        result = self.call("start", self.name, "--wait", code=1)
        self.assertIn("sold_out at node a", result.stderr)
        self.assertEqual("", result.stdout)

    def test_start_with_a_key_joins(self):
        self.deploy(WAITS)
        first = self.start("--input", '{"key":"join"}', "--key", "8841")
        self.assertEqual(f"default.{self.name}.manual.8841", first)
        self.assertEqual(first, self.start("--input", '{"key":"join"}', "--key", "8841"))
        self.call("terminate", first)

    def test_wrong_input_is_refused(self):
        self.deploy("weft: 1\nname: {name}\ninput: {{ type: object, required: [orderId] }}\nnodes:\n  a: {{ set: 1 }}\n")
        self.assertIn("orderId", self.call("start", self.name, "--input", "{}", code=2).stderr)
        self.assertIn("--input is not JSON", self.call("start", self.name, "--input", "{", code=2).stderr)

    def test_list_and_show(self):
        self.deploy(WAITS)
        instance = self.start("--input", '{"key":"list"}')
        self.until_waiting(instance, "go")
        self.until(lambda: instance in self.out("list", "--workflow", self.name, "--status", "running"))
        self.assertEqual(instance, json.loads(self.out("list", "--workflow", self.name, "--json"))[0]["id"])
        shown = self.out("show", instance)
        self.assertIn("go  waiting: event go with key list", shown)
        self.assertLess(shown.index("go  "), shown.index("done  "))
        self.call("terminate", instance)
        self.until_status(instance, "terminated")

    def test_show_watches_until_the_end(self):
        self.deploy(WAITS)
        instance = self.start("--input", '{"key":"watch"}')
        self.until_waiting(instance, "go")
        watcher = subprocess.Popen([WEFT, "show", instance, "--watch", "--json", "--server", self.url],
                                   env=KEPT | {"WEFT_DATA": self.data.name}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in watcher.stderr:
            if "waiting" in line:
                break
        self.out("event", "--type", "go", "--key", "watch", "--data", '{"ok":true}')
        out, _ = watcher.communicate(timeout=60)
        self.assertEqual(0, watcher.returncode)
        self.assertEqual({"ok": True}, json.loads(out)["output"])

    def test_an_event_is_counted_once(self):
        self.deploy(WAITS)
        instance = self.start("--input", '{"key":"once"}')
        self.assertEqual("e1", self.out("event", "--type", "other", "--source", self.name, "--id", "e1"))
        self.assertIn("accepted before", self.call("event", "--type", "other", "--source", self.name, "--id", "e1").stderr)
        self.out("event", "--type", "go", "--instance", instance, "--data", "7")
        self.until_status(instance, "completed")
        self.assertEqual(7, self.document(instance)["output"])

    def test_logs_of_all_nodes_and_of_one(self):
        self.deploy('weft: 1\nname: {name}\nnodes:\n  a: {{ shell: "echo one; echo two >&2" }}\n  b: {{ needs: a, shell: "echo three" }}\n')
        self.start("--wait")
        instance = json.loads(self.out("list", "--workflow", self.name, "--json"))[0]["id"]
        self.until(lambda: "b | three" in self.out("logs", instance))
        both = self.call("logs", instance)
        self.assertIn("a | one", both.stdout)
        self.assertIn("a | two", both.stderr)
        self.assertEqual("three", self.out("logs", instance, "b"))

    def test_logs_of_a_node_that_is_none(self):
        self.deploy(WAITS)
        instance = self.start("--input", '{"key":"logs"}')
        for more in ([], ["-f"]):
            self.assertIn("`shp` is no node of this instance", self.call("logs", instance, "shp", *more, code=2).stderr)
        self.assertEqual("", self.out("logs", instance, "done"))
        self.call("terminate", instance)

    def test_logs_follow(self):
        self.deploy('weft: 1\nname: {name}\nnodes:\n  a: {{ shell: "echo one; sleep 1; echo two" }}\n')
        instance = self.start()
        self.assertEqual("a | one\na | two", self.out("logs", instance, "-f"))

    def test_cancel_and_rerun(self):
        self.deploy(WAITS)
        instance = self.start("--input", '{"key":"cancel"}')
        self.until_waiting(instance, "go")
        self.call("cancel", instance, "--reason", "wrong order")
        self.until_status(instance, "cancelled")
        self.assertEqual(2, self.call("cancel", instance, code=2).returncode)
        self.assertIn("runsAgain", json.loads(self.out("rerun", instance, "--dry-run")))
        again = self.out("rerun", instance, "--input", '{"key":"again"}')
        self.assertNotEqual(instance, again)
        self.until_waiting(again, "go")
        self.call("terminate", again)

    def test_approvals_are_answered_once(self):
        self.deploy("weft: 1\nname: {name}\nnodes:\n  ask: {{ approval: {{ title: Ship it? }} }}\n")
        instance = self.start()
        self.until_waiting(instance, "ask")
        self.until(lambda: subprocess.run([WEFT, "approve", instance, "ask", "--data", '{"limit":5}', "--server", self.url],
                                          env=KEPT | {"WEFT_DATA": self.data.name}, capture_output=True).returncode == 0)
        self.until_status(instance, "completed")
        self.assertEqual({"limit": 5}, self.document(instance)["output"]["data"])
        self.call("approve", instance, "ask", code=2)

    def test_triggers_are_paused_fired_and_backfilled(self):
        self.deploy(CRON)
        self.call("pause", self.name, "night", "--note", "stocktaking")
        self.deploy(CRON + "  b: {{ set: 2 }}\n")
        self.until(lambda: self.call("fire", self.name, "night").stdout.startswith(f"default.{self.name}.night-"))
        self.assertIn("active", self.call("resume", self.name, "night").stderr)
        told = self.call("backfill", self.name, "night", "--from", "2026-03-01T00:00:00Z", "--to", "2026-03-03T00:00:00Z").stderr
        self.assertIn("2 slots", told)
        self.until(lambda: "night-2026-03-02T02:00:00Z" in self.out("list", "--workflow", self.name))
        self.assertIn("paused", self.call("pause", self.name, "hook").stderr)
        self.assertIn("not a cron trigger", self.call("fire", self.name, "hook", code=2).stderr)
        self.assertIn("no trigger", self.call("pause", self.name, "other", code=2).stderr)

    def test_secrets_never_come_back(self):
        self.call("secret", "set", "shop_token", stdin="s3cr3t-value\n")
        listed = self.out("secret", "list")
        self.assertIn("shop_token", listed)
        self.assertNotIn("s3cr3t", listed)
        self.deploy('weft: 1\nname: {name}\nsecrets: [shop_token]\nnodes:\n  a:\n    shell: \'test "$T" = s3cr3t-value && echo yes\'\n'
                    '    env: {{ T: "${{ $secrets.shop_token }}" }}\n')
        self.assertEqual("yes", json.loads(self.start("--wait"))["stdout"])
        self.call("secret", "delete", "shop_token")
        self.call("secret", "delete", "shop_token", code=2)
        self.assertIn("no value", self.call("secret", "set", "empty", code=2).stderr)

    def test_tokens_open_what_they_are_made_for(self):
        token = self.out("token", "create", self.name, "--permission", "view")
        self.out("list", WEFT_TOKEN=token)
        self.assertEqual(2, self.call("secret", "list", WEFT_TOKEN=token, code=2).returncode)
        self.assertIn(self.name, self.out("token", "list"))
        self.call("token", "delete", self.name)
        self.assertIn("WEFT_TOKEN", self.call("list", WEFT_TOKEN=token, code=2).stderr)

    def test_queues_tell_where_nobody_works(self):
        self.deploy("weft: 1\nname: {name}\nnodes:\n  a: {{ shell: x, queue: {name} }}\n")
        rows = {row.split()[0]: row.split()[1:] for row in self.out("queues").splitlines()}
        self.assertEqual(["no", "0", "0", "-", "1"], rows[self.name])
        self.assertEqual(["yes", "0", "1"], rows["weft"][:3])

    def test_channels(self):
        received = []

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        config = json.dumps({"url": f"http://127.0.0.1:{receiver.server_port}/", "secret": "s3cr3t-value"})
        self.call("channel", "set", "ops", "--kind", "webhook", "--language", "zh", stdin=config)
        listed = self.out("channel", "list")
        self.assertIn("ops", listed)
        self.assertNotIn("s3cr3t", listed)
        self.call("channel", "test", "ops")
        self.assertEqual(1, len(received))
        self.call("channel", "delete", "ops")
        self.call("channel", "test", "ops", code=2)

    def test_unreachable_is_exit_code_3(self):
        result = self.call("list", WEFT_SERVER=f"http://127.0.0.1:{free_port()}", code=3)
        self.assertIn("cannot be reached", result.stderr)

    def test_what_is_no_weft_server_is_told(self):
        class Other(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

        other = http.server.HTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        result = self.call("list", WEFT_SERVER=f"http://127.0.0.1:{other.server_port}", WEFT_DATA=str(self.folder), code=3)
        self.assertIn("not as a Weft server", result.stderr)

    def test_a_token_does_not_travel_in_the_clear(self):
        result = self.call("list", WEFT_SERVER="http://weft.example", WEFT_TOKEN="secret-token", code=2)
        self.assertIn("https", result.stderr)
        self.assertNotIn("secret-token", result.stderr)

    def test_every_verb_has_examples(self):
        for verb in ("deploy", "start", "list", "show", "logs", "cancel", "terminate", "rerun", "approve", "event", "pause", "resume",
                     "fire", "backfill", "secret", "channel", "token"):
            with self.subTest(verb=verb):
                self.assertIn(f"weft {verb} ", self.out(verb, "--help").split("Examples:")[1])


if __name__ == "__main__":
    unittest.main()
