#!/usr/bin/env python3
"""What this example needs of Slack's Web API, on loopback. The token is xoxb-example."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

channels = {}


def create(call):
    if call["name"] in [channel["name"] for channel in channels.values()]:
        return {"ok": False, "error": "name_taken"}
    channel = {"id": f"C{len(channels) + 1:04}", "name": call["name"], "members": []}
    channels[channel["id"]] = channel
    return {"ok": True, "channel": channel}


def invite(call):
    channel = channels[call["channel"]]
    channel["members"] += call["users"].split(",")
    return {"ok": True, "channel": channel}


def post(call):
    return {"ok": True, "channel": call["channel"], "message": {"text": call["text"]}}


METHODS = {"conversations.create": create, "conversations.invite": invite, "chat.postMessage": post}


class Slack(BaseHTTPRequestHandler):
    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Bearer xoxb-example":
            answer = {"ok": False, "error": "invalid_auth"}
        else:
            answer = METHODS[self.path.removeprefix("/api/")](call)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 18743), Slack)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
