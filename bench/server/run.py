#!/usr/bin/env python3
"""Measures `weft server`: webhooks, live viewers, idle viewers, memory with many workflows, one event for many instances, long
histories and chains of runs.

    bench/server/run.py [--build DIR] [--as-built] [--case NAME]... [--out FILE]

Everything runs on loopback, on a private Temporal dev server in memory, with SQLite. Builds what it needs, prints a table
and writes the figures to FILE. Nothing else should run on the machine.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench/engine"))
from processes import Process, Temporal, environment, free_port, wait_until  # noqa: E402

HOOK = """
weft: 1
name: hook
secrets: [orders]
triggers:
  - { id: hook, webhook: orders, key: "${ .body.orderId }", input: "${ .body }", auth: { hmac: { secret: orders, preset: github } } }
nodes:
  keep: { set: { order: "${ $input.orderId }" } }
"""
WAITS = 30
STEPS = "weft: 1\nname: steps\nnodes:\n  s0: { wait: 700ms }\n" + "".join(
    f"  s{i}: {{ needs: s{i - 1}, wait: 700ms }}\n" for i in range(1, WAITS))
HOLD = """
weft: 1
name: hold
nodes:
  go: { event: com.example.go, timeout: 1h }
"""
LONG = """
weft: 1
name: long
nodes:
  a: { foreach: "[range(9000)]", concurrency: 200, nodes: { pause: { wait: 1ms } } }
  b: { needs: a, foreach: "[range(9000)]", concurrency: 200, nodes: { rest: { wait: 1ms } } }
  c: { needs: b, foreach: "[range(9000)]", concurrency: 200, nodes: { halt: { wait: 1ms } } }
  last: { needs: c, event: com.example.go, timeout: 1h }
"""
CHAIN = """
weft: 1
name: chain
nodes:
  a: { foreach: "[range(1200)]", concurrency: 40, nodes: { pause: { wait: 1ms } } }
  last: { needs: a, event: com.example.go, timeout: 1h }
