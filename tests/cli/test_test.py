#!/usr/bin/env python3
"""`weft test` from outside: exit codes, texts, JUnit's XML, watching, and the examples of its page. WEFT names the binary."""

import os
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

WEFT = os.environ["WEFT"]
REPOSITORY = Path(__file__).resolve().parents[2]

FLOW = """\
weft: 1
name: flow
nodes:
  stock: { http: "http://127.0.0.1:1/${ $input.id }", timeout: 5s, retry: 2 }
  ship: { needs: stock, set: { shipped: "${ .count }" } }
"""
TEST = """\
workflow: flow.yaml
input: { id: 7 }
mocks: { stock: { output: { count: 3 } } }
expect: { output: { shipped: 3 } }
"""


class Verb(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file("flow.yaml", FLOW)

    def file(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def start(self, *arguments):
        return subprocess.Popen([WEFT, "test", *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def weft(self, *arguments):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    def run_text(self, text, workflow=FLOW):
        self.file("flow.yaml", workflow)
        return self.weft(self.file("a.test.yaml", text))


class Results(Verb):
    def test_a_line_for_each_test_that_passes(self):
        self.file("a.test.yaml", TEST)
        self.file("b.test.yaml", "title: orders are shipped\n" + TEST)
        self.assertEqual((0, "passed a.test.yaml (0s)\npassed b.test.yaml: orders are shipped (0s)\n2 passed, 0 failed\n", ""),
                         self.weft("a.test.yaml", "b.test.yaml"))

    def test_what_was_expected_and_what_came_node_by_node(self):
        code, output, errors = self.run_text(TEST.replace("shipped: 3", "shipped: 4, left: 1") + "# end\n")
        self.assertEqual((1, ""), (code, errors))
        self.assertEqual("FAILED a.test.yaml (0s)\n"
                         "  output.left: expected 1, but came nothing\n"
                         "  output.shipped: expected 4, but came 3\n"
                         "  nodes:\n"
                         '    ship   succeeded: {"shipped":3}\n'
                         '    stock  succeeded: {"count":3}\n'
                         "0 passed, 1 failed\n", output)

    def test_a_run_that_fails_unexpectedly_fails_the_test(self):
        code, output, _ = self.run_text("workflow: flow.yaml\ninput: { id: 7 }\nexpect: {}\n"
                                        "mocks: { stock: { error: { code: http.status, message: no, data: { status: 500 } } } }\n")
        self.assertEqual(1, code)
        self.assertIn("  status: expected completed, but came failed: ", output)
        self.assertIn("stock  failed, attempt 2: http.status: no\n", output)

    def test_a_node_that_acts_without_mock_is_named(self):
        code, output, _ = self.run_text("workflow: flow.yaml\ninput: { id: 7 }\nexpect: {}\n")
        self.assertEqual(1, code)
        self.assertIn("  `stock` acts and has no mock; ", output)

    def test_an_event_that_is_never_sent_fails_the_test(self):
        code, output, _ = self.run_text(TEST + "events: [{ type: late, at: 1h }]\n")
        self.assertEqual(1, code)
        self.assertIn("number 1 of `events` was never sent", output)


class BadFiles(Verb):
    def problems(self, text, workflow=FLOW):
        code, output, errors = self.run_text(text, workflow)
        self.assertEqual((2, ""), (code, output), errors)
        return errors

    def test_every_problem_with_its_place(self):
        errors = self.problems("workflow: flow.yaml\ninputs: 1\nnow: yesterday\n"
                               "mocks:\n  ship: { output: 1 }\n  stok: { output: 1 }\n  stock: { takes: soon, lost: false, error: {} }\n"
                               "events: [{ at: 1h }, { cancel: no }, { approve: ship }]\n"
                               "expect: { status: fine, nodes: { stock: done, each/*/x: failed }, order: stock }\n")
        for place in ("2:1: error[unknown-key]", "3:6: error[value]", "5:3: error[value]", "6:3: error[unknown-node]",
                      "7:19: error[duration]", "7:31: error[value]", "7:10: error[conflict]", "7:45: error[missing]",
                      "8:10: error[missing]", "8:32: error[value]", "8:49: error[value]", "9:19: error[value]",
                      "9:41: error[value]", "9:47: error[unknown-node]", "9:74: error[type]"):
            with self.subTest(place=place):
                self.assertIn(f"a.test.yaml:{place}: ", errors)
        self.assertEqual(15, errors.count(" error["), errors)

    def test_what_is_no_test(self):
        for text in ("", "[]", "workflow: flow.yaml\n", "expect: {}\n", "workflow: [1]\nexpect: {}\n", "workflow: {\n", "a: &a [*a]\n"):
            with self.subTest(text=text):
                self.assertIn("a.test.yaml:", self.problems(text))

    def test_problems_of_the_workflow(self):
        self.assertIn("flow.yaml:4:15: error[unknown-node]", self.problems(TEST, "weft: 1\nname: f\nnodes:\n  a: { needs: b, set: 1 }\n"))

    def test_absent_files(self):
        self.assertIn("a.test.yaml:1:11: error[no_file]: Cannot read gone.yaml", self.problems(TEST.replace("flow.yaml", "gone.yaml")))
        code, _, errors = self.weft("absent.test.yaml")
        self.assertEqual(2, code)
        self.assertIn("absent.test.yaml:1:1: error[no_file]: ", errors)

    def test_nothing_runs_beside_a_bad_file(self):
        self.file("good.test.yaml", TEST)
        self.file("bad.test.yaml", "workflow: flow.yaml\n")
        code, output, errors = self.weft("good.test.yaml", "bad.test.yaml")
        self.assertEqual((2, ""), (code, output))
        self.assertIn("bad.test.yaml:", errors)


class JUnit(Verb):
    def test_passed_and_failed(self):
        self.file("a.test.yaml", TEST)
        self.file("b.test.yaml", 'title: "odd <&\\" \\u0001 ünï"\n' + TEST.replace("shipped: 3", 'shipped: "]]> <"'))
        code, _, _ = self.weft("--junit", "out.xml", "a.test.yaml", "b.test.yaml")
        self.assertEqual(1, code)
        suites = xml.parse(self.folder / "out.xml").getroot()
        self.assertEqual(("testsuites", "2", "1"), (suites.tag, suites.get("tests"), suites.get("failures")))
        first, second = suites.findall("testsuite/testcase")
        self.assertEqual(("a.test.yaml", None), (first.get("classname"), first.find("failure")))
        self.assertEqual('odd <&" \ufffd ünï', second.get("name"))
        self.assertEqual('output.shipped: expected "]]> <", but came 3', second.find("failure").get("message"))
        self.assertIn('stock  succeeded: {"count":3}', second.find("failure").text)

    def test_that_cannot_be_written(self):
        self.file("a.test.yaml", TEST)
        code, _, errors = self.weft("--junit", "nowhere/out.xml", "a.test.yaml")
        self.assertEqual((2, "weft: Cannot write nowhere/out.xml.\n"), (code, errors))


class Watch(Verb):
    def read(self, process):
        """Up to the end of one round."""
        lines = []
        while not lines or not re.match(r"\d+ passed, \d+ failed$", lines[-1]):
            line = process.stdout.readline()
            self.assertTrue(line, "it ended")
            lines.append(line)
        return "".join(lines)

    def test_runs_again_when_the_test_or_its_workflow_changes(self):
        self.file("a.test.yaml", TEST)
        process = self.start("--watch", "a.test.yaml")
        try:
            self.assertIn("1 passed", self.read(process))
            self.file("a.test.yaml", TEST.replace("shipped: 3", "shipped: 4"))
            self.assertIn("output.shipped: expected 4", self.read(process))
            self.file("flow.yaml", FLOW.replace("${ .count }", "${ .count + 1 }"))
            self.assertIn("1 passed", self.read(process))
            # As editors do that write beside and rename; a broken file in between is no end.
            self.file("broken", "workflow: [")
            os.replace(self.folder / "broken", self.folder / "a.test.yaml")
            self.assertIn("a.test.yaml:1:", process.stderr.readline())
            self.file("new", TEST)
            os.replace(self.folder / "new", self.folder / "a.test.yaml")
            self.assertIn("output.shipped: expected 3", self.read(process))
        finally:
            process.kill()
            process.communicate()


class Files(unittest.TestCase):
    """The test files of this repository."""

    def test_all_pass(self):
        files = sorted([*REPOSITORY.glob("examples/*/*.test.yaml"), *REPOSITORY.glob("tests/cli/flows/*.test.yaml")])
        self.assertTrue(files)
        result = subprocess.run([WEFT, "test", *map(str, files)], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((0, ""), (result.returncode, result.stderr), result.stdout)
        self.assertTrue(result.stdout.endswith(f"{len(files)} passed, 0 failed\n"))

    def test_the_page_shows_what_happens(self):
        for page in ("test.md", "test.zh.md"):
            with self.subTest(page=page), tempfile.TemporaryDirectory() as folder:
                text = (REPOSITORY / "docs/reference" / page).read_text(encoding="utf-8")
                files = dict(re.findall(r"^`([\w.-]+\.yaml)`[:：]\n\n```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
                for name, content in files.items():
                    (Path(folder) / name).write_text(content, encoding="utf-8")
                tests = sorted(name for name in files if name.endswith(".test.yaml"))
                self.assertGreater(len(tests), 3)
                expected = re.search(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)
                result = subprocess.run([WEFT, "test", *tests], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(("", expected), (result.stderr, result.stdout))


if __name__ == "__main__":
    unittest.main()
