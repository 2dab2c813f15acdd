#!/usr/bin/env python3
"""Where Weft's worker spends its time in one case: shares on stdout, a flame graph in FILE.

    bench/engine/flame.py --build DIR --case NAME [--scale F] FILE.svg

Needs `perf`, and in DIR a `weft` with symbols (CMAKE_BUILD_TYPE=RelWithDebInfo).
"""

import argparse
import html
import re
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from cases import all_cases
from processes import Service, Temporal
from run import ROOT, Bench

WIDTH, ROW, LONGEST = 1400, 17, 100
# The last frame of a sample tells whose code it is; of Core's threads all is Core's.
OWNERS = [("kernel", re.compile(r"\[k\]$")),
          ("protobuf", re.compile(r"^(google::protobuf|temporal::api|coresdk|google::rpc)")),
          ("jq", re.compile(r"^(jv|jq|jvp)_|^(block|gen)_|^execute$")),
          ("libcurl, TLS", re.compile(r"^(Curl_|curl_|multi_|SSL_|EVP_|ossl_)")),
          ("interpreter (machine, expr, dsl)", re.compile(r"^weft::(machine|expr|dsl|progress|contract)")),
          ("worker and activities", re.compile(r"^(weft|temporalio)::")),
          ("memory", re.compile(r"^(malloc|free|calloc|realloc|_int_|operator new|operator delete|cfree|__libc_|mem|__mem)"))]


def record(bench, case, runs, data):
    with bench.worker("weft") as worker:
        bench.warm_up("weft", case)
        perf = subprocess.Popen(["perf", "record", "-q", "-F", "499", "--call-graph", "dwarf,16384", "-o", data, "-p",
                                 str(worker.child.pid)], stdout=subprocess.DEVNULL)
        time.sleep(1)  # perf does not say when it has attached
        bench.load("weft", case, runs).end()
        perf.terminate()
        perf.wait()


def samples(data):
    """(thread, stack from the root, leaf is the kernel's) of each sample."""
    script = subprocess.run(["perf", "script", "-i", data, "-F", "comm,ip,sym,dso", "--no-inline"], capture_output=True,
                            text=True, check=True).stdout
    for block in script.strip().split("\n\n"):
        head, *frames = block.split("\n")
        stack = []
        for frame in reversed(frames):
            match = re.match(r"\s*[0-9a-f]+ (.*) \((.*?)\)$", frame)
            if match:
                name = re.sub(r"::h[0-9a-f]{16}$|\+0x[0-9a-f]+$", "", match.group(1))
                stack.append(name + (" [k]" if "kernel" in match.group(2) else ""))
        if stack:
            yield head.strip(), stack


def owner(thread, leaf):
    core = "Core, " if thread.startswith(("tokio", "temporal", "workflow", "core")) else ""
    for name, pattern in OWNERS:
        if pattern.search(leaf):
            return core + name if name == "kernel" or not core else "Core, its own code and libraries"
    return "Core, its own code and libraries" if core else "other"


def flame(stacks, total, file):
    """Widths are shares of the time, one row per depth, alphabetical; the name of a box is its tooltip."""
    tree = {}
    for stack, count in stacks.items():
        level = tree
        for frame in stack:
            node = level.setdefault(frame, [0, {}])
            node[0] += count
            level = node[1]
    boxes, deepest = [], 0

    def draw(level, x, depth):
        nonlocal deepest
        for name, (count, below) in sorted(level.items()):
            width = count * WIDTH / total
            if width >= 1:
                deepest = max(deepest, depth)
                boxes.append((x, depth, width, name, count))
                draw(below, x, depth + 1)
            x += width

    draw(tree, 0, 0)
    height = (deepest + 1) * ROW
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">']
    for x, depth, width, name, count in boxes:
        y = height - (depth + 1) * ROW
        hue = 210 if name.endswith("[k]") else 140 if name.startswith(("weft::", "temporalio::")) else 30
        label = html.escape(name[: int(width / 6.7)])
        text = f'<text x="{x + 2:.1f}" y="{y + 12}">{label}</text>' if width > 30 else ""
        lines.append(f'<g><title>{html.escape(name[:LONGEST])}: {100 * count / total:.1f} %</title><rect x="{x:.1f}" '
                     f'y="{y}" width="{width:.1f}" height="{ROW - 1}" fill="hsl({hue},70%,{62 + depth % 3 * 5}%)"/>'
                     f'{text}</g>')
    file.write_text("\n".join(lines + ["</svg>"]) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--case", default="http")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
        scratch = Path(folder)
        bench = Bench(options.build.resolve(), scratch)
        with Service(bench.go_worker, scratch / "service.log") as bench.service, \
                Temporal(bench.cli, scratch / "temporal.log") as bench.temporal:
            case = next(c for c in all_cases(bench.service.address) if c.name == options.case)
            record(bench, case, max(1, round(case.runs * options.scale)), scratch / "perf.data")
        stacks, shares, total = Counter(), Counter(), 0
        for thread, stack in samples(scratch / "perf.data"):
            stacks[(thread, *stack)] += 1
            shares[owner(thread, stack[-1])] += 1
            total += 1
        for name, count in shares.most_common():
            print(f"{100 * count / total:5.1f} %  {name}")
        flame(stacks, total, options.file)


if __name__ == "__main__":
    main()
