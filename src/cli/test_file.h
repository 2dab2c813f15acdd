#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "cli/test_pattern.h"
#include "contract/start.h"
#include "dsl/definition.h"
#include "expr/value.h"

/// Test files of `weft test` (docs/reference/test.md), as data.
namespace weft::cli {

/// What one attempt of a node that acts gives instead of acting.
struct MockAttempt {
  enum class Kind { kOutput, kError, kLost };
  Kind kind = Kind::kOutput;
  expr::Value output;         ///< raw, before the node's `output:`
  std::string code, message;  ///< of the error
  expr::Value data;
  Duration takes{0};
};

struct Mock {
  NodePattern node;
  std::vector<MockAttempt> attempts;  ///< the last one stands for all that follow
};

/// What comes to the run from outside. With neither `at` nor `after`: an answer as soon as its node waits for it,
/// anything else at the start.
struct TestEvent {
  enum class Kind { kEvent, kAnswer, kCancel };
  Kind kind = Kind::kEvent;
  expr::Value content;  ///< the CloudEvent, or `{ decision, by, data }`
  NodePattern node;     ///< of an answer: who is answered
  std::optional<Duration> at;
  std::optional<NodePattern> after;  ///< once such a node has settled
};

/// What is not set is not looked at.
struct Expectations {
  std::string status;  ///< empty: any that ends badly (`error` is set), else completed
  std::optional<expr::Value> output, error, emitted, notified;
  std::vector<std::pair<NodePattern, expr::Value>> nodes;  ///< `{ status, attempts, output, error, case }`
  std::vector<NodePattern> order;
  std::optional<Duration> duration;
};

struct TestFile {
  std::string path, title;
  std::shared_ptr<const dsl::Workflow> workflow;
  expr::Value input;
  contract::TriggerInfo trigger;
  Timestamp now{std::chrono::seconds(1'767'225'600)};  // 2026-01-01
  std::vector<Mock> mocks;
  std::vector<TestEvent> events;
  Expectations expect;
};

struct LoadedTest {
  TestFile test;
  std::string workflow_path;  ///< empty: not known
  std::string problems;       ///< for people, of the test and its workflow; empty: the test can run
};

/// Reads a test file and its workflow.
LoadedTest LoadTest(const std::string& path);

}  // namespace weft::cli
