#!/usr/bin/env python3
"""Checks which folder includes which, and that the interpreter stays a pure function.

    tools/check_layers.py [ROOT]

Prints one line FILE:LINE: MESSAGE per breach and exits 1 if there is any. ROOT is the repository.
"""

import re
import sys
from pathlib import Path

# Folder of src/ -> the other folders of src/ it may include.
FOUNDATION = {"base", "expr", "dsl", "contract", "machine"}
PARTS = {"triggers", "progress", "activities", "notify", "store"}
MAY_INCLUDE = {
    "base": set(),
    "expr": {"base"},
    "dsl": {"base", "expr"},
    "contract": {"base", "expr", "dsl"},
    # The names of activities and the start input are data; the machine puts them in its commands.
    "machine": {"base", "expr", "dsl", "contract"},
    **{part: FOUNDATION for part in PARTS},
    # Both act on what is stored: docs/adr/0013-triggers-use-the-store.md.
    "triggers": FOUNDATION | {"store"},
    "notify": FOUNDATION | {"store"},
    # A worker holds no database.
    "worker": FOUNDATION | PARTS - {"store", "triggers", "notify"},
    "server": FOUNDATION | PARTS,
    "cli": FOUNDATION | PARTS | {"worker", "server"},
}
# These know nothing of Temporal: neither the C++ layer nor the generated messages.
WITHOUT_TEMPORAL = FOUNDATION
TEMPORAL_ROOTS = {"temporalio", "temporal"}

BRIDGE_HEADER = "temporal-sdk-core-c-bridge.h"
SCANNED = ("src", "temporalio", "tests", "fuzz", "bench", "examples")

# Folders of src/ whose results must be the same in every process and for ever.
PURE = {"machine", "expr"}
IMPURE_HEADERS = {
    "random": "random source", "thread": "thread", "future": "thread", "condition_variable": "thread",
    "pthread.h": "thread", "fstream": "file", "filesystem": "file", "fcntl.h": "file", "unistd.h": "file",
    "sys/stat.h": "file", "sys/time.h": "clock", "time.h": "clock", "ctime": "clock", "base/clock.h": "clock",
}
IMPURE_WORDS = [
    ("clock", r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|clock_gettime|gettimeofday|timespec_get"
              r"|localtime(?:_r)?|gmtime(?:_r)?)\b|(?<![\w.>:])(?:std::|::)?(?:time|clock)\s*\(\s*(?:nullptr|NULL|0|&\w+)?\s*\)"),
    ("random source", r"\b(?:random_device|mt19937(?:_64)?|default_random_engine|getrandom|arc4random\w*|s?rand48|drand48"
                      r"|lrand48)\b|(?<![\w.>:])(?:std::|::)?s?rand(?:om)?\s*\("),
    ("environment", r"\b(?:getenv|secure_getenv|setenv|putenv|unsetenv|environ)\b"),
    ("file", r"\b(?:[io]?fstream|filesystem|fopen|freopen|tmpfile)\b|(?<![\w.>])::open(?:at)?\s*\("),
    ("thread", r"\bstd::(?:jthread|thread|async)\b|\bpthread_create\b"),
]
IMPURE_WORDS = [(what, re.compile(pattern)) for what, pattern in IMPURE_WORDS]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
UNORDERED = re.compile(r"\bunordered_(?:multi)?(?:map|set)\s*<")
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def without_comments(text, keep_strings):
    """The text with comments, raw strings and, unless kept, string contents blanked; line numbers stay the same."""

    def blank(match):
        part = match.group(0)
        if not part.startswith("/"):
            if keep_strings and not part.startswith("R"):
                return part
            return '""' + "\n" * part.count("\n")
        return " " + "\n" * part.count("\n")

    return NOT_CODE.sub(blank, text)


