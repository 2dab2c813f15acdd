"""`weft dev` as a process of a test's own, and what a test talks to it with."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from weft_process import KEPT, free_port, sandbox  # noqa: E402

WEFT = os.environ["WEFT"]
PATIENCE = 60


def eventually(what, condition, patience=PATIENCE):
    """Waits until the condition gives something; its last answer is in the failure."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}; at last: {answer!r}")
        time.sleep(0.1)


class Answer:
    def __init__(self, status, body, headers):
        self.status, self.text, self.headers = status, body.decode(errors="replace"), headers

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.text[:2000]}"


def call(url, method="GET", body=None, content_type="application/json", headers=None, timeout=30):
    """An answer whatever its status; None when there is no connection."""
    data = body if body is None or isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    if data is not None:
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read(), answer.headers)
    except urllib.error.HTTPError as answer:
        return Answer(answer.code, answer.read(), answer.headers)
    except (OSError, urllib.error.URLError):
        return None


class Receiver:
    """A service that takes what a `webhook` channel, or a node, sends; `answers` decides the statuses."""

    def __init__(self, answer=lambda path, body: (200, {})):
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                receiver.requests.append((self.path, dict(self.headers), body))
                status, document = answer(self.path, body)
                data = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # who asked may have been killed meanwhile
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self, path=None):
        return [json.loads(body) for at, _, body in self.requests if path in (None, at)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Dev:
    def __init__(self, data, workflows=None, temporal=None, options=()):
        self.data, self.workflows, self.temporal = Path(data), workflows, temporal
        self.options = options
        self.port, self.temporal_port = free_port(), free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        where = ["--temporal", self.temporal] if self.temporal else ["--temporal-port", str(self.temporal_port)]
        self.log = open(self.data.parent / "dev.log", "ab")
        self.process = subprocess.Popen(
            [WEFT, "dev", "--port", str(self.port), "--data", str(self.data), *where, *sandbox(), *self.options,
             *([str(self.workflows)] if self.workflows else [])],
            stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, env=KEPT, text=True)
        self.one_time_url = self.process.stdout.readline().strip()
        if not self.one_time_url:
            raise AssertionError("weft dev did not start: " + self.tail())
        return self

    def tail(self):
        return (self.data.parent / "dev.log").read_text(errors="replace")[-3000:]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    @property
    def token(self):
        return (self.data / "token").read_text().strip()

    def api(self, path, method="GET", body=None, content_type="application/json", headers=None, timeout=30):
        return call(self.url + "/api/v1" + path, method, body, content_type,
                    {"Authorization": f"Bearer {self.token}", **(headers or {})}, timeout)

    def ok(self, *arguments, **named):
        answer = self.api(*arguments, **named)
        if answer is None or answer.status >= 300:
            raise AssertionError(f"{arguments}: {answer!r}")
        return answer.json if answer.text else None

    def deploy(self, text):
        return self.ok("/workflows", "POST", text, "application/yaml")

    def begin(self, name, value=None, key=None, namespace="default"):
        return self.ok(f"/workflows/{namespace}/{name}/instances", "POST", {"input": value, "key": key} if key else {"input": value})["id"]

    def instance(self, id):
        return self.ok("/instances/" + urllib.request.quote(id, safe=""))

    def until(self, id, condition, patience=PATIENCE):
        """The document once the condition holds."""
        seen = {}

        def look():
            answer = self.api("/instances/" + urllib.request.quote(id, safe=""))
            if answer is None or answer.status != 200:
                seen["last"] = answer
                return None
            seen["last"] = answer.json
            return answer.json if condition(answer.json) else None

        try:
            return eventually(id, look, patience)
        except AssertionError:
            raise AssertionError(f"{id}: {json.dumps(seen.get('last'), default=repr, indent=1)[:6000]}") from None

    def closed(self, id, patience=PATIENCE):
        return self.until(id, lambda document: document["endedAt"], patience)
