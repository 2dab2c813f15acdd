#!/usr/bin/env python3
"""Takes reports on loopback: POST answers {"received": BODY}."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Reports(BaseHTTPRequestHandler):
    def do_POST(self):
        report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"received": report}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 18745), Reports)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
