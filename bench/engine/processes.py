"""The processes of a measurement, all on the loopback interface, and what /proc knows of them."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment():
    """Settings of this shell must not change what is measured."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("WEFT_", "TEMPORAL_", "GOMAXPROCS", "GOGC"))}


def wait_until(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {what} did not happen within {seconds} s")
        time.sleep(0.02)


class Process:
    """A child whose output goes to a file; ended on leaving the `with`."""

    def __init__(self, arguments, log):
        self.began = time.time()
        with open(log, "ab") as out:
            self.child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          env=environment(), cwd=log.parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.child.kill()
        self.child.wait()

    def cpu(self):
        """CPU seconds so far, user and system."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, line="VmRSS"):
        """Resident bytes; of the line VmHWM: the most there ever were."""
        for row in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if row.startswith(line + ":"):
                return int(row.split()[1]) * 1024
        raise SystemExit(f"bench: process {self.child.args[0]} has ended; see its log")


class Service(Process):
    """The HTTP service that the nodes call."""

    def __init__(self, binary, log):
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__([binary, "serve", self.address], log)
        wait_until("the start of the HTTP service", self.answers)

    def ask(self, path):
        with urllib.request.urlopen(f"http://{self.address}/{path}", timeout=5) as answer:
            return answer.read().decode()

    def answers(self):
        try:
            return self.ask("count") == "0"
        except OSError:
            return False


class Temporal(Process):
    """A dev server that keeps everything in memory; on a free port, unless one is named. `settings` are values of its
    dynamic configuration."""

    def __init__(self, cli, log, settings=None, port=None):
        self.cli = cli
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        super().__init__([cli, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(self.port),
                          "--log-level", "error"] +
                         [part for name, value in (settings or {}).items()
                          for part in ("--dynamic-config-value", f"{name}={value}")], log)
        wait_until("the start of the Temporal dev server", self.answers)

    def answers(self):
        asked = subprocess.run([self.cli, "operator", "namespace", "describe", "default", "--address", self.address],
                               capture_output=True, env=environment(), check=False)
        return asked.returncode == 0


class Load:
    """engine_load, whose lines are JSON."""

    def __init__(self, arguments):
        self.child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=environment())

    def line(self):
        text = self.child.stdout.readline()
        if not text:
            raise SystemExit("bench: engine_load ended early")
        return json.loads(text)

    def go_on(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()

    def end(self):
        result = self.line()
        self.child.stdin.close()
        if self.child.wait() != 0:
            raise SystemExit("bench: engine_load failed")
        return result
