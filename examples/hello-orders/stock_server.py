#!/usr/bin/env python3
"""A little stock service for this example: GET /stock/ID answers {"orderId": ID, "count": N}. Loopback only."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Stock(BaseHTTPRequestHandler):
    def do_GET(self):
        order = self.path.removeprefix("/stock/")
        # Orders with an even number are in stock.
        count = 12 if order[-1:] in tuple("02468") else 0
        body = json.dumps({"orderId": order, "count": count}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 18741), Stock)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
