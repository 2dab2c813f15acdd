#!/usr/bin/env python3
"""The pages about the HTTP interface and the command line name all that there is, and nothing else. WEFT names the binary.

Routes, permissions, statuses and reasons come from the server's OpenAPI document, verbs and their options from `--help`.
"""

import os
import re
import subprocess
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
LANGUAGES = (".md", ".zh.md")
OPENAPI = (REPOSITORY / "src" / "server" / "openapi.yaml").read_text(encoding="utf-8")
# A call in the document: its path, its method, what stands below it.
PATH = re.compile(r"^  (/\S*):$(.*?)(?=^  \S|^\S|\Z)", re.MULTILINE | re.DOTALL)
METHOD = re.compile(r"^    (get|put|post|delete|patch):$(.*?)(?=^    \S|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([A-Z]+ /\S*)` \| `(\w+)` \|", re.MULTILINE)


def calls():
    """`POST /api/v1/events` -> its permission, of every call in the document."""
    for path, below in PATH.findall(OPENAPI):
        for method, operation in METHOD.findall(below):
            method = "ANY" if "x-any-method: true" in operation else method.upper()
            yield f"{method} {path}", re.search(r"x-permission: (\w+)", operation).group(1)


def words(schema):
    """The choices of a schema of the document that is one list of texts."""
    found = re.search(rf"^    {schema}:(?: \{{ type: string, | *$(?:.*?)^        kind: \{{ type: string, )enum: \[(.*?)\]",
                      OPENAPI, re.MULTILINE | re.DOTALL)
    return found.group(1).split(", ")


def text_of(page, language):
    return (REFERENCE / (page + language)).read_text(encoding="utf-8")


def help_of(*verb):
    return subprocess.run([os.environ["WEFT"], *verb, "--help"], capture_output=True, text=True, check=True).stdout


def verbs():
    return re.findall(r"^  ([a-z]+) ", help_of().partition("Subcommands:")[2], re.MULTILINE)


class Http(unittest.TestCase):
    def test_every_call_stands_there_with_its_permission(self):
        wanted = dict(calls())
        self.assertGreater(len(wanted), 50)
        for language in LANGUAGES:
            with self.subTest(language=language):
                self.assertEqual(wanted, dict(ROW.findall(text_of("http", language))))

    def test_every_permission_status_and_reason_is_explained(self):
        for language in LANGUAGES:
            cells = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| ([^|]*) \|", text_of("http", language), re.MULTILINE))))
            for schema in ("Permission", "InstanceStatus", "NodeStatus", "Reason"):
                with self.subTest(language=language, schema=schema):
                    self.assertEqual([], [word for word in words(schema) if word not in cells])

    def test_every_event_of_the_stream_is_explained(self):
        stream = OPENAPI.partition("operationId: streamInstance")[2].partition("text/event-stream")[0]
        events = re.findall(r"`(\w+)`:", stream)
        self.assertEqual(4, len(events))
        for language in LANGUAGES:
            for event in events:
                with self.subTest(language=language, event=event):
                    self.assertRegex(text_of("http", language), rf"(?m)^\| `{event}` \|")


class CommandLine(unittest.TestCase):
    def test_every_verb_stands_there_and_no_other(self):
        there_are = sorted(verbs())
        self.assertGreater(len(there_are), 20)
        for language in LANGUAGES:
            rows = re.findall(r"^\| (`weft [^|]*) \|", text_of("cli", language), re.MULTILINE)
            with self.subTest(language=language):
                self.assertEqual(there_are, sorted(verb for row in rows for verb in re.findall(r"`weft ([a-z]+)", row)))

    def test_every_option_stands_there(self):
        for language in LANGUAGES:
            text = text_of("cli", language)
            for verb in verbs():
                options = re.findall(r"^  (?:-\w,)?(--[a-z-]+)", help_of(verb), re.MULTILINE)
                with self.subTest(language=language, verb=verb):
                    self.assertEqual([], [o for o in options if o != "--help" and not re.search(rf"{o}(?![a-z-])", text)])

    def test_every_sub_verb_stands_there(self):
        for language in LANGUAGES:
            text = text_of("cli", language)
            for verb in ("secret", "channel", "token"):
                row = re.search(rf"^\| `weft {verb} .*$", text, re.MULTILINE).group(0)
                for sub in re.findall(r"^  ([a-z]+) ", help_of(verb).partition("Subcommands:")[2], re.MULTILINE):
                    with self.subTest(language=language, verb=verb, sub=sub):
                        self.assertIn(sub, row)


if __name__ == "__main__":
    unittest.main()
