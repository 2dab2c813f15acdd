"""PostgreSQL, Temporal, servers and workers as processes that are killed and started again."""

import json
import os
import pwd
import signal
import subprocess
import threading
import time
from pathlib import Path

from weft_dev import KEPT, WEFT, call, eventually, free_port, sandbox

POSTGRES = Path("/usr/lib/postgresql/15/bin")


def as_nobody():
    """What a child runs before its program: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    user = pwd.getpwnam("postgres")

    def drop():
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return drop


class Process:
    """One that is kept running, until it is stopped."""

    def __init__(self, name, command, log, environment=None, preexec=None, ready=lambda: True):
        self.name, self.command, self.log, self.environment = name, command, log, environment or KEPT
        self.preexec, self.ready, self.process, self.kills, self.away = preexec, ready, None, 0, False

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=self.environment, preexec_fn=self.preexec)
        return self

    def wait_ready(self):
        eventually(f"{self.name} is ready", self.ready)
        return self

    def kill(self):
        self.kills += 1
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def keep(self):
        """Started again if it ended, as a supervisor of services would."""
        if not self.away and self.process.poll() is not None:
            self.start()

    def leave(self):
        """Killed, and not started again until it comes back."""
        self.away = True
        self.kill()

    def come_back(self):
        self.away = False
        eventually(f"{self.name} is ready", lambda: self.process.poll() is None and self.ready())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cluster:
    """With PostgreSQL, unless the file of an SQLite database is named; `between` gives the port through which it is reached."""

    def __init__(self, root, servers=2, workers=2, database=None, between=lambda port: port):
        self.root = Path(root)
        self.root.chmod(0o755)
        self.temporal_port = free_port()
        self.ports = [free_port() for _ in range(servers)]
        environment = {**KEPT, "WEFT_SECRETS_KEY": "7" * 64}
        self.processes = {}
        database = database or self.make_postgres(between)
        temporal = f"127.0.0.1:{self.temporal_port}"
        self.add("temporal", [os.environ.get("WEFT_TEMPORAL_CLI", "temporal"), "server", "start-dev", "--headless", "--port",
                              str(self.temporal_port), "--db-filename", str(self.root / "temporal.db"), "--log-level", "error"])
        for n, port in enumerate(self.ports):
            self.add(f"server{n}", [WEFT, "server", "--port", str(port), "--data", str(self.root / f"data{n}"), "--database", database,
                                    "--temporal", temporal, "--http-allow", "127.0.0.1"], environment,
                     ready=lambda port=port: self.answers(port))
        for n in range(workers):
            self.add(f"worker{n}", [WEFT, "worker", "--temporal", temporal, "--http-allow", "127.0.0.1", *sandbox()])
        self.stopping = threading.Event()

    def add(self, name, command, environment=None, preexec=None, ready=lambda: True):
        self.processes[name] = Process(name, command, self.root / f"{name}.log", environment, preexec, ready)

    def make_postgres(self, between):
        data = self.root / "postgres"
        data.mkdir()
        port = free_port()
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(data, user.pw_uid, user.pw_gid)
        subprocess.run([POSTGRES / "initdb", "-D", data, "-U", "weft", "--auth=trust", "-E", "UTF8", "--no-sync"], check=True,
                       stdout=subprocess.DEVNULL, preexec_fn=as_nobody())
        self.add("postgres", [str(POSTGRES / "postgres"), "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                              "-c", f"unix_socket_directories={data}", "-c", "log_min_messages=fatal"], preexec=as_nobody(),
                 ready=lambda: subprocess.run([POSTGRES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
                                              check=False).returncode == 0)
        return f"postgresql://weft@127.0.0.1:{between(port)}/postgres"

    def answers(self, port):
        answer = call(f"http://127.0.0.1:{port}/readyz", timeout=5)
        return answer is not None and answer.status == 200

    def start(self):
        for process in self.processes.values():
            if process.process is None:
                process.start()
            if process.name in ("postgres", "server0"):
                process.wait_ready()
        for process in self.processes.values():
            process.wait_ready()
        self.supervisor = threading.Thread(target=self.supervise, daemon=True)
        self.supervisor.start()
        return self

    def supervise(self):
        while not self.stopping.wait(0.3):
            for process in self.processes.values():
                process.keep()

    def stop(self):
        self.stopping.set()
        self.supervisor.join()
        for process in reversed(self.processes.values()):
            process.stop()

    def tails(self):
        return "\n".join(f"== {p.name}\n" + p.log.read_text(errors="replace")[-1500:] for p in self.processes.values() if p.log.exists())

    def token_of(self, server):
        return (self.root / f"data{server}" / "token").read_text().strip()

    def call(self, path, method="GET", body=None, content_type="application/json", headers=None, server=0):
        """Once; None when there is no connection."""
        return call(f"http://127.0.0.1:{self.ports[server]}{path}", method, body, content_type,
                    {"Authorization": f"Bearer {self.token_of(server)}", **(headers or {})}, timeout=30)

    def send(self, path, *arguments, **named):
        """Again and again until it is answered for good, as a careful sender does."""
        deadline = time.monotonic() + 120
        while True:
            answer = self.call(path, *arguments, **named)
            if answer is not None and answer.status < 500 and answer.status != 429:
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{path}: {answer!r}\n{self.tails()}")
            time.sleep(0.2)

    def ok(self, *arguments, **named):
        answer = self.send(*arguments, **named)
        if answer.status >= 300:
            raise AssertionError(f"{arguments}: {answer!r}")
        return answer.json if answer.text else None

    def temporal(self, *arguments):
        """What Temporal's own tool says, from JSON."""
        def say():
            done = subprocess.run([os.environ.get("WEFT_TEMPORAL_CLI", "temporal"), *arguments, "-o", "json", "--address",
                                   f"127.0.0.1:{self.temporal_port}"], capture_output=True, text=True, check=False, timeout=60)
            return done if done.returncode == 0 else None

        done = eventually(f"temporal {' '.join(arguments)}", say)
        return json.loads(done.stdout) if done.stdout.lstrip().startswith(("[", "{")) else done.stdout