"""
WARM = 20
MANY = "weft: 1\nname: w%d\nnodes:\n" + "".join(f"  n{i}: {{ set: {{ value: {i} }} }}\n" for i in range(10))


class Server(Process):
    """`weft server` without authentication."""

    def __init__(self, bench, temporal, data):
        self.port = free_port()
        super().__init__([bench.build / "weft", "server", "--port", str(self.port), "--data", data, "--temporal",
                          temporal.address, "--auth", "none", "--log", "error"], bench.scratch / "server.log")
        wait_until("the start of the server", self.is_ready)

    def is_ready(self):
        try:
            return self.call("GET", "/readyz")["status"] == "ready"
        except OSError:
            return False

    def call(self, method, path, body=None, kind="application/json"):
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
                                         headers={} if data is None else {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 503 and path == "/readyz":
                return json.load(error)
            raise SystemExit(f"bench: {method} {path}: {error.code} {error.read().decode()}") from error
        return json.loads(text) if text else None

    def deploy(self, text):
        return self.call("POST", "/api/v1/workflows", text, "application/yaml")

    def start(self, name):
        return self.call("POST", f"/api/v1/workflows/default/{name}/instances", {})["id"]

    def items(self, path):
        """Of every page."""
        found, cursor = [], None
        while True:
            page = self.call("GET", f"{path}{'&' if '?' in path else '?'}limit=500" +
                             (f"&cursor={quote(cursor)}" if cursor else ""))
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found

    def threads(self):
        return len(os.listdir(f"/proc/{self.child.pid}/task"))


class Load:
    """server_load in the background."""

    def __init__(self, bench, server, connections, *arguments):
        self.child = subprocess.Popen([bench.build / "bench/server_load", "--port", str(server.port), "--connections",
                                       str(connections), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True, env=environment())

    def result(self):
        out, _ = self.child.communicate()
        if self.child.returncode != 0:
            raise SystemExit("bench: server_load failed")
        return json.loads(out.splitlines()[-1])

    def await_connections(self):
        if self.child.stdout.readline().strip() != "connected":
            raise SystemExit("bench: the viewers could not connect")


class Bench:
    def __init__(self, build, scratch):
        self.build, self.scratch, self.number = build, scratch, 0
        cache = (build / "CMakeCache.txt").read_text()
        self.cli = re.search(r"^WEFT_TEMPORAL_CLI:\w+=(.*)$", cache, re.MULTILINE).group(1)

    def temporal(self, settings=None, port=None):
        return Temporal(self.cli, self.scratch / "temporal.log", settings, port)

    def data(self):
        self.number += 1
        path = self.scratch / f"data{self.number}"
        path.mkdir(mode=0o700)
        return path

    def worker(self, temporal):
        return Process([self.build / "weft", "worker", "--log", "error", "--temporal", temporal.address],
                       self.scratch / "worker.log")

    def hooks(self, server, count, prefix):
        before = server.cpu()
        load = Load(self, server, 16, "hooks", "--path", "/hooks/default/orders", "--secret", "s3cret", "--count",
                    str(count), "--prefix", prefix)
        result = load.result()
        result["server_cpu_ms_per_1000"] = round((server.cpu() - before) * 1e6 / count)
        return result

    def with_hook(self, server):
        server.call("POST", "/api/v1/secrets", {"name": "orders", "value": "s3cret"})
        server.deploy(HOOK)


def hooks_stored(bench):
    """Temporal is away: what is measured is verification and the inbox. Nothing may be lost."""
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server:
        bench.with_hook(server)
        temporal.kill()
        bench.hooks(server, 500, "warm")
        result = bench.hooks(server, 10_000, "k")
        result["stored"] = len(server.items("/api/v1/deliveries?kind=webhook")) - 500
        return result


def hooks_started(bench):
    """Server, worker and Temporal share the machine; starts follow as Temporal allows."""
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server, bench.worker(temporal):
        bench.with_hook(server)
        bench.hooks(server, 200, "warm")
        began = time.monotonic()
        result = bench.hooks(server, 5_000, "k")
        wait_until("the start of all instances",
                   lambda: not server.call("GET", "/api/v1/deliveries?status=pending&limit=1")["items"], 300)
        result["all_started_s"] = round(time.monotonic() - began, 1)
        started = {d["instance"] for d in server.items("/api/v1/deliveries?kind=webhook") if d["status"] == "started"}
        result["instances"] = len(started) - 200
        return result


def backlog(bench):
    """Stored while Temporal was away: how fast all start once it is back. No worker: the starts alone."""
    count = 3_000
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server:
        bench.with_hook(server)
        temporal.kill()
        bench.hooks(server, count, "k")
        before = server.cpu()
        with bench.temporal(port=temporal.port) as back:
            wait_until("the first start", lambda: server.call("GET", "/api/v1/deliveries?status=started&limit=1")["items"])
            began, temporal_before = time.monotonic(), back.cpu()
            wait_until("the start of all instances",
                       lambda: not server.call("GET", "/api/v1/deliveries?status=pending&limit=1")["items"], 600)
            seconds = time.monotonic() - began
            temporal_cpu, cpu = back.cpu() - temporal_before, server.cpu() - before
        started = {d["instance"] for d in server.items("/api/v1/deliveries?status=started")}
        return {"deliveries": count, "instances": len(started), "seconds": round(seconds, 1),
                "per_second": round(count / seconds), "server_cpu_s": round(cpu, 2), "temporal_cpu_s": round(temporal_cpu, 2)}


def epoch_ms(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def live(bench):
    """200 viewers of a run whose node changes each 0.7 s. The delay counts from the oldest event that a push tells of."""
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server, bench.worker(temporal):
        server.deploy(STEPS)
        instance = server.start("steps")
        viewers = Load(bench, server, 200, "viewers", "--instance", instance, "--token", "none")
        viewers.await_connections()
        before = server.cpu()
        wait_until("the end of the run",
                   lambda: server.call("GET", f"/api/v1/instances/{instance}")["status"] == "completed", 120)
        time.sleep(1)
        cpu = server.cpu() - before
        result = viewers.result()
        at = {e["id"]: epoch_ms(e["at"]) for e in server.items(f"/api/v1/instances/{instance}/history")}
    told, oldest, newest = None, [], []
    pushes = sorted((int(version.split(":")[1].split(".")[0]), times) for version, times in result["versions"].items())
    for event, times in pushes:
        if told is not None and event > told:  # not the document that a viewer begins with
            oldest += [t - at[told + 1] for t in times]
            newest += [t - at[event] for t in times]
        told = event
    oldest.sort()
    newest.sort()

    def share(values, part):
        return round(values[int(part * (len(values) - 1))], 1)

    return {"viewers": 200, "pushes": len(pushes), "deliveries": len(oldest), "p50_ms": share(oldest, 0.5),
            "p99_ms": share(oldest, 0.99), "max_ms": share(oldest, 1), "newest_p50_ms": share(newest, 0.5),
            "newest_p99_ms": share(newest, 0.99), "server_cpu_s": round(cpu, 2)}


def idle(bench):
    """2,000 viewers of a run that waits."""
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server, bench.worker(temporal):
        server.deploy(HOLD)
        instance = server.start("hold")
        server.call("GET", f"/api/v1/instances/{instance}")
        first = Load(bench, server, 10, "viewers", "--instance", instance, "--token", "none")
        first.await_connections()
        before = server.memory()
        began = time.monotonic()
        viewers = Load(bench, server, 2_000, "viewers", "--instance", instance, "--token", "none")
        viewers.await_connections()
        connected = time.monotonic() - began
        time.sleep(16)  # a keep-alive of each
        after, threads, cpu = server.memory(), server.threads(), server.cpu()
        time.sleep(30)
        result = {"viewers": 2_000, "kb_each": round((after - before) / 2_000 / 1024, 1), "threads": threads,
                  "all_connected_s": round(connected, 2), "idle_cpu_percent": round((server.cpu() - cpu) / 30 * 100, 1),
                  "server_mb": round(after / 1e6, 1)}
        viewers.result()
        first.result()
        return result


def definitions(bench):
    """A server that has 1,000 workflows and nothing to do."""
    with bench.temporal() as temporal:
        data = bench.data()
        with Server(bench, temporal, data) as server:
            for number in range(1_000):
                server.deploy(MANY % number)
            server.items("/api/v1/workflows")
            used = server.memory()
        with Server(bench, temporal, data) as server:
            server.items("/api/v1/workflows")
            time.sleep(5)
            return {"workflows": 1_000, "server_mb": round(server.memory() / 1e6, 1),
                    "after_deploys_mb": round(used / 1e6, 1), "threads": server.threads()}


def fan_out(bench):
    """One event to 1,000 instances that wait for it."""
    with bench.temporal() as temporal, Server(bench, temporal, bench.data()) as server, bench.worker(temporal) as worker:
        server.deploy(HOLD)
        for _ in range(1_000):
            server.start("hold")
        # A wait that is not yet stored gets the event all the same; for a clean figure all of them are.
        time.sleep(20)
        before, worker_before = server.cpu(), worker.cpu()
        began = time.monotonic()
        server.call("POST", "/api/v1/events", {"specversion": "1.0", "id": "1", "source": "/bench",
                                               "type": "com.example.go", "data": {}}, "application/cloudevents+json")
        accepted = time.monotonic() - began
        completed = "/api/v1/instances?workflow=hold&status=completed"
        wait_until("the end of all instances", lambda: len(server.items(completed)) == 1_000, 120)
        ended = max(epoch_ms(i["endedAt"]) for i in server.items(completed)) / 1000 - (time.time() - time.monotonic())
        return {"instances": 1_000, "accepted_ms": round(accepted * 1000, 1), "all_ended_s": round(ended - began, 1),
                "server_cpu_s": round(server.cpu() - before, 2), "worker_cpu_s": round(worker.cpu() - worker_before, 2)}


def opened(bench, temporal, instance):
    """What a server that has just started, and one that knows the instance, need to show it."""
    with Server(bench, temporal, bench.data()) as server:
        server.call("GET", "/api/v1/workflows")
        before, began = server.cpu(), time.monotonic()
        document = server.call("GET", f"/api/v1/instances/{instance}")
        cold, answered = server.cpu() - before, time.monotonic() - began
        before = server.cpu()
        for _ in range(WARM):
            server.call("GET", f"/api/v1/instances/{instance}")
        warm = (server.cpu() - before) / WARM
        return {"events": document["run"]["events"], "status": document["status"], "first_cpu_s": round(cold, 2),
                "first_answer_s": round(answered, 2), "again_cpu_ms": round(warm * 1000, 1),
                "server_mb": round(server.memory() / 1e6, 1)}


def long(bench):
    """An instance with 50,000 events, waiting; Temporal's own limits are raised for it."""
    settings = {"limit.historyCount.suggestContinueAsNew": 200_000, "limit.historyCount.error": 200_000,
                "limit.historySize.suggestContinueAsNew": 200_000_000, "limit.historySize.error": 200_000_000}
    with bench.temporal(settings) as temporal:
        with Server(bench, temporal, bench.data()) as server, bench.worker(temporal):
            server.deploy(LONG)
            instance = server.start("long")
            wait_until("the last node of the long run", lambda: server.call(
                "GET", f"/api/v1/instances/{instance}")["nodes"].get("last", {}).get("status") == "waiting", 600)
        return opened(bench, temporal, instance)


