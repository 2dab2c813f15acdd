#!/usr/bin/env python3
"""Tests of check_layers.py on toy trees."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_layers  # noqa: E402


class CheckLayersTest(unittest.TestCase):

    def breaches(self, files):
        """The breaches of a tree given as {path: text}, as "path:line: message"."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return [f"{path}:{line}: {message}" for path, line, message in check_layers.check(folder)]

    def assert_one(self, files, start, *words):
        found = self.breaches(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(start), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_our_own_clock_has_no_place_in_the_interpreter(self):
        self.assert_one({"src/machine/run.cc": '#include "base/clock.h"\n'}, "src/machine/run.cc:1:", "clock")

    def test_downward_arrows_pass(self):
        self.assertEqual([], self.breaches({
            "src/base/error.h": "#include <string>\n",
            "src/expr/value.h": '#include "base/error.h"\n#include "expr/size.h"\n',
            "src/machine/run.cc": '#include "dsl/definition.h"\n#include "contract/names.h"\n',
            "src/activities/shell.cc": '#include "expr/value.h"\n#include "temporalio/activity/context.h"\n',
            "src/worker/worker.cc": '#include "activities/shell.h"\n#include "machine/run.h"\n',
            "src/cli/main.cc": '#include "worker/worker.h"\n#include "server/server.h"\n',
        }))

    def test_upward_arrow_is_named_with_its_line(self):
        self.assert_one({"src/dsl/load.cc": '#include <map>\n\n#include "machine/run.h"\n'},
                        "src/dsl/load.cc:3:", "src/dsl must not include src/machine")

    def test_worker_must_not_reach_the_store(self):
        self.assert_one({"src/worker/a.cc": '#include "store/store.h"\n'}, "src/worker/a.cc:1:", "src/store")

    def test_server_may_reach_the_store(self):
        self.assertEqual([], self.breaches({"src/server/a.cc": '#include "store/store.h"\n'}))

    def test_parts_do_not_include_each_other(self):
        self.assert_one({"src/activities/a.cc": '#include "progress/fold.h"\n'}, "src/activities/a.cc:1:", "src/progress")

    def test_machine_must_not_include_activities(self):
        self.assert_one({"src/machine/a.cc": '#include "activities/shell.h"\n'}, "src/machine/a.cc:1:", "src/activities")

    def test_lower_folders_know_nothing_of_temporal(self):
        for folder in ("base", "expr", "dsl", "contract", "machine"):
            for header in ("temporalio/client/client.h", "temporal/api/common/v1/message.pb.h"):
                self.assert_one({f"src/{folder}/a.h": f'#include "{header}"\n'}, f"src/{folder}/a.h:1:", "Temporal")

    def test_unknown_folder_is_refused(self):
        self.assert_one({"src/misc/a.cc": "int x;\n"}, "src/misc/a.cc:1:", "no place in the layers")

    def test_nested_folder_counts_as_its_top_folder(self):
        self.assert_one({"src/store/sqlite/a.cc": '#include "server/http.h"\n'}, "src/store/sqlite/a.cc:1:", "src/server")

    def test_tests_obey_the_arrows_too(self):
        self.assert_one({"src/dsl/a_test.cc": '#include "machine/run.h"\n'}, "src/dsl/a_test.cc:1:")

    def test_include_in_comment_or_string_is_ignored(self):
        self.assertEqual([], self.breaches({
            "src/dsl/a.cc": '// #include "machine/run.h"\n/*\n#include "cli/main.h"\n*/\n'
                            'const char* s = R"(\n#include "cli/main.h"\n)";\n'}))

    def test_line_numbers_survive_block_comments(self):
        self.assert_one({"src/dsl/a.cc": '/* one\n two\n three */\n#include "machine/run.h"\n'}, "src/dsl/a.cc:4:")

    def test_header_named_from_its_own_folder_is_refused(self):
        self.assert_one({"src/dsl/a.cc": '#include "b.h"\n', "src/dsl/b.h": ""}, "src/dsl/a.cc:1:", "include root")

    def test_climbing_include_is_refused(self):
        self.assert_one({"src/dsl/a.cc": '#include "../machine/run.h"\n'}, "src/dsl/a.cc:1:", "climbs")

    def test_temporalio_knows_nothing_of_the_product(self):
        self.assert_one({"temporalio/worker/a.cc": '#include "base/error.h"\n', "src/base/error.h": ""},
                        "temporalio/worker/a.cc:1:", "base/error.h")

    def test_bridge_header_only_in_bridge_sources(self):
        line = '#include "temporal-sdk-core-c-bridge.h"\n'
        self.assertEqual([], self.breaches({"temporalio/bridge/core.cc": line}))
        for place in ("temporalio/bridge/core.h", "temporalio/worker/a.cc", "src/worker/a.cc", "tests/a/b.cc"):
            self.assert_one({place: line}, f"{place}:1:", "temporalio/bridge")

    def test_impure_code_in_the_interpreter_is_refused(self):
        for code, what in [("auto t = std::chrono::system_clock::now();", "clock"), ("auto t = time(nullptr);", "clock"),
                           ("std::random_device d;", "random"), ("int r = std::rand();", "random"),
                           ('auto* e = getenv("A");', "environment"), ("std::ifstream f(p);", "file"),
                           ("std::thread t(f);", "thread"), ("#include <random>", "random"),
                           ("#include <thread>", "thread"), ("#include <fstream>", "file")]:
            for folder in ("machine", "expr"):
                with self.subTest(code=code, folder=folder):
                    self.assert_one({f"src/{folder}/a.cc": code + "\n"}, f"src/{folder}/a.cc:1:", what)

    def test_impure_code_elsewhere_and_in_tests_passes(self):
        code = "#include <thread>\nauto t = std::chrono::steady_clock::now();\n"
        self.assertEqual([], self.breaches({
            "src/worker/a.cc": code, "src/machine/a_test.cc": code, "src/expr/a_bench.cc": code,
            "src/machine/a_fuzz.cc": code}))

    def test_words_alike_are_not_impure(self):
        self.assertEqual([], self.breaches({
            "src/machine/a.cc": "// reads no clock, std::thread or getenv\n"
                                'auto s = "std::rand()";\nauto t = state.time();\nauto c = operand(3);\n'
                                "auto d = std::chrono::seconds(1);\nauto x = run_time(0);\nconstexpr int k = 1'000'000;\n"}))

    def test_walk_over_unordered_container_is_refused(self):
        header = "struct A { std::unordered_map<std::string, std::vector<int>> nodes_; };\n"
        self.assert_one({"src/machine/a.h": header, "src/machine/a.cc": "\nfor (const auto& [k, v] : nodes_) {}\n"},
                        "src/machine/a.cc:2:", "nodes_")
        self.assert_one({"src/machine/a.h": header, "src/machine/a.cc": "auto i = a.nodes_.begin();\n"},
                        "src/machine/a.cc:1:", "nodes_")

    def test_lookup_in_unordered_container_passes(self):
        self.assertEqual([], self.breaches({
            "src/expr/a.cc": "std::unordered_map<int, int> cache;\nauto i = cache.find(1);\nfor (int x : list) {}\n"}))


if __name__ == "__main__":
    unittest.main()
