#!/usr/bin/env python3
"""The command line from outside: exit codes, texts and JSON. WEFT names the binary."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

WEFT = os.environ["WEFT"]

GOOD = """\
weft: 1
name: good
nodes:
  a: { set: 1 }
  b: { needs: a, set: "${ . + 1 }" }
"""
BAD = """\
weft: 1
name: bad
nodes:
  a: { set: 1 }
  b: { needs: nowhere, set: 2 }
  c: { needs: a.sideways, set: 3 }
"""


class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def weft(self, *arguments, stdin="", **environment):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("WEFT_", "TEMPORAL_"))}
        return subprocess.run([WEFT, *arguments], cwd=self.folder, input=stdin, env=kept | environment, text=True,
                              capture_output=True, timeout=60, check=False)


class Usage(Cli):
    def test_help_shows_every_verb_and_the_exit_codes(self):
        result = self.weft("--help")
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        for word in ("validate", "graph", "schema", "Exit codes"):
            self.assertIn(word, result.stdout)

    def test_every_verb_has_help_with_examples(self):
        for verb in ("validate", "graph", "schema"):
            with self.subTest(verb=verb):
                result = self.weft(verb, "--help")
                self.assertEqual((0, ""), (result.returncode, result.stderr))
                self.assertIn(f"Examples:\n  weft {verb}", result.stdout)

    def test_version(self):
        result = self.weft("--version")
        self.assertEqual(0, result.returncode)
        self.assertRegex(result.stdout, r"^weft \d+\.\d+\.\d+")

    def test_bad_usage_is_exit_2_and_one_sentence_that_says_where_to_look(self):
        for arguments in ([], ["nonsense"], ["validate"], ["validate", "--nonsense", "a.yaml"],
                          ["graph", "a.yaml", "--format", "png"]):
            with self.subTest(arguments=arguments):
                result = self.weft(*arguments)
                self.assertEqual((2, ""), (result.returncode, result.stdout))
                self.assertRegex(result.stderr, r"^weft: .*--help\)\n$")


class Validate(Cli):
    def test_valid_file(self):
        result = self.weft("validate", self.file("good.yaml", GOOD))
        self.assertEqual((0, "good.yaml: valid\n", ""), (result.returncode, result.stdout, result.stderr))

    def test_every_problem_of_every_file(self):
        result = self.weft("validate", self.file("bad.yaml", BAD), self.file("good.yaml", GOOD), "absent.yaml")
        self.assertEqual(2, result.returncode)
        self.assertIn("bad.yaml:5:15: error[unknown-node]: ", result.stdout)
        self.assertIn("bad.yaml:6:17: error[unknown-port]: ", result.stdout)
        self.assertIn("5 |   b: { needs: nowhere, set: 2 }\n      |               ^~~~~~~\n", result.stdout)
        self.assertIn("good.yaml: valid\n", result.stdout)
        self.assertIn("absent.yaml:1:1: error[file]: Cannot read absent.yaml: No such file or directory.\n", result.stdout)
        self.assertTrue(result.stdout.endswith("directory.\n"))

    def test_json(self):
        result = self.weft("validate", "--json", self.file("bad.yaml", BAD), self.file("good.yaml", GOOD))
        self.assertEqual((2, ""), (result.returncode, result.stderr))
        bad, good = json.loads(result.stdout)["files"]
        self.assertEqual({"file": "good.yaml", "diagnostics": []}, good)
        self.assertEqual("bad.yaml", bad["file"])
        first = bad["diagnostics"][0]
        self.assertEqual({"severity", "code", "message", "line", "column", "endLine", "endColumn", "path", "hint"}, set(first))
        self.assertEqual(("error", "unknown-node", 5, 15, 5, 22, "/nodes/b/needs"),
                         tuple(first[k] for k in ("severity", "code", "line", "column", "endLine", "endColumn", "path")))

    def test_standard_input(self):
        self.assertEqual("-: valid\n", self.weft("validate", "-", stdin=GOOD).stdout)

    def test_hostile_bytes_are_diagnostics(self):
        for name, text in (("brackets", b"[" * 1_000_000), ("utf8", b"weft: 1\nname: \xff\xfe\n"), ("empty", b""),
                           ("nul", b"weft: 1\0"), ("tabs", b"weft: 1\nnodes:\n\ta: { set: 1 }\n"), ("quote", b'weft: "1')):
            with self.subTest(name=name):
                result = self.weft("validate", "--json", self.file(name, text))
                self.assertEqual(2, result.returncode)
                self.assertTrue(json.loads(result.stdout)["files"][0]["diagnostics"])

    def test_what_is_no_file_is_refused(self):
        os.mkfifo(self.folder / "pipe")
        for name in (".", "pipe", "/dev/zero"):
            with self.subTest(name=name):
                result = self.weft("validate", name)
                self.assertEqual(2, result.returncode)
                self.assertIn("is not a regular file", result.stdout)


class PythonFile(Cli):
    """`python.file` reads from the workflow's directory and nowhere else."""

    def validate(self, file):
        text = f"weft: 1\nname: py\nnodes:\n  a: {{ python: {{ file: {file} }} }}\n"
        return self.weft("validate", self.file("flow/w.yaml", text))

    def test_beside_and_below_the_workflow(self):
        self.file("flow/lib/code.py", "output = 1\n")
        self.assertEqual((0, "flow/w.yaml: valid\n"), (lambda r: (r.returncode, r.stdout))(self.validate("lib/code.py")))

    def test_ways_out_are_refused(self):
        self.file("secret.py", "output = 1\n")
        (self.folder / "flow").mkdir(exist_ok=True)
        (self.folder / "flow/link.py").symlink_to("../secret.py")
        for file in ("../secret.py", "link.py", str(self.folder / "secret.py"), "lib/../../secret.py", "/etc/passwd", "/dev/zero"):
            with self.subTest(file=file):
                result = self.validate(file)
                self.assertEqual(2, result.returncode)
                self.assertIn("error[", result.stdout)

    def test_absent_file_is_a_diagnostic_at_its_place(self):
        result = self.validate("absent.py")
        self.assertEqual(2, result.returncode)
        self.assertIn("flow/w.yaml:4:", result.stdout)


