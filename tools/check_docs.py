#!/usr/bin/env python3
"""Checks the documentation: both languages in step, links that lead somewhere, a page for every code.

    tools/check_docs.py [ROOT]

Prints one line FILE:LINE: MESSAGE per finding and exits 1 if there is any. ROOT is the repository.
"""

import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# How sources name the code of an error, and of a problem in a file.
ERROR_CODE = re.compile(r'(?:\b(?:Fail|Error)[({]\s*|\b\w*Error\([^"()]*, |\.code = |\breturn \{)"([a-z][a-z0-9_.-]*)"')


def pages(root):
    """Pages for people, without those that records and tests hold."""
    found = [root / "README.md", root / "ARCHITECTURE.md", *root.glob("docs/**/*.md"), *root.glob("examples/*/*.md"),
             *root.glob("temporalio/*.md")]
    return sorted(p for p in found if p.exists())


def check_links(root, page):
    text = page.read_text(encoding="utf-8")
    for number, line in enumerate(FENCE.sub(lambda m: "\n" * m.group(0).count("\n"), text).split("\n"), 1):
        for target in LINK.findall(line):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                yield page, number, f"leads to {target}, which is not there"


def check_pair(english):
    """README.md beside README.zh.md: the same headings by level, and as many examples."""
    chinese = english.with_suffix(".zh.md")
    if not chinese.exists():
        yield english, 1, f"has no {chinese.name} beside it"
        return
    texts = [FENCE.sub("", p.read_text(encoding="utf-8")) for p in (english, chinese)]
    if HEADING.findall(texts[0]) != HEADING.findall(texts[1]):
        yield chinese, 1, f"does not have the headings of {english.name}"
    fences = [len(FENCE.findall(p.read_text(encoding="utf-8"))) for p in (english, chinese)]
    if fences[0] != fences[1]:
        yield chinese, 1, f"has {fences[1]} examples, {english.name} has {fences[0]}"


def codes_in_sources(root):
    """code -> (file, line) of every error code that the product can give."""
    found = {}
    for path in sorted(p for p in (root / "src").rglob("*") if p.suffix in (".cc", ".h")):
        if path.stem.endswith(("_test", "_bench", "_fuzz")):
            continue
        text = path.read_text(encoding="utf-8")
        for match in ERROR_CODE.finditer(text):
            found.setdefault(match.group(1), (path, text.count("\n", 0, match.start()) + 1))
    return found


def check(root):
    """All findings as (relative path, line, message)."""
    for page in pages(root):
        yield from check_links(root, page)
        # Records of decisions and notes for developers are in English only.
        translated = page.name == "README.md" and page.parent == root or "docs" in page.relative_to(root).parts[:1]
        if translated and not page.name.endswith(".zh.md") and "adr" not in page.relative_to(root).parts:
            yield from check_pair(page)
    diagnostics = root / "docs" / "reference" / "diagnostics.md"
    described = set(re.findall(r"^### `(.+)`$", diagnostics.read_text(encoding="utf-8"), re.MULTILINE)) if diagnostics.exists() else set()
    for code, (path, line) in codes_in_sources(root).items():
        if code not in described and not (root / "docs" / "errors" / f"{code}.md").exists():
            yield path, line, f"gives the code {code}, which has neither a page docs/errors/{code}.md nor a place in {diagnostics.name}"


def main(arguments):
    root = (Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent).resolve()
    findings = list(check(root))
    for path, line, message in findings:
        print(f"{path.relative_to(root)}:{line}: {message}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
