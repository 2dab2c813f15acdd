#!/usr/bin/env python3
"""Validates one example and runs it as its README does: `example_test.py DIRECTORY`. WEFT names the binary.

The directory holds workflow.yaml, expected.json (the run's output), where it has input input.json, and perhaps cases.json:
a list of runs, each a map with

    case    what it shows
    server  a helper to run meanwhile: its file and arguments; it prints a line once it listens
    input   instead of input.json
    events  CloudEvents that are published once the run has started
    env     environment variables
    expect  what else the instance document holds than the status completed and expected.json as output: of `error`
            and of each of `nodes` the fields that are named

Without cases.json the example is one such run. Each README shows the graph as `weft graph` draws it.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from weft_process import sandbox  # noqa: E402


def weft(*arguments, codes=(0,), env=None):
    result = subprocess.run([os.environ["WEFT"], *arguments], capture_output=True, text=True, check=False,
                            env={**os.environ, **(env or {})})
    if result.returncode not in codes:
        sys.exit(f"weft {' '.join(arguments)}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def helper(example, command):
    if not command:
        yield
        return
    with subprocess.Popen([sys.executable, "-B", str(example / command[0]), *command[1:]],
                          stdout=subprocess.PIPE, text=True) as server:
        try:
            if not server.stdout.readline():
                sys.exit(f"{command[0]} does not listen")
            yield
        finally:
            server.kill()


def differences(expected, actual):
    """What of the instance document is not as expected: lines."""
    for key, value in expected.items():
        if key == "error":
            found = {field: (actual["error"] or {}).get(field) for field in value}
        elif key == "nodes":
            found = {node: {field: actual["nodes"].get(node, {}).get(field) for field in fields}
                     for node, fields in value.items()}
        else:
            found = actual[key]
        if found != value:
            yield f"{key} is\n{json.dumps(found, indent=2)}\nexpected was\n{json.dumps(value, indent=2)}"


def run(example, case):
    confined = sandbox()
    if confined:
        print("bubblewrap cannot work here: running with", *confined)
    arguments = ["run", str(example / "workflow.yaml"), "--json", *confined]
    if "input" in case:
        arguments += ["--input", json.dumps(case["input"])]
    elif (example / "input.json").exists():
        arguments += ["--input", f"@{example / 'input.json'}"]
    for event in case.get("events", []):
        arguments += ["--event", json.dumps(event)]
    expected = {"status": "completed", "output": read(example / "expected.json"), **case.get("expect", {})}
    with helper(example, case.get("server")):
        # 1: the run failed, which may be what is expected.
        document = json.loads(weft(*arguments, codes=(0, 1), env=case.get("env")))
    found = list(differences(expected, document))
    if found:
        sys.exit("\n".join([f"{case.get('case', 'the run')}:", *found, f"error: {json.dumps(document['error'])}"]))


def main(example):
    workflow = str(example / "workflow.yaml")
    output = weft("validate", workflow)
    if output != f"{workflow}: valid\n":
        sys.exit(output)
    graph = weft("graph", workflow)
    for readme in sorted(example.glob("README*.md")):
        if f"```mermaid\n{graph}```\n" not in readme.read_text(encoding="utf-8"):
            sys.exit(f"{readme} does not show the graph that weft graph draws:\n{graph}")
    cases = example / "cases.json"
    for case in read(cases) if cases.exists() else [{}]:
        run(example, case)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