class Graph(Cli):
    def test_formats(self):
        file = self.file("good.yaml", GOOD)
        self.assertIn("-->", self.weft("graph", file).stdout)
        self.assertIn("digraph", self.weft("graph", file, "--format", "dot").stdout)
        graph = json.loads(self.weft("graph", file, "--format", "json").stdout)
        self.assertEqual(["a", "b"], [node["id"] for node in graph["nodes"]])
        self.assertEqual([("a", "b")], [(edge["from"], edge["to"]) for edge in graph["edges"]])

    def test_invalid_file_is_exit_2_with_the_problems_on_stderr(self):
        result = self.weft("graph", self.file("bad.yaml", BAD))
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn("error[unknown-node]", result.stderr)

    def test_reader_that_goes_away_is_no_crash(self):
        command = f'"{WEFT}" graph "{self.folder / self.file("good.yaml", GOOD)}" --format json | head -c 1'
        self.assertEqual(0, subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False).returncode)


class Schema(Cli):
    def test_is_a_json_schema(self):
        schema = json.loads(self.weft("schema").stdout)
        self.assertEqual("https://json-schema.org/draft/2020-12/schema", schema["$schema"])


class Settings(Cli):
    def test_unknown_setting_in_the_file_is_exit_2(self):
        self.file("weft.yaml", "nonsense: 1\n")
        result = self.weft("validate", self.file("good.yaml", GOOD))
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn("weft.yaml: unknown setting `nonsense`", result.stderr)

    def test_named_file_must_be_there(self):
        result = self.weft("validate", self.file("good.yaml", GOOD), WEFT_CONFIG="absent.yaml")
        self.assertEqual(2, result.returncode)
        self.assertIn("absent.yaml", result.stderr)


class ImpossibleTemporal(Cli):
    def test_servers_and_workers_refuse_what_no_temporal_could_be_reached_by(self):
        self.file("ca.pem", "no certificate")
        for environment, words in (({"TEMPORAL_ADDRESS": "nowhere"}, "must be HOST:PORT"),
                                   ({"TEMPORAL_ADDRESS": "127.0.0.1:1", "TEMPORAL_TLS_SERVER_CA_CERT_PATH": "ca.pem"},
                                    "not a certificate in PEM form"),
                                   ({"TEMPORAL_ADDRESS": "127.0.0.1:1", "TEMPORAL_TLS_SERVER_CA_CERT_PATH": "absent.pem"},
                                    "absent.pem")):
            for verb in (["server", "--data", "data", "--port", "0"], ["dev", "--data", "data", "--port", "0"], ["worker"]):
                result = self.weft(*verb, **environment)
                self.assertEqual((2, ""), (result.returncode, result.stdout), result.stderr)
                self.assertIn(words, result.stderr)


class OpenTemporal(Cli):
    def test_worker_warns_of_a_remote_temporal_without_protection(self):
        # An address that leads to this machine and does not look so; nothing listens there.
        with subprocess.Popen([WEFT, "worker", "--temporal", "0.0.0.0:1"], cwd=self.folder, stderr=subprocess.PIPE, text=True) as worker:
            said = ""
            for line in worker.stderr:
                said += line
                if "Trying again" in line:
                    break
            worker.terminate()
        self.assertIn("whoever reaches it too can run code on the workers", said)


if __name__ == "__main__":
    unittest.main()
