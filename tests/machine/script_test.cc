#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "contract/activity.h"
#include "driver.h"

/// Machine scripts: what happens, and exactly what the machine wants done. See README.md.
namespace weft::machine::testing {
namespace {

using expr::Value;

struct Script {
  std::string file;
  Value body;
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.body.Get("name").StringView(); }

std::vector<Script> ReadScripts() {
  std::vector<Script> scripts;
  for (const auto& entry : std::filesystem::directory_iterator(WEFT_MACHINE_SCRIPTS)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const auto list = ReadYaml(std::string(std::istreambuf_iterator<char>(file), {}));
    for (std::size_t i = 0; i < list.size(); ++i) scripts.push_back({entry.path().stem().string(), list.At(i)});
  }
  std::ranges::sort(scripts, {}, [](const Script& s) { return std::pair(s.file, s.body.Get("name").AsString()); });
  return scripts;
}

/// Every field that is expected is there; lists and all else are equal.
bool Fits(const Value& expected, const Value& actual) {
  if (expected.IsObject()) {
    if (!actual.IsObject()) return false;
    for (const auto& key : expected.Keys()) {
      if (!Fits(expected.Get(key), actual.Get(key))) return false;
    }
    return true;
  }
  if (!expected.IsArray()) return expected == actual;
  if (!actual.IsArray() || expected.size() != actual.size()) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!Fits(expected.At(i), actual.At(i))) return false;
  }
  return true;
}

Failure::Kind KindOf(std::string_view kind) {
  if (kind == "cancelled") return Failure::Kind::kCancelled;
  if (kind == "timeout") return Failure::Kind::kTimeout;
  if (kind == "worker_lost") return Failure::Kind::kWorkerLost;
  if (kind == "deadline") return Failure::Kind::kDeadline;
  if (kind == "terminated") return Failure::Kind::kTerminated;
  if (kind == "not_started") return Failure::Kind::kNotStarted;
  return Failure::Kind::kFailed;
}

Failure FailureOf(const Value& event) {
  const contract::ActivityFailure details{
      .code = {}, .message = {}, .data = event.Get("data"), .retry_after_ms = event.Get("retry_after_ms").AsInteger()};
  return {.kind = KindOf(event.Get("kind").StringView()),
          .code = event.Get("code").AsString(),
          .message = event.Get("message").AsString(),
          .details = event.Has("details") ? event.Get("details").Dump() : details.DetailsJson()};
}

/// Adds one event of a script; the time at which a timer fires, if it is one.
Duration AddEvent(Driver& driver, const Value& event) {
  const auto name = [&](const char* key) { return event.Get(key).AsString(); };
  if (event.StringView() == "start") {
    driver.AddStart();
  } else if (event.StringView() == "cancel") {
    driver.Add(CancelRequested{"asked"});
  } else if (event.StringView() == "continue") {
    driver.Continue();
  } else if (event.StringView() == "ignored") {
    driver.Add(Ignored{});
  } else if (event.Has("complete")) {
    driver.Add(ActivityCompleted{driver.End(name("complete")), event.Get("result").Dump()});
  } else if (event.Has("fail")) {
    driver.Add(ActivityFailed{driver.End(name("fail")), FailureOf(event)});
  } else if (event.Has("fire")) {
    const auto due = driver.DueOf(name("fire"));
    driver.Add(TimerFired{driver.End(name("fire"))});
    return due;
  } else if (event.Has("late")) {
    driver.Add(ActivityCompleted{static_cast<Operation>(event.Get("late").AsInteger()), "null"});
  } else if (event.Has("child_started")) {
    driver.Add(ChildStarted{driver.OperationOf(name("child_started")), "run-1"});
  } else if (event.Has("child_complete")) {
    driver.Add(ChildCompleted{driver.End(name("child_complete")), event.Get("result").Dump()});
  } else if (event.Has("child_fail")) {
    driver.Add(ChildFailed{driver.End(name("child_fail")), FailureOf(event)});
  } else if (event.Has("signal")) {
    driver.Add(SignalReceived{name("signal"), event.Get("payload")});
  } else {
    ADD_FAILURE() << "not an event: " << event.Dump();
  }
  return Duration(0);
}

