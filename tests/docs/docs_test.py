#!/usr/bin/env python3
"""What the documentation shows is true. WEFT names the binary.

Every block of YAML that begins with `weft:` is valid; under a heading of docs/reference/diagnostics.md it gives the code
of that heading, alone.
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^### `(?P<code>[^`\n]+)`$|^```yaml\n(?P<yaml>weft: .*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    """(page, line, code of the heading above or None, YAML) of every workflow in the documentation."""
    for page in sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("examples/*/*.md")]):
        text, code = page.read_text(encoding="utf-8"), None
        for match in BLOCK.finditer(text):
            if match.group("code"):
                code = match.group("code") if page.name.startswith("diagnostics.") else None
            else:
                yield page.relative_to(REPOSITORY), text.count("\n", 0, match.start()) + 1, code, match.group("yaml")


class Documentation(unittest.TestCase):
    def test_workflows_do_what_the_page_says(self):
        found = 0
        for page, line, code, yaml in blocks():
            found += 1
            with self.subTest(page=str(page), line=line):
                result = subprocess.run([os.environ["WEFT"], "validate", "--json", "-"], input=yaml, capture_output=True,
                                        text=True, check=False, cwd=(REPOSITORY / page).parent)
                diagnostics = json.loads(result.stdout)["files"][0]["diagnostics"]
                self.assertEqual([code] if code else [], sorted({d["code"] for d in diagnostics}), diagnostics)
        self.assertGreater(found, 80)


if __name__ == "__main__":
    unittest.main()
