#include "cli/test_file.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <tuple>

#include "cli/file.h"
#include "dsl/problems.h"
#include "dsl/values.h"
#include "machine/state.h"

namespace weft::cli {
namespace {

using dsl::DocumentNode;
using dsl::Quoted;
using expr::Value;

using Words = std::vector<std::string_view>;

const Words kNodeStatuses{"pending", "scheduled", "running", "waiting",   "retrying",   "succeeded",
                          "failed",  "timed_out", "skipped", "cancelled", "compensated"};
const Words kRunStatuses{"completed", "failed", "timed_out", "cancelled", "not_triggered", "waiting"};

/// Reads the tree of one test file and reports what is wrong with it.
class Reader {
 public:
  Reader(const dsl::Document& document, std::vector<dsl::Diagnostic>& diagnostics) : problems_(document, diagnostics) {}

  /// The workflow's path as it is written, or nothing.
  std::optional<std::string> Workflow(const DocumentNode& root);
  void Read(const DocumentNode& root, TestFile& test);
  void WorkflowProblem(const DocumentNode& root, std::string_view code, std::string message) {
    problems_.Error(code, *root.Get("workflow"), std::move(message));
  }

 private:
  bool IsMap(const DocumentNode& node, std::string_view what, const Words& keys);
  const DocumentNode* List(const DocumentNode& map, std::string_view key);
  std::string Text(const DocumentNode& map, std::string_view key);
  std::string Word(const DocumentNode& node, const Words& words);
  std::optional<Duration> Time(const DocumentNode* node);
  NodePattern Node(const DocumentNode& node);
  void ReadTrigger(const DocumentNode& node, contract::TriggerInfo& trigger);
  void ReadMock(const DocumentNode& key, const DocumentNode& value);
  MockAttempt ReadAttempt(const DocumentNode& node, bool is_child);
  void ReadEvent(const DocumentNode& node);
  void ReadExpect(const DocumentNode& node);
  void ReadExpectedNode(const DocumentNode& key, const DocumentNode& value);