Value ShowNode(const NodeState& node) {
  auto shown = Value::Object({{"status", Value(StatusName(node.status))},
                              {"attempts", Value(node.attempts)},
                              {"input", node.input},
                              {"output", node.output},
                              {"queued", Value(node.queued)}});
  if (node.error) shown.Set("error", node.error->ToValue());
  if (!node.chosen_case.empty()) shown.Set("case", Value(node.chosen_case));
  return shown;
}

void ExpectCommands(const Driver& driver, const Value& expected, const std::vector<Command>& commands) {
  auto actual = Value::EmptyArray();
  for (const auto& command : commands) actual.Append(Show(command, driver));
  bool fits = expected.size() == actual.size();
  for (std::size_t i = 0; fits && i < expected.size(); ++i) {
    const auto& wanted = expected.At(i);
    // A memo is rarely looked into.
    fits = wanted.StringView() == "memo" ? actual.At(i).Has("memo") : Fits(wanted, actual.At(i));
  }
  EXPECT_TRUE(fits) << "expected " << expected.DumpPretty() << "\nbut got " << actual.DumpPretty();
}

void ExpectNodes(const Driver& driver, const Value& nodes) {
  nodes.ForEachField([&](std::string_view path, const Value& expected) {
    const auto* node = driver.Node(path);
    if (expected.IsNull()) {
      EXPECT_EQ(node, nullptr) << path << " should be gone";
      return;
    }
    ASSERT_NE(node, nullptr) << "no node " << path;
    const auto actual = ShowNode(*node);
    const auto wanted = expected.IsString() ? Value::Object({{"status", expected}}) : expected;
    EXPECT_TRUE(Fits(wanted, actual)) << path << ": expected " << wanted.Dump() << " but is " << actual.Dump();
  });
}

void ExpectRun(const Driver& driver, const Value& expected) {
  const auto& run = driver.state();
  const auto actual = Value::Object({{"status", Value(StatusName(run.status))},
                                     {"output", run.output},
                                     {"error", run.error ? run.error->ToValue() : Value()}});
  EXPECT_TRUE(Fits(expected, actual)) << "expected " << expected.Dump() << " but is " << actual.Dump();
}

void PlayStep(Driver& driver, const Value& step) {
  Duration at = driver.at();
  driver.SuggestContinuing(step.Get("continue_suggested").AsBool());
  if (step.Has("history")) driver.SetHistoryLength(step.Get("history").AsInteger());
  if (step.Has("at")) at = ParseDuration(step.Get("at").StringView()).value();
  const auto events = step.Get("events");
  for (std::size_t i = 0; i < events.size(); ++i) at = std::max(at, AddEvent(driver, events.At(i)));
  const auto& commands = driver.Step(at);
  if (step.Has("commands")) ExpectCommands(driver, step.Get("commands"), commands);
  ExpectNodes(driver, step.Get("nodes"));
  const auto notices = step.Get("notices");
  if (step.Has("notices"))
    EXPECT_EQ(driver.notices().size(), static_cast<std::size_t>(notices.size()))
        << ::testing::PrintToString(driver.notices());
  for (std::size_t i = 0; i < notices.size() && i < driver.notices().size(); ++i) {
    EXPECT_NE(driver.notices()[i].find(notices.At(i).StringView()), std::string::npos) << driver.notices()[i];
  }
  if (step.Has("run")) ExpectRun(driver, step.Get("run"));
}

class ScriptTest : public ::testing::TestWithParam<Script> {};

TEST_P(ScriptTest, GivesExactlyTheseCommands) {
  const auto& script = GetParam().body;
  contract::StartInput start;
  if (script.Has("start")) start = contract::StartInput::FromJson(script.Get("start").Dump()).value();
  Driver driver(script.Get("workflow").StringView(), script.Get("input"), std::move(start));
  const auto steps = script.Get("steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    SCOPED_TRACE("step " + std::to_string(i + 1) + ": " + steps.At(i).Get("events").Dump());
    PlayStep(driver, steps.At(i));
  }
  EXPECT_TRUE(driver.broken().empty()) << ::testing::PrintToString(driver.broken());
  EXPECT_TRUE(driver.ReplaysEqually());
}

std::string NameOf(const ::testing::TestParamInfo<Script>& info) {
  auto name = info.param.file + '_' + info.param.body.Get("name").AsString();
  std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, ScriptTest, ::testing::ValuesIn(ReadScripts()), NameOf);

}  // namespace
}  // namespace weft::machine::testing