def chain(bench):
    """An instance that was continued as new at least twelve times, waiting."""
    with bench.temporal({"limit.historyCount.suggestContinueAsNew": 100}) as temporal:
        with Server(bench, temporal, bench.data()) as server, bench.worker(temporal):
            server.deploy(CHAIN)
            instance = server.start("chain")
            wait_until("the last node of the chain", lambda: server.call(
                "GET", f"/api/v1/instances/{instance}")["nodes"].get("last", {}).get("status") == "waiting", 300)
        listed = json.loads(subprocess.run(
            [bench.cli, "workflow", "list", "--address", temporal.address, "--output", "json", "--query",
             f"WorkflowId = '{instance}'"], check=True, capture_output=True, env=environment()).stdout)
        return {"runs": len(listed)} | opened(bench, temporal, instance)


CASES = {"hooks_stored": hooks_stored, "hooks_started": hooks_started, "backlog": backlog, "live": live, "idle": idle,
         "definitions": definitions, "fan_out": fan_out, "long": long, "chain": chain}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--as-built", action="store_true", help="measure the binaries that are there")
    parser.add_argument("--case", action="append", choices=CASES)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if not arguments.as_built:
        subprocess.run(["cmake", "--build", arguments.build, "--target", "weft", "server_load"], check=True,
                       stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(arguments.build.resolve(), Path(scratch))
        report = {"date": time.strftime("%Y-%m-%d"), "machine": f"{os.cpu_count()} cores, {platform.platform()}",
                  "cases": {}}
        for name in arguments.case or CASES:
            report["cases"][name] = CASES[name](bench)
            print(name, json.dumps(report["cases"][name]), flush=True)
        if arguments.out:
            arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
