#!/usr/bin/env python3
"""Runs Weft and a worker written by hand in Go on one private Temporal dev server, in turn, and compares their costs.

    bench/engine/run.py [--build DIR] [--rounds N] [--case NAME]... [--scale F] [--out FILE]

Builds what it needs, measures, prints a table and writes all figures to FILE. Nothing else should run on the machine.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import all_cases
from processes import Load, Process, Service, Temporal, wait_until
from table import table

ROOT = Path(__file__).resolve().parent.parent.parent
SIDES = ("weft", "go")
WARM_UP = 20


class Bench:
    def __init__(self, build, scratch):
        self.build, self.scratch = build, scratch
        self.go_worker = scratch / "bench"
        subprocess.run(["go", "build", "-o", self.go_worker, "."], cwd=ROOT / "bench/engine/go", check=True)
        subprocess.run(["cmake", "--build", build, "--target", "weft", "engine_load"], check=True,
                       stdout=subprocess.DEVNULL)
        cache = (build / "CMakeCache.txt").read_text()
        self.cli = re.search(r"^WEFT_TEMPORAL_CLI:\w+=(.*)$", cache, re.MULTILINE).group(1)
        self.loads = 0

    def worker(self, side):
        arguments = {
            # As many runs in memory as the Go SDK keeps, so that the memory of a run compares.
            "weft": [self.build / "weft", "worker", "--log", "error", "--temporal", self.temporal.address,
                     "--http-allow", "127.0.0.1", "--max-cached-runs", "10000"],
            "go": [self.go_worker, "worker", self.temporal.address, "bench-go"],
        }[side]
        return Process(arguments, self.scratch / f"{side}.log")

    def load(self, side, case, runs, signal=True):
        self.loads += 1
        arguments = [self.build / "bench/engine_load", "--target", self.temporal.address, "--runs", str(runs),
                     "--in-flight", str(case.in_flight), "--input", json.dumps(case.input, separators=(",", ":")),
                     "--id", f"{side}-{case.name}-{self.loads}"]
        if side == "weft":
            file = self.scratch / f"{case.name}.json"
            file.write_text(json.dumps(case.definition, separators=(",", ":")))
            arguments += ["--queue", "weft", "--definition", file]
        else:
            arguments += ["--queue", "bench-go", "--type", case.go_type]
        if case.signal and signal:
            arguments += ["--signal", "event", "--signal-input", json.dumps(case.signal, separators=(",", ":"))]
        return Load(arguments)

    def warm_up(self, side, warm):
        self.load(side, warm, WARM_UP).end()

    def measure(self, side, case, runs, warm):
        with self.worker(side) as worker:
            self.warm_up(side, warm)
            before = self.cpu(worker)
            result = self.load(side, case, runs).end()
            after = self.cpu(worker)
            return costs(before, after, runs) | outcome(result) | {"rss_mb": worker.memory("VmHWM") / 1e6}

    def measure_waiting(self, side, case, runs, warm):
        with self.worker(side) as worker:
            self.warm_up(side, warm)
            empty, start = worker.memory(), self.cpu(worker)
            load = self.load(side, case, runs)
            load.line()
            full, waiting = worker.memory(), self.cpu(worker)
            load.go_on()
            result = load.end()
            after = self.cpu(worker)
            return (costs(start, after, runs) | outcome(result) |
                    {"until_waiting": costs(start, waiting, runs), "after_event": costs(waiting, after, runs),
                     "kb_per_instance": (full - empty) / runs / 1000, "rss_mb": worker.memory("VmHWM") / 1e6})

    def measure_killed(self, side, case, runs, warm):
        with self.worker(side) as worker:
            self.warm_up(side, warm)
            calls = int(self.service.ask("count")) + runs * case.nodes // 4
            load = self.load(side, case, runs)
            wait_until("a quarter of the calls", lambda: int(self.service.ask("count")) >= calls)
            worker.kill()
            self.service.ask("mark")
            with self.worker(side) as second:
                result = load.end()
                ended = [end - second.began for _, end, done in result["runs"] if done]
                return outcome(result) | {
                    "lost": sum(not done for _, _, done in result["runs"]),
                    "first_call_s": float(self.service.ask("first")) - second.began,
                    "first_end_s": min((s for s in ended if s > 0), default=None), "last_end_s": max(ended)}

    def cpu(self, worker):
        return worker.cpu(), self.temporal.cpu()

    def run(self, case, warm, rounds, scale):
        measure = self.measure_killed if case.kill else self.measure_waiting if case.signal else self.measure
        runs = max(1, round(case.runs * scale))
        figures = {side: [] for side in SIDES}
        for _ in range(rounds):
            for side in SIDES:
                figures[side].append(measure(side, case, runs, warm))
                print(f"{case.name:6} {side:5} " + line_of(figures[side][-1]), file=sys.stderr, flush=True)
        outputs = [figures[side][0].pop("output") for side in SIDES]
        if outputs[0] != outputs[1]:
            raise SystemExit(f"bench: {case.name}: Weft's runs give {outputs[0]}, Go's {outputs[1]}")
        return {"about": case.about, "runs": runs, "in_flight": case.in_flight, "nodes": case.nodes,
                **{side: median(figures[side]) | {"rounds": figures[side]} for side in SIDES}}


def costs(before, after, runs):
    return {"worker_cpu_s": (after[0] - before[0]) * 1000 / runs, "server_cpu_s": (after[1] - before[1]) * 1000 / runs}


def outcome(result):
    lasted = sorted(end - begin for begin, end, done in result["runs"] if done)
    if not lasted:
        raise SystemExit("bench: no run completed")
    span = max(end for _, end, _ in result["runs"]) - min(begin for begin, _, _ in result["runs"])
    return {"completed": len(lasted), "p50_ms": lasted[len(lasted) // 2] * 1000,
            "p99_ms": lasted[min(len(lasted) - 1, len(lasted) * 99 // 100)] * 1000, "runs_per_s": len(lasted) / span,
            "events": result["events"], "history_bytes": result["history_bytes"],
            "input_bytes": result["input_bytes"], "output": result["output"]}


def median(rounds):
    """Of each figure, over the rounds."""
    result = {}
    for key, value in rounds[0].items():
        values = [r[key] for r in rounds]
        if isinstance(value, dict):
            result[key] = median(values)
        elif isinstance(value, (int, float)):
            result[key] = round(statistics.median(values), 3)
    return result


def line_of(figures):
    return ", ".join(f"{key} {value:.2f}" for key, value in figures.items() if isinstance(value, (int, float)))


def machine():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(),
            "memory_gb": round(int(memory.group(1)) / 1e6, 1), "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "load_before": round(os.getloadavg()[0], 2)}


def versions(bench):
    def first_line(*arguments):
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    module = (ROOT / "bench/engine/go/go.mod").read_text()
    return {"weft": first_line(bench.build / "weft", "--version"), "go": first_line("go", "version"),
            "go_sdk": re.search(r"go\.temporal\.io/sdk (\S+)", module).group(1),
            "temporal": first_line(bench.cli, "--version")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="a configured build directory")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", action="append", help="only this one; repeatable")
    parser.add_argument("--scale", type=float, default=1, help="this part of the runs")
    parser.add_argument("--out", type=Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
        scratch = Path(folder)
        bench = Bench(options.build.resolve(), scratch)
        report = {"at": time.strftime("%Y-%m-%d"), "machine": machine(), "versions": versions(bench),
                  "rounds": options.rounds, "cases": {}}
        with Service(bench.go_worker, scratch / "service.log") as bench.service, \
                Temporal(bench.cli, scratch / "temporal.log") as bench.temporal:
            cases = all_cases(bench.service.address)
            for case in cases:
                if options.case and case.name not in options.case:
                    continue
                report["cases"][case.name] = bench.run(case, cases[1], options.rounds, options.scale)
    print(table(report))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
