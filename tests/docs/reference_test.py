#!/usr/bin/env python3
"""The reference describes the whole language, in both languages, and its examples do what they should.

What there is comes from the product: keys and choices from its JSON Schema, names and functions of expressions from
their tables in the sources, error codes from their pages. What the examples come to stands in reference.yaml; that they
are valid is docs_test.py's matter. WEFT names the binary.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
ERRORS = REPOSITORY / "docs" / "errors"
PAGES = ("workflow", "nodes", "kinds", "expressions", "limits")
LANGUAGES = (".md", ".zh.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The pages that describe an object of the schema; of all others kinds.md does.
PAGES_OF = {"workflow": ["workflow"], "concurrency": ["workflow"], "notify_rule": ["workflow"], "waiting": ["workflow"],
            "trigger": ["workflow"], "hmac": ["workflow"], "webhook_auth": ["workflow"], "retry": ["nodes"],
            "on_error": ["nodes"], "compensate": ["nodes"], "node": ["nodes", "kinds"]}


def text_of(page, language):
    return (REFERENCE / (page + language)).read_text(encoding="utf-8")


def examples(text):
    return "".join(body for kind, body in FENCE.findall(text) if kind == "yaml")


def keys_in_tables(text):
    """The names in the first cells of all tables."""
    cells = re.findall(r"^\| (.*?) \|", FENCE.sub("", text), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def choices(schema):
    """Every text that some value of the schema may only be one of."""
    if isinstance(schema, dict):
        yield from (c for c in schema.get("enum", []) if isinstance(c, str))
        for value in schema.values():
            yield from choices(value)
    if isinstance(schema, list):
        for value in schema:
            yield from choices(value)


def table(source, name):
    """The texts in the initialiser of a C++ constant."""
    text = (REPOSITORY / "src" / source).read_text(encoding="utf-8")
    body = re.search(rf"\b{name}\b(?:\{{| =)(.*?);", text, re.DOTALL).group(1)
    return [word for literal in re.findall(r'"([^"]*)"', body) for word in literal.split()]


def workflows():
    """(name, YAML) of every example of the language and of its errors."""
    for path in [*(REFERENCE / (page + ".md") for page in PAGES), *sorted(ERRORS.glob("*.md"))]:
        if not path.name.endswith(".zh.md"):
            for kind, body in FENCE.findall(path.read_text(encoding="utf-8")):
                yield re.search(r"^name: (\S+)$", body, re.MULTILINE).group(1), body


class Reference(unittest.TestCase):
    def setUp(self):
        printed = subprocess.run([os.environ["WEFT"], "schema"], capture_output=True, text=True, check=True).stdout
        self.objects = json.loads(printed)["$defs"]

    def test_both_languages_have_the_same_examples(self):
        for page in PAGES:
            with self.subTest(page=page):
                english, chinese = (FENCE.findall(text_of(page, language)) for language in LANGUAGES)
                self.assertEqual(english, chinese)

    def test_examples_are_whole_files(self):
        for page in PAGES:
            for kind, body in FENCE.findall(text_of(page, ".md")):
                self.assertEqual(("yaml", True), (kind, body.startswith("weft: 1\n")), f"{page}: {body}")

    def test_every_key_is_described_and_shown(self):
        for name, schema in self.objects.items():
            for language in LANGUAGES:
                text = "\n".join(text_of(page, language) for page in PAGES_OF.get(name, ["kinds"]))
                described, shown = keys_in_tables(text), examples(text)
                for key in schema["properties"]:
                    with self.subTest(object=name, key=key, language=language):
                        self.assertIn(key, described)
                        self.assertRegex(shown, rf"(?m)(^|[ {{]){re.escape(key)}:")

    def test_every_choice_is_named(self):
        for name, schema in self.objects.items():
            for language in LANGUAGES:
                text = "\n".join(text_of(page, language) for page in PAGES_OF.get(name, ["kinds"]))
                for choice in choices(schema):
                    with self.subTest(object=name, choice=choice, language=language):
                        self.assertIn(f"`{choice}`", text)

    def test_every_kind_has_a_section(self):
        for language in LANGUAGES:
            sections = re.findall(r"^## `(\w+)`$", text_of("kinds", language), re.MULTILINE)
            kinds = {kind for way in self.objects["node"]["oneOf"] for kind in way["required"]}
            self.assertEqual(sorted(kinds), sorted(sections))

    def test_every_name_and_function_is_listed(self):
        names = ["$" + name for name in table("expr/expression.cc", "kNames")]
        functions = [f.split("/")[0] for f in table("expr/builtins.cc", "kBuiltins") if not f.startswith("_")]
        fields = [f for name in ("kNodeFields", "kTriggerFields", "kRunFields") for f in table("dsl/reads.cc", name)]
        refused = [f for f in table("expr/builtins.cc", "kOutside") if not f.startswith("get_")]
        self.assertGreater(min(len(names), len(fields), len(refused)), 9)
        self.assertGreater(len(functions), 150)
        for language in LANGUAGES:
            text = text_of("expressions", language)
            for name in {*names, *functions, *refused}:
                with self.subTest(name=name, language=language):
                    self.assertIn(f"`{name}`", text)
            for field in fields:
                with self.subTest(field=field, language=language):
                    self.assertRegex(text, rf"[{{ ]{field}[, ]")

    def test_every_name_is_shown(self):
        shown = examples(text_of("expressions", ".md"))
        for name in table("expr/expression.cc", "kNames"):
            with self.subTest(name=name):
                self.assertIn("$" + name, shown)

    def test_every_error_is_listed(self):
        for language in LANGUAGES:
            text = text_of("limits", language)
            for page in ERRORS.glob("*" + language):
                code = page.name.removesuffix(".md").removesuffix(".zh")
                if code == "README":
                    continue
                with self.subTest(code=code, language=language):
                    self.assertIn(f"[`{code}`](../errors/{code}{language})", text)

    def test_every_error_of_nodes_has_an_example(self):
        codes = re.findall(r"^\| \[`([a-z_.]+)`\]\(\S+\) \|", text_of("limits", ".md"), re.MULTILINE)
        self.assertGreater(len(codes), 25)
        for code in codes:
            with self.subTest(code=code):
                self.assertTrue(code == "internal" or examples((ERRORS / (code + ".md")).read_text(encoding="utf-8")))

    def test_examples_come_to_what_they_should(self):
        names = [name for name, body in workflows()]
        self.assertEqual(len(set(names)), len(names), "two examples have one name")
        tests = (Path(__file__).parent / "reference.yaml").read_text(encoding="utf-8").split("---\n")
        tested = {re.search(r"^workflow: (\S+)\.yaml$", test, re.MULTILINE).group(1) for test in tests}
        self.assertEqual(set(names), tested)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(REFERENCE / "score.py", folder)
            for name, body in workflows():
                Path(folder, name + ".yaml").write_text(body, encoding="utf-8")
            files = [f"{number:03}.test.yaml" for number in range(len(tests))]
            for file, test in zip(files, tests):
                Path(folder, file).write_text(test, encoding="utf-8")
            result = subprocess.run([os.environ["WEFT"], "test", *files], capture_output=True, text=True, cwd=folder,
                                    check=False)
        self.assertEqual((0, f"{len(tests)} passed, 0 failed"), (result.returncode, result.stdout.strip().split("\n")[-1]),
                         result.stderr + result.stdout)


if __name__ == "__main__":
    unittest.main()
