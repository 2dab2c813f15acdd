#!/usr/bin/env python3
"""Validates one example and runs it as its README does: `example_test.py DIRECTORY`. WEFT names the binary.

The directory holds workflow.yaml, input.json and expected.json, the run's output.
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def sandbox():
    """Many containers forbid the name spaces that bubblewrap needs; there the example runs without."""
    try:
        probe = subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            return []
    except FileNotFoundError:
        pass
    print("bubblewrap cannot work here: running with --sandbox off")
    return ["--sandbox", "off"]


def weft(*arguments):
    result = subprocess.run([os.environ["WEFT"], *arguments], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"weft {' '.join(arguments)}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def main(example):
    workflow = str(example / "workflow.yaml")
    output = weft("validate", workflow)
    if output != f"{workflow}: valid\n":
        sys.exit(output)
    output = json.loads(weft("run", workflow, "--input", f"@{example / 'input.json'}", *sandbox()))
    expected = json.loads((example / "expected.json").read_text(encoding="utf-8"))
    if output != expected:
        sys.exit(f"the output is\n{json.dumps(output, indent=2)}\nexpected was\n{json.dumps(expected, indent=2)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
