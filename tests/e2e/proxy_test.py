#!/usr/bin/env python3
"""`weft dev` that people reach by another name, through a proxy on its machine. WEFT names the binary."""

import tempfile
import unittest
from pathlib import Path

from weft_dev import Dev, call

HOOKS = """
weft: 1
name: hooks
triggers:
  - { id: plain, webhook: plain }
  - { id: open, webhook: open, auth: none }
nodes:
  a: { set: 1 }
"""


class ProxyTest(unittest.TestCase):
    def start(self, *options):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        dev = Dev(Path(folder.name) / "data", options=options).start()
        self.addCleanup(dev.stop)
        dev.deploy(HOOKS)
        return dev

    def asks_for_a_token(self, dev):
        hooks, named = dev.url + "/hooks/default/", {"Host": "weft.example.com"}
        self.assertEqual(call(hooks + "plain", "POST", {}, headers=named).status, 401)
        token = {"Authorization": f"Bearer {dev.token}"}
        self.assertEqual(call(hooks + "plain", "POST", {}, headers=named | token).status, 202)
        self.assertEqual(call(hooks + "open", "POST", {}, headers=named).status, 202)

    def test_a_webhook_is_not_open_to_the_world_because_the_server_listens_on_loopback(self):
        self.asks_for_a_token(self.start("--public-url", "https://weft.example.com"))

    def test_nor_is_it_when_the_server_has_another_name(self):
        self.asks_for_a_token(self.start("--allow-host", "weft.example.com"))

    def test_it_is_open_to_this_machine(self):
        dev = self.start()
        self.assertEqual(call(dev.url + "/hooks/default/plain", "POST", {}).status, 202)


if __name__ == "__main__":
    unittest.main()