def includes_of(text):
    """(line number, opening character, path) of every include."""
    for number, line in enumerate(without_comments(text, keep_strings=True).split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def is_product_code(path):
    """False for tests, fuzzers and benchmarks, which may read clocks and files."""
    return not path.stem.endswith(("_test", "_fuzz", "_bench"))


def unordered_names(code):
    """Names declared with an unordered container's type."""
    for match in UNORDERED.finditer(code):
        depth, at = 1, match.end()
        while at < len(code) and depth:
            depth += {"<": 1, ">": -1}.get(code[at], 0)
            at += 1
        name = re.match(r"\s*[&*]?\s*([A-Za-z_]\w*)", code[at:])
        if name:
            yield name.group(1)


def check_includes(root, path, text):
    relative = path.relative_to(root)
    top, folder = relative.parts[0], relative.parts[1]
    for number, opening, target in includes_of(text):
        if target.endswith(BRIDGE_HEADER) and not (
                relative.parts[:2] == ("temporalio", "bridge") and path.suffix == ".cc"):
            yield number, f"only sources of temporalio/bridge may include {BRIDGE_HEADER}"
        if top in ("src", "temporalio") and opening == '"' and not (root / "src" / target).exists() and (path.parent / target).exists() \
                and not (root / target).exists():
            yield number, f'"{target}" is found beside this file only; name it from the include root'
        if ".." in Path(target).parts:
            yield number, f'"{target}" climbs out of its folder; name it from the include root'
        first = Path(target).parts[0]
        if top == "temporalio":
            if first in MAY_INCLUDE and (root / "src" / target).exists():
                yield number, f'temporalio knows nothing of the product, but includes "{target}"'
        elif top == "src":
            if first in TEMPORAL_ROOTS and folder in WITHOUT_TEMPORAL:
                yield number, f'src/{folder} knows nothing of Temporal, but includes "{target}"'
            if first in MAY_INCLUDE and first != folder and folder in MAY_INCLUDE and first not in MAY_INCLUDE[folder]:
                yield number, f'src/{folder} must not include src/{first} ("{target}")'


def check_purity(path, text, unordered):
    for number, _, target in includes_of(text):
        if target in IMPURE_HEADERS:
            yield number, f"<{target}> ({IMPURE_HEADERS[target]}) has no place in src/{path.parts[1]}"
    code = without_comments(text, keep_strings=False)
    walk = re.compile(r"\bfor\s*\([^;()]*:\s*(?:\w+(?:\.|->))*(?P<a>\w+)\s*\)|\b(?P<b>\w+)\s*(?:\.|->)\s*c?r?begin\s*\(")
    for number, line in enumerate(code.split("\n"), 1):
        if INCLUDE.match(line):
            continue
        for what, pattern in IMPURE_WORDS:
            match = pattern.search(line)
            if match:
                yield number, f"`{match.group(0).strip()}` ({what}) has no place in src/{path.parts[1]}"
        for match in walk.finditer(line):
            name = match.group("a") or match.group("b")
            if name in unordered:
                yield number, f"`{name}` is unordered: walking over it gives another order in another process"


def check(root):
    """All breaches as (relative path, line, message)."""
    root = Path(root).resolve()
    files = sorted(p for top in SCANNED for p in (root / top).rglob("*")
                   if p.suffix in (".h", ".cc") and len(p.relative_to(root).parts) > 1)
    texts = {p: p.read_text(encoding="utf-8") for p in files}

    def pure(path):
        parts = path.relative_to(root).parts
        return len(parts) > 2 and parts[0] == "src" and parts[1] in PURE and is_product_code(path)

    # A member declared in a folder's header is walked over in its sources.
    unordered = {}
    for path in filter(pure, files):
        names = unordered_names(without_comments(texts[path], keep_strings=False))
        unordered.setdefault(path.relative_to(root).parts[1], set()).update(names)

    for path in files:
        relative = path.relative_to(root)
        if relative.parts[0] == "src" and len(relative.parts) > 2 and relative.parts[1] not in MAY_INCLUDE:
            yield relative, 1, f"src/{relative.parts[1]} has no place in the layers: add it to tools/check_layers.py"
        for number, message in check_includes(root, path, texts[path]):
            yield relative, number, message
        if pure(path):
            for number, message in check_purity(relative, texts[path], unordered[relative.parts[1]]):
                yield relative, number, message


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    breaches = list(check(root))
    for path, line, message in breaches:
        print(f"{path}:{line}: {message}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
