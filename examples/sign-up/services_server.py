#!/usr/bin/env python3
"""Three services on loopback: POST /SERVICE/VERB answers what it was sent and what it did; 503 for the one that is down."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=18744)
parser.add_argument("--down", help="sandbox, postmark or newsletter")
arguments = parser.parse_args()


class Services(BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, service, verb = self.path.split("/")
        down = service == arguments.down
        body = json.dumps({"error": "down"} if down else {**sent, "done": verb}).encode()
        self.send_response(503 if down else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Services)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
