#include "machine/queues.h"

#include <gmock/gmock.h>

#include "dsl/load.h"

namespace weft::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr QueueUse kRuns{.workflows = true}, kNodes{.activities = true}, kBoth{.workflows = true, .activities = true};

QueueUses Of(const std::string& rest) {
  const auto text = "weft: 1\nname: demo\n" + rest;
  const auto loaded = dsl::Load(text);
  EXPECT_NE(loaded.workflow, nullptr) << dsl::FormatDiagnostics("w.yaml", text, loaded.diagnostics);
  return loaded.workflow == nullptr ? QueueUses{} : QueuesOf(*loaded.workflow);
}

TEST(Queues, ARunItselfNeedsTheWorkersQueue) {
  EXPECT_THAT(Of("nodes: { a: { set: 1 } }"), ElementsAre(Pair("weft", kRuns)));
  EXPECT_THAT(Of("nodes: { a: { shell: x } }"), ElementsAre(Pair("weft", kBoth)));
}

TEST(Queues, NodesAreFoundInRegionsAndCompensations) {
  EXPECT_THAT(Of("nodes:\n"
                 "  a: { foreach: '${ [1] }', nodes: { b: { group: { nodes: { c: { shell: x, queue: gpu } } } } } }\n"
                 "  d: { set: 1, needs: a }\n"
                 "  e: { shell: x, queue: never, disabled: true }\n"),
              ElementsAre(Pair("gpu", kNodes), Pair("weft", kRuns)));
  EXPECT_THAT(Of("nodes: { a: { set: x, queue: gpu, compensate: { shell: y } } }"),
              ElementsAre(Pair("gpu", kNodes), Pair("weft", kRuns)));
}

TEST(Queues, WhatNeedsTheStoreIsDoneByServers) {
  for (const auto* rest :
       {"nodes: { a: { event: x } }", "nodes: { a: { approval: {} } }", "nodes: { a: { emit: { type: x } } }",
        "nodes: { a: { notify: { to: [ops] } } }", "concurrency: { limit: 1 }\nnodes: { a: { set: 1 } }",
        "notify: [ { on: [failed], to: [ops] } ]\nnodes: { a: { set: 1 } }"}) {
    EXPECT_THAT(Of(rest), ElementsAre(Pair("weft", kRuns), Pair("weft-system", kNodes))) << rest;
  }
}

TEST(Queues, AChildRunsWhereItsNodeSays) {
  EXPECT_THAT(Of("nodes: { a: { workflow: other, queue: gpu } }"),
              ElementsAre(Pair("gpu", kRuns), Pair("weft", kRuns), Pair("weft-system", kNodes)));
}

}  // namespace
}  // namespace weft::machine
