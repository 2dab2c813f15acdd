#!/usr/bin/env python3
"""`weft run` from outside, on a Temporal dev server of the test's own. WEFT names the binary, TEMPORAL_CLI the server."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from weft_process import KEPT, free_port, sandbox  # noqa: E402

WEFT = os.environ["WEFT"]


SANDBOX = sandbox()


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.address = f"127.0.0.1:{port}"
        cls.server = subprocess.Popen([os.environ["TEMPORAL_CLI"], "server", "start-dev", "--headless", "--port", str(port)],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=KEPT)
        # It says so when it is ready.
        for line in cls.server.stdout:
            if cls.address.split(":")[1] in line:
                break

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.communicate(timeout=30)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, text, name="w.yaml"):
        (self.folder / name).write_text(text)
        return name

    def command(self, file, *arguments):
        return [WEFT, "run", file, "--temporal", self.address, *SANDBOX, *arguments]

    def weft(self, text, *arguments, stdin="", **environment):
        return subprocess.run(self.command(self.file(text), *arguments), cwd=self.folder, input=stdin, env=KEPT | environment,
                              capture_output=True, text=True, timeout=120, check=False)

    def test_output_is_json_on_stdout_and_nothing_else(self):
        result = self.weft('weft: 1\nname: w\nnodes:\n  a: { shell: "echo loud >&2; echo 你好" }\n'
                           '  b: { needs: a, set: { said: "${ .stdout }" } }\n')
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual({"said": "你好"}, json.loads(result.stdout))
        self.assertNotIn("\x1b", result.stderr)

    def test_input_from_argument_file_and_standard_input(self):
        workflow = 'weft: 1\nname: w\nnodes:\n  a: { set: "${ $input.n + 1 }" }\n'
        (self.folder / "in.json").write_text('{"n": 2}')
        for argument, stdin in (('{"n": 2}', ""), ("@in.json", ""), ("-", '{"n": 2}')):
            with self.subTest(argument=argument):
                self.assertEqual("3\n", self.weft(workflow, "--input", argument, stdin=stdin).stdout)

    def test_large_numbers_come_out_as_they_went_in(self):
        result = self.weft('weft: 1\nname: w\nnodes:\n  a: { set: "${ $input }" }\n', "--input", "12345678901234567890123")
        self.assertEqual("12345678901234567890123\n", result.stdout)

    def test_failed_run_is_exit_1_and_names_code_and_node(self):
        result = self.weft('weft: 1\nname: w\nnodes:\n  bang: { fail: { code: no.stock, message: "none left" } }\n')
        self.assertEqual((1, ""), (result.returncode, result.stdout))
        for word in ("no.stock", "bang", "none left"):
            self.assertIn(word, result.stderr)

    def test_instance_document(self):
        result = self.weft('weft: 1\nname: w\nnodes:\n  a: { set: 1 }\n  b: { needs: a, shell: exit 3 }\n', "--json", "--input", "{}")
        self.assertEqual(1, result.returncode)
        document = json.loads(result.stdout)
        self.assertEqual(("w", "default", "failed", "manual"),
                         (document["workflow"], document["namespace"], document["status"], document["trigger"]["kind"]))
        self.assertEqual(("shell.exit", "b"), (document["error"]["code"], document["error"]["node"]))
        self.assertEqual(("succeeded", "failed"), tuple(document["nodes"][n]["status"] for n in "ab"))
        self.assertTrue(document["startedAt"] and document["endedAt"] and document["run"]["id"])

    def test_invalid_file_is_exit_2_before_anything_starts(self):
        result = subprocess.run([WEFT, "run", self.file("weft: 1\nname: w\nnodes:\n  a: { needs: b, set: 1, sett: 2 }\n")],
                                cwd=self.folder, env=KEPT, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn("error[unknown-node]", result.stderr)
        self.assertIn("error[unknown-key]", result.stderr)

    def test_wrong_input_is_exit_2_with_every_violation(self):
        workflow = ("weft: 1\nname: w\ninput: { type: object, required: [a], properties: { b: { type: string } } }\n"
                    "nodes:\n  a: { set: 1 }\n")
        result = self.weft(workflow, "--input", '{"b": 1}')
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn('"a"', result.stderr)
        self.assertIn("/b", result.stderr)
        self.assertEqual(2, self.weft(workflow, "--input", "{").returncode)
        self.assertEqual(2, self.weft(workflow, "--input", "@absent.json").returncode)

    def test_temporal_away_is_exit_3_with_the_address(self):
        self.file("weft: 1\nname: w\nnodes:\n  a: { set: 1 }\n")
        result = subprocess.run([WEFT, "run", "w.yaml", "--temporal", "127.0.0.1:1"], cwd=self.folder, env=KEPT,
                                capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((3, ""), (result.returncode, result.stdout))
        self.assertIn("127.0.0.1:1", result.stderr)

    def test_address_from_environment_and_settings_file(self):
        self.file("weft: 1\nname: w\nnodes:\n  a: { set: 1 }\n")
        for environment, settings in (({"WEFT_TEMPORAL": "127.0.0.1:1"}, "temporal: 127.0.0.1:2\n"), ({}, "temporal: 127.0.0.1:1\n")):
            with self.subTest(environment=environment):
                self.file(settings, "weft.yaml")
                result = subprocess.run([WEFT, "run", "w.yaml"], cwd=self.folder, env=KEPT | environment,
                                        capture_output=True, text=True, timeout=120, check=False)
                self.assertEqual(3, result.returncode)
                self.assertIn("127.0.0.1:1", result.stderr)

    def test_protection_is_not_loosened_by_a_file(self):
        self.file("sandbox: off\n", "weft.yaml")
        result = self.weft("weft: 1\nname: w\nnodes:\n  a: { set: 1 }\n")
        self.assertEqual(2, result.returncode)
        self.assertIn("WEFT_SANDBOX", result.stderr)

    def test_secret_reaches_its_node_and_nobody_else(self):
        workflow = ('weft: 1\nname: w\nsecrets: [token]\nnodes:\n  a:\n    shell: \'echo "$TOKEN" >&2; echo "${#TOKEN} $TOKEN"\'\n'
                    '    env: { TOKEN: "${ $secrets.token }" }\n')
        result = self.weft(workflow, "--json", WEFT_SECRET_TOKEN="correct-horse-battery")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("21 ", json.loads(result.stdout)["nodes"]["a"]["output"]["stdout"])
        self.assertNotIn("correct-horse", result.stdout + result.stderr)

    def test_timeout_cancels_the_run(self):
        result = self.weft("weft: 1\nname: w\nnodes:\n  a: { shell: sleep 600 }\n", "--timeout", "2s")
        self.assertEqual((1, ""), (result.returncode, result.stdout))
        self.assertIn("2s", result.stderr)

    def test_interrupt_cancels_the_run_and_leaves_nothing(self):
        marker = self.folder / "pid"
        self.file(f"weft: 1\nname: w\nnodes:\n  a: {{ shell: 'echo started >&2; exec sleep 600' }}\n")
        run = subprocess.Popen([WEFT, "run", "w.yaml", *SANDBOX], cwd=self.folder, env=KEPT | {"WEFT_RUN_MARK": str(marker)},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = []
        for line in run.stderr:
            said.append(line)
            if "a" in line and "running" in line:
                break
        run.send_signal(signal.SIGINT)
        output, rest = run.communicate(timeout=60)
        self.assertEqual((1, ""), (run.returncode, output), "".join(said) + rest)
        left = [p for p in Path("/proc").glob("[0-9]*") if f"WEFT_RUN_MARK={marker}" in self.environment_of(p)]
        self.assertEqual([], left)

    @staticmethod
    def environment_of(process):
        try:
            return (process / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return []


if __name__ == "__main__":
    unittest.main()
