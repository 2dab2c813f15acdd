#!/usr/bin/env python3
"""Texts that are not deployed, tried on `weft dev`: as a whole, with given results, one node alone. WEFT names the binary."""

import tempfile
import unittest
from pathlib import Path

from weft_dev import Dev, Receiver, eventually

FLOW = """weft: 1
name: orders
secrets: [token]
notify: [{ on: [failed], to: [ops] }]
error_workflow: mend
concurrency: { key: '${ "one" }', limit: 1 }
nodes:
  stock: { shell: 'exit 9', compensate: { shell: 'echo given back' } }
  which: { needs: stock, switch: [{ case: high, when: '${ .n > 3 }' }, { case: low }] }
  ship: { needs: which.high, shell: 'echo "shipped $N with ${#T}"', env: { N: '${ $nodes.stock.output.n }', T: '${ $secrets.token }' } }
  rest: { needs: which.low, shell: 'exit 1' }
  last: { needs: ship, when: '${ $input.go }', shell: 'exit 3' }
"""


class TestRunsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.service = Receiver()
        cls.dev = Dev(Path(cls.folder.name) / "data").start()
        # Told of every failure, whatever the workflow says.
        cls.dev.ok("/channels", "POST", {"name": "ops", "kind": "webhook", "config": {"url": cls.service.url + "/ops"}, "all": ["failed"]})
        cls.dev.ok("/secrets", "POST", {"namespace": "default", "name": "token", "value": "s3cret-value"})

    @classmethod
    def tearDownClass(cls):
        cls.dev.stop()
        cls.service.close()
        cls.folder.cleanup()

    def attempt(self, **body):
        return self.dev.api("/test", "POST", {"text": FLOW, **body})

    def closed(self, **body):
        answer = self.attempt(**body)
        self.assertEqual(answer.status, 201, answer)
        return self.dev.closed(answer.json["id"])

    def test_a_given_result_stands_for_a_node_that_would_fail(self):
        document = self.closed(input={"go": False}, outputs={"stock": {"n": 4}})
        self.assertEqual(document["status"], "completed", document)
        self.assertEqual(document["nodes"]["ship"]["output"]["stdout"], "shipped 4 with 12")
        self.assertEqual({name: node["status"] for name, node in document["nodes"].items()},
                         {"stock": "succeeded", "which": "succeeded", "ship": "succeeded", "rest": "skipped", "last": "skipped"})
        self.assertEqual((document["trigger"], document["revision"]), ({"kind": "test"}, None))
        self.assertTrue(document["id"].startswith("default.orders.test-run."))

    def test_one_node_alone_on_what_is_given(self):
        document = self.closed(node="ship", outputs={"stock": {"n": 7}})
        self.assertEqual(document["nodes"]["ship"]["output"]["stdout"], "shipped 7 with 12")
        self.assertEqual(sorted(document["nodes"]), ["ship", "stock", "which"])
        definition = self.dev.ok(f"/instances/{document['id']}/definition")
        self.assertEqual([node["id"] for node in definition["graph"]["nodes"]], ["stock", "which", "ship"])
        self.assertNotIn("mend", definition["source"])
        document = self.closed(node="which", outputs={"stock": {"n": 1}})
        self.assertEqual(document["nodes"]["which"]["case"], "low")

    def test_what_cannot_be_tried_says_why_and_starts_nothing(self):
        answer = self.attempt(text=FLOW.replace("needs: stock", "needs: stok").replace(".n > 3", ".n >"))
        self.assertEqual(answer.status, 422, answer)
        self.assertEqual({one["code"] for one in answer.json["diagnostics"]}, {"unknown-node", "expression"})
        answer = self.attempt(node="ship")
        self.assertEqual(answer.status, 422, answer)
        self.assertIn("reads the results of `stock`", answer.json["detail"])
        self.assertEqual(self.attempt(inputs={}).status, 422)
        self.assertEqual(self.dev.api("/test", "POST", {"input": 1}).status, 422)
        token = self.dev.ok("/tokens", "POST", {"name": "operator", "permissions": ["view", "operate"]})["token"]
        answer = self.dev.api("/test", "POST", {"text": FLOW}, headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(answer.status, 403, answer)

    def test_nobody_is_told_and_nothing_else_counts_it(self):
        self.dev.deploy("weft: 1\nname: mend\nnodes: { a: { set: 1 } }\n")
        self.dev.deploy(FLOW)
        failed = self.closed(input={"go": True}, outputs={"stock": {"n": 4}})
        self.assertEqual((failed["status"], failed["error"]["node"]), ("failed", "last"))
        self.assertNotEqual(failed["nodes"]["stock"]["status"], "compensated")
        rerun = self.dev.api(f"/instances/{failed['id']}/rerun", "POST", {"latest": True})
        self.assertEqual(rerun.status, 409, rerun)
        # One that is deployed and fails afterwards is told of: by then the other one would have been.
        real = self.dev.closed(self.dev.begin("orders"))["id"]
        eventually("the real failure is told", lambda: [b for b in self.service.bodies() if b.get("instance") == real])
        eventually("its error workflow", lambda: self.dev.ok("/instances?workflow=mend")["items"])
        self.assertEqual([b["instance"] for b in self.service.bodies() if b["instance"] != real], [])
        self.assertEqual(len(self.dev.ok("/instances?workflow=mend")["items"]), 1)
        listed = eventually("listed", lambda: [i["id"] for i in self.dev.ok("/instances?workflow=orders&trigger=test&limit=100")["items"] if i["id"] == failed["id"]])
        self.assertEqual(listed, [failed["id"]])
        self.assertEqual([i["id"] for i in self.dev.ok("/instances?workflow=orders")["items"]], [real])


if __name__ == "__main__":
    unittest.main()