  dsl::Problems problems_;
  TestFile* test_ = nullptr;
};

bool Reader::IsMap(const DocumentNode& node, std::string_view what, const Words& keys) {
  if (!node.IsMap()) {
    problems_.Error("type", node, std::string(what) + " is a map");
    return false;
  }
  for (const auto& entry : node.entries) {
    if (std::ranges::find(keys, entry.key->text) == keys.end()) {
      problems_.Error("unknown-key", *entry.key, std::string(what) + " has no key " + Quoted(entry.key->text),
                      "possible are " + dsl::QuotedAlternatives(keys));
    }
  }
  return true;
}

const DocumentNode* Reader::List(const DocumentNode& map, std::string_view key) {
  const auto* list = map.Get(key);
  if (list == nullptr || list->IsList()) return list;
  problems_.Error("type", *list, '`' + std::string(key) + "` is a list");
  return nullptr;
}

std::string Reader::Text(const DocumentNode& map, std::string_view key) {
  const auto* node = map.Get(key);
  if (node == nullptr) return {};
  if (!node->IsString()) problems_.Error("type", *node, '`' + std::string(key) + "` is text");
  return dsl::TextOf(node).value_or("");
}

std::string Reader::Word(const DocumentNode& node, const Words& words) {
  if (!node.IsString() || std::ranges::find(words, node.text) == words.end()) {
    problems_.Error("value", node, "possible are " + dsl::QuotedAlternatives(words));
  }
  return node.text;
}

std::optional<Duration> Reader::Time(const DocumentNode* node) {
  if (node == nullptr) return std::nullopt;
  const auto duration = dsl::DurationOf(node);
  if (!duration) problems_.Error("duration", *node, "a duration is written like `30s`, `1h30m` or `30d`");
  return duration;
}

NodePattern Reader::Node(const DocumentNode& node) {
  NodePattern pattern(node.text);
  if (node.IsMap() || node.IsList() || node.text.empty()) {
    problems_.Error("type", node, "a node is named by its path, such as `stock` or `each/*/ship`");
    return pattern;
  }
  const auto* found = test_->workflow == nullptr ? nullptr : pattern.Find(*test_->workflow);
  if (test_->workflow != nullptr && found == nullptr) {
    problems_.Error("unknown-node", node, "the workflow has no node " + Quoted(node.text),
                    "a path names every container; foreach and loop have a number or `*` between: each/*/ship");
  } else if (found != nullptr && pattern.IsCompensation() && found->compensate == nullptr) {
    problems_.Error("unknown-node", node, "the node has no `compensate`");
  }
  return pattern;
}

std::optional<std::string> Reader::Workflow(const DocumentNode& root) {
  if (!root.IsMap()) return std::nullopt;
  const auto* node = root.Get("workflow");
  if (node == nullptr) {
    problems_.Error("missing", root, "`workflow` is missing: the path of the workflow's file, from this one");
    return std::nullopt;
  }
  auto path = dsl::TextOf(node);
  if (!path || path->empty() || *path == "-") {
    problems_.Error("type", *node, "`workflow` is the path of a file, from this one");
    return std::nullopt;
  }
  return path;
}

void Reader::Read(const DocumentNode& root, TestFile& test) {
  test_ = &test;
  if (!IsMap(root, "a test", {"workflow", "title", "now", "input", "trigger", "mocks", "events", "expect"})) return;
  test.title = Text(root, "title");
  if (const auto* now = root.Get("now")) {
    const auto time = dsl::TimeOf(now);
    if (!time) problems_.Error("value", *now, "a time is written like `2026-03-01T09:00:00Z`");
    test.now = time.value_or(test.now);
  }
  if (const auto* input = root.Get("input")) test.input = input->ToValue();
  if (const auto* trigger = root.Get("trigger")) ReadTrigger(*trigger, test.trigger);
  if (const auto* mocks = root.Get("mocks")) {
    if (!mocks->IsMap()) problems_.Error("type", *mocks, "`mocks` is a map by node");
    for (const auto& entry : mocks->entries) ReadMock(*entry.key, *entry.value);
  }
  if (const auto* events = List(root, "events")) {
    for (const auto* event : events->items) ReadEvent(*event);
  }
  if (const auto* expect = root.Get("expect")) {
    ReadExpect(*expect);
  } else {
    problems_.Error("missing", root, "`expect` is missing: what the run is to come to");
  }
}

void Reader::ReadTrigger(const DocumentNode& node, contract::TriggerInfo& trigger) {
  if (!IsMap(node, "`trigger`", {"kind", "id", "payload"})) return;
  if (const auto* kind = node.Get("kind"))
    trigger.kind = Word(*kind, {"manual", "webhook", "event", "cron", "workflow"});
  trigger.id = Text(node, "id");
  if (const auto* payload = node.Get("payload")) trigger.payload = payload->ToValue();
}

void Reader::ReadMock(const DocumentNode& key, const DocumentNode& value) {
  Mock mock{.node = Node(key), .attempts = {}};
  bool is_child = false;
  if (const auto* node = test_->workflow == nullptr ? nullptr : mock.node.Find(*test_->workflow)) {
    const auto& body = mock.node.IsCompensation() && node->compensate ? *node->compensate : *node;
    const auto* call = std::get_if<dsl::WorkflowCall>(&body.body);
    is_child = call != nullptr;
    const bool acts = body.kind == dsl::Kind::kShell || body.kind == dsl::Kind::kPython ||
                      body.kind == dsl::Kind::kHttp || (call != nullptr && !call->detach);
    if (!acts) {
      problems_.Error("value", key, "a node of kind `" + std::string(KindName(body.kind)) + "` runs as it is",
                      "mocks are for shell, python, http and workflow nodes whose end is awaited");
    }
  }
  if (value.IsList()) {
    if (value.items.empty()) problems_.Error("value", value, "a list of attempts has at least one");
    for (const auto* attempt : value.items) mock.attempts.push_back(ReadAttempt(*attempt, is_child));
  } else {
    mock.attempts.push_back(ReadAttempt(value, is_child));
  }
  test_->mocks.push_back(std::move(mock));
}

MockAttempt Reader::ReadAttempt(const DocumentNode& node, bool is_child) {
  MockAttempt attempt;
  if (!IsMap(node, "a mock", {"output", "error", "lost", "takes"})) return attempt;
  const auto* output = node.Get("output");
  const auto* error = node.Get("error");
  const auto* lost = node.Get("lost");
  const auto count = (output != nullptr ? 1 : 0) + (error != nullptr ? 1 : 0) + (lost != nullptr ? 1 : 0);
  if (count > 1) problems_.Error("conflict", node, "a mock has one of `output`, `error` and `lost`");
  attempt.takes = Time(node.Get("takes")).value_or(Duration(0));
  if (count == 0 && node.Get("takes") == nullptr) {
    problems_.Error("missing", node, "a mock has one of `output`, `error` and `lost`");
  }
  if (output != nullptr) attempt.output = output->ToValue();
  if (lost != nullptr) {
    attempt.kind = MockAttempt::Kind::kLost;
    if (dsl::BoolOf(lost) != true) problems_.Error("value", *lost, "`lost` is `true`");
    if (is_child) problems_.Error("conflict", *lost, "a workflow is not lost with a worker; give its `error`");
  }
  if (error != nullptr && IsMap(*error, "`error`", {"code", "message", "data"})) {
    attempt.kind = MockAttempt::Kind::kError;
    attempt.code = Text(*error, "code");
    if (attempt.code.empty()) problems_.Error("missing", *error, "an error has a `code`, such as `http.status`");
    attempt.message = error->Get("message") != nullptr ? Text(*error, "message") : "as the test wants it";
    if (const auto* data = error->Get("data")) attempt.data = data->ToValue();
  }
  return attempt;
}

void Reader::ReadEvent(const DocumentNode& node) {
  TestEvent event;
  const auto* approve = node.Get("approve");
  const auto* cancel = node.Get("cancel");
  if (approve != nullptr) {
    event.kind = TestEvent::Kind::kAnswer;
    if (!IsMap(node, "an answer", {"approve", "decision", "by", "data", "at", "after"})) return;
    event.node = Node(*approve);
    const auto* waiter = test_->workflow == nullptr ? nullptr : event.node.Find(*test_->workflow);
    if (waiter != nullptr && waiter->kind != dsl::Kind::kApproval)
      problems_.Error("value", *approve, "the node is no approval");
    const auto* decision = node.Get("decision");
    event.content = Value::Object(
        {{"decision", Value(decision == nullptr ? "approved" : Word(*decision, {"approved", "rejected"}))}});
    for (const auto* key : {"by", "data"}) {
      if (const auto* part = node.Get(key)) event.content.Set(key, part->ToValue());
    }
  } else if (cancel != nullptr) {
    event.kind = TestEvent::Kind::kCancel;
    if (!IsMap(node, "a request to cancel", {"cancel", "at", "after"})) return;
    if (dsl::BoolOf(cancel) != true) problems_.Error("value", *cancel, "`cancel` is `true`");
  } else {
    if (!IsMap(node, "an event", {"type", "data", "key", "subject", "source", "id", "at", "after"})) return;
    if (Text(node, "type").empty()) {
      problems_.Error("missing", node, "an event has a `type`, an answer `approve`, a request to cancel `cancel`");
    }
    for (const auto* key : {"type", "subject", "source", "id"}) {
      if (node.Get(key) != nullptr) event.content.Set(key, Value(Text(node, key)));
    }
    for (const auto* key : {"data", "key"}) {
      if (const auto* part = node.Get(key)) event.content.Set(key, part->ToValue());
    }
  }
  event.at = Time(node.Get("at"));
  if (const auto* after = node.Get("after")) {
    event.after = Node(*after);
    if (node.Get("at") != nullptr) problems_.Error("conflict", *after, "give one of `at` and `after`");
  }
  test_->events.push_back(std::move(event));
}

void Reader::ReadExpect(const DocumentNode& node) {
  if (!IsMap(node, "`expect`", {"status", "output", "error", "nodes", "order", "emitted", "notified", "duration"}))
    return;
  auto& expect = test_->expect;
  if (const auto* status = node.Get("status")) expect.status = Word(*status, kRunStatuses);
  if (const auto* output = node.Get("output")) expect.output = output->ToValue();
  if (const auto* error = node.Get("error")) expect.error = error->ToValue();
  if (const auto* emitted = List(node, "emitted")) expect.emitted = emitted->ToValue();
  if (const auto* notified = List(node, "notified")) expect.notified = notified->ToValue();
  if (const auto* order = List(node, "order")) {
    for (const auto* item : order->items) expect.order.push_back(Node(*item));
  }
  expect.duration = Time(node.Get("duration"));
  const auto* nodes = node.Get("nodes");
  if (nodes == nullptr) return;
  if (!nodes->IsMap()) problems_.Error("type", *nodes, "`nodes` is a map by node");
  for (const auto& entry : nodes->entries) ReadExpectedNode(*entry.key, *entry.value);
}

void Reader::ReadExpectedNode(const DocumentNode& key, const DocumentNode& value) {
  auto pattern = Node(key);
  auto expected = value.ToValue();
  if (value.IsString()) {
    expected = Value::Object({{"status", Value(Word(value, kNodeStatuses))}});
  } else if (IsMap(value, "what is expected of a node", {"status", "attempts", "output", "error", "case"})) {
    if (const auto* status = value.Get("status")) Word(*status, kNodeStatuses);
  }
  test_->expect.nodes.emplace_back(std::move(pattern), std::move(expected));
}

std::string BesideTest(const std::string& test, const std::string& workflow) {
  const std::filesystem::path path(workflow);
  return path.is_absolute() ? workflow : (std::filesystem::path(test).parent_path() / path).lexically_normal().string();
}

}  // namespace

LoadedTest LoadTest(const std::string& path) {
  LoadedTest loaded;
  loaded.test.path = path;
  auto text = ReadTextFile(path);
  if (!text) {
    loaded.problems = path + ":1:1: error[" + text.error().code + "]: " + text.error().message + '\n';
    return loaded;
  }
  std::vector<dsl::Diagnostic> diagnostics;
  const auto document = dsl::Document::FromYaml(*text, diagnostics);
  std::string of_workflow;
  if (const auto* root = document.root()) {
    Reader reader(document, diagnostics);
    if (const auto written = reader.Workflow(*root)) {
      loaded.workflow_path = BesideTest(path, *written);
      const auto workflow = ReadWorkflowFile(loaded.workflow_path);
      if (!workflow) {
        reader.WorkflowProblem(*root, workflow.error().code, workflow.error().message);
      } else if (workflow->loaded.workflow == nullptr) {
        of_workflow = dsl::FormatDiagnostics(workflow->path, workflow->text, workflow->loaded.diagnostics);
      } else {
        loaded.test.workflow = workflow->loaded.workflow;
      }
    }
    reader.Read(*root, loaded.test);
  }
  std::ranges::sort(diagnostics, {}, [](const auto& d) { return std::tie(d.begin, d.code, d.message); });
  loaded.problems = dsl::FormatDiagnostics(path, *text, diagnostics) + of_workflow;
  if (loaded.test.title.empty()) loaded.test.title = path;
  return loaded;
}

}  // namespace weft::cli
