#include "generator.h"

#include <algorithm>

namespace weft::machine::testing {
namespace {

using expr::Value;

constexpr int kMostSteps = 3000;

std::uint64_t Mix(std::uint64_t h) {
  h += 0x9e3779b97f4a7c15ULL;
  h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27U)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31U);
}

std::uint64_t HashOf(std::string_view text, std::uint64_t seed) {
  for (const char c : text) seed = Mix(seed ^ static_cast<unsigned char>(c));
  return seed;
}

/// Writes one workflow; regions and nodes as JSON text, since their order matters.
class Writer {
 public:
  Writer(Choices& choices, const Shape& shape) : choices_(choices), shape_(shape) {}

  std::string Workflow() {
    std::string text = R"({"weft":1,"name":"random",)";
    if (shape_.finish_only || choices_.OneIn(3)) text += R"("on_failure":"finish",)";
    if (choices_.OneIn(6)) text += R"("timeout":"5m",)";
    return text + R"("nodes":)" + Region(shape_.nodes) + "}";
  }

 private:
  struct Sketch {
    std::string id;
    std::string text;
    bool is_switch = false;
    bool continues = false;
  };

  std::string Region(std::uint32_t most) {
    std::vector<Sketch> nodes(choices_.Below(most) + 1);
    std::string text = "{";
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Node(nodes, i);
      text += (i == 0 ? "\"" : ",\"") + nodes[i].id + "\":{" + nodes[i].text + "}";
    }
    return text + "}";
  }

  void Node(std::vector<Sketch>& nodes, std::size_t i) {
    auto& node = nodes[i];
    node.id = "n" + std::to_string(next_id_++);
    node.text = Body(node);
    if (choices_.OneIn(8))
      node.text += R"(,"when":")" + std::string(choices_.Below(2) == 0 ? "false" : "$input == null") + '"';
    const bool needs = Needs(nodes, i);
    if (needs && choices_.OneIn(4)) {
      constexpr std::string_view kJoins[] = {"all", "first", "always"};
      const auto join = kJoins[choices_.Below(3)];
      if (join == "all" || shape_.races) node.text += R"(,"join":")" + std::string(join) + '"';
    }
    if (choices_.OneIn(5)) node.text += R"(,"compensate":{"shell":"undo"})";
    // With a `.failed` edge it would be a conflict; nodes that come later leave such nodes alone.
    if (choices_.OneIn(8)) {
      node.text += R"(,"on_error":{"continue":0})";
      node.continues = true;
    }
  }

  std::string Body(Sketch& node) {
    switch (choices_.Below(14)) {
      case 0: return R"("set":")" + node.id + '"';
      case 1: return R"("fail":{"code":"own","message":"m"})";
      case 2:
        node.is_switch = true;
        return R"("switch":[{"case":"x","when":)" + std::string(choices_.Below(2) == 0 ? "true" : "false") +
               R"(},{"case":"y"}])";
      case 3: return R"("shell":"a","retry":{"attempts":3,"jitter":0})";
      case 4: return R"("shell":"a","once":true)";
      case 5:
      case 6:
      case 7: return depth_ < shape_.depth ? Container() : R"("shell":"a")";
      case 8:
      case 9:
      case 10: return shape_.waits ? Waiting() : R"("shell":"a")";
      default: return R"("shell":"a")";
    }
  }

  std::string Container() {
    ++depth_;
    const auto region = R"("nodes":)" + Region(4);
    --depth_;
    std::string text;
    switch (choices_.Below(3)) {
      case 0:
        text = R"("foreach":[1,2,3],"concurrency":2,)" + region;
        if (shape_.races && choices_.OneIn(2)) text += R"(,"on_item_error":"continue")";
        break;
      case 1:
        text = R"("loop":{"while":"$index < 3")" + std::string(choices_.OneIn(2) ? R"(,"delay":"5s")" : "") + "}," +
               region;
        break;
      default: text = R"("group":{)" + region + "}"; break;
    }
    if (choices_.OneIn(3)) text += R"(,"retry":{"attempts":2,"jitter":0})";
    if (shape_.waits && choices_.OneIn(4)) text += R"(,"timeout":"20s")";
    return text;
  }

  std::string Waiting() {
    switch (choices_.Below(5)) {
      case 0: return R"("wait":"30s")";
      case 1: return R"("event":"t","timeout":"1m")";
      case 2: return R"("event":"t","count":2,"timeout":"1m")";
      case 3: return R"("approval":{"title":"t"},"timeout":"1m")";
      default: return R"("workflow":"other","timeout":"1m")";
    }
  }

  bool Needs(std::vector<Sketch>& nodes, std::size_t i) {
    if (i == 0) return false;
    const auto count = choices_.Below(4);
    std::vector<std::string> needs;
    for (std::uint32_t n = 0; n < count; ++n) {
      const auto& source = nodes[choices_.Below(static_cast<std::uint32_t>(i))];
      auto need = source.id;
      const auto port = choices_.Below(8);
      if (port == 1) need += ".skipped";
      if (!source.continues && port == 2) need += ".failed";
      if (!source.continues && port == 3) need += ".done";
      if (source.is_switch && port >= 4 && port < 7) need += port == 4 ? ".y" : ".x";
      if (std::ranges::find(needs, need) == needs.end()) needs.push_back(need);
    }
    if (needs.empty()) return false;
    std::string list;
    for (const auto& need : needs) list += (list.empty() ? "\"" : ",\"") + need + '"';
    nodes[i].text += R"(,"needs":[)" + list + "]";
    return true;
  }

  Choices& choices_;
  const Shape& shape_;
  int next_id_ = 0;
  int depth_ = 0;
};

enum class Outcome { kSuccess, kFailure, kLost, kCancelled, kTimeout };

void AddChildEnd(Driver& driver, const std::string& name, Outcome outcome) {
  const auto operation = driver.End(name);
  if (outcome == Outcome::kSuccess) return driver.Add(ChildCompleted{operation, "1"});
  const auto kind = outcome == Outcome::kCancelled ? Failure::Kind::kCancelled : Failure::Kind::kFailed;
  driver.Add(ChildFailed{operation, {kind, "broke", "it broke", {}}});
}

void AddEnd(Driver& driver, const std::string& name, Outcome outcome) {
  if (driver.TypeOf(name).empty()) return AddChildEnd(driver, name, outcome);
  if (driver.TypeOf(name) == "resolve_workflow" && outcome == Outcome::kSuccess) {
    return driver.Add(ActivityCompleted{driver.End(name), R"({"definition":"{}","revision":1})"});
  }
  const auto operation = driver.End(name);
  const auto fail = [&](Failure::Kind kind) { driver.Add(ActivityFailed{operation, {kind, "broke", "it broke", {}}}); };
  switch (outcome) {
    case Outcome::kSuccess: driver.Add(ActivityCompleted{operation, Value(name).Dump()}); break;
    case Outcome::kFailure: fail(Failure::Kind::kFailed); break;
    case Outcome::kLost: fail(Failure::Kind::kWorkerLost); break;
    case Outcome::kCancelled: fail(Failure::Kind::kCancelled); break;
    case Outcome::kTimeout: fail(Failure::Kind::kTimeout); break;
  }
}

void AddFire(Driver& driver, const std::string& timer, Duration& at) {
  at = std::max(at, driver.DueOf(timer));
  driver.Add(TimerFired{driver.End(timer)});
}

/// The timer that is due first.
std::string NextTimer(const Driver& driver) {
  const auto timers = driver.Open('t');
  return *std::ranges::min_element(timers, {}, [&](const std::string& timer) { return driver.DueOf(timer); });
}

Outcome RandomOutcome(Driver& driver, Choices& choices, const std::string& name) {
  if (driver.IsCancelled(name) && choices.Below(4) != 0) return Outcome::kCancelled;
  switch (choices.Below(10)) {
    case 0:
    case 1:
    case 2: return Outcome::kFailure;
    case 3: return Outcome::kLost;
    case 4: return Outcome::kTimeout;
    default: return Outcome::kSuccess;
  }
}

void AddOtherEvent(Driver& driver, Choices& choices) {
  switch (choices.Below(9)) {
    case 0: driver.Add(CancelRequested{}); break;
    case 5:
    case 6:
    case 7: {
      const auto id = std::to_string(choices.Below(6));
      driver.Add(SignalReceived{"event",
                                Value::Object({{"event", Value::Object({{"type", Value("t")}, {"id", Value(id)}})}})});
      break;
    }
    case 8: {
      const auto node = "n" + std::to_string(choices.Below(8));
      driver.Add(SignalReceived{
          "approval",
          Value::Object({{"node", Value(node)}, {"decision", Value(choices.OneIn(2) ? "rejected" : "approved")}})});
      break;
    }
    case 1: driver.Add(SignalReceived{"cancel", {}}); break;
    case 2: driver.Add(SignalReceived{"unknown", {}}); break;
    case 3: driver.Add(ActivityCompleted{987'654'321, "null"}); break;
    default: driver.Add(Ignored{}); break;
  }
}

/// The nodes that have not settled, region by region.
std::string Unsettled(const RegionState& region) {
  auto text =
      " [phase " + std::to_string(static_cast<int>(region.phase)) + ", " + std::to_string(region.active) + " active";
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    const auto& node = region.nodes[i];
    if (IsSettled(node.status)) continue;
    text += ", " + region.PathOf(i) + ' ' + std::string(StatusName(node.status));
    for (const auto& [key, child] : node.children) text += Unsettled(*child);
  }
  return text + ']';
}

std::vector<std::string> Verdict(Driver& driver) {
  auto broken = driver.broken();
  if (driver.state().status == RunStatus::kRunning)
    broken.push_back("stuck: nothing is in flight and the run does not end:" + Unsettled(driver.state().root));
  if (!driver.ReplaysEqually()) broken.emplace_back("a replay gave other commands");
  return broken;
}

}  // namespace

std::uint32_t Choices::Below(std::uint32_t count) {
  if (endless_) {
    seed_ = Mix(seed_);
    return static_cast<std::uint32_t>((seed_ >> 33U) % count);
  }
  return next_ < bytes_.size() ? bytes_[next_++] % count : 0;
}

std::string RandomWorkflow(Choices& choices, const Shape& shape) { return Writer(choices, shape).Workflow(); }

std::vector<std::string> PlayAtRandom(Driver& driver, Choices& choices) {
  driver.AddStart();
  if (choices.OneIn(20)) driver.Add(CancelRequested{});
  driver.Step();
  for (int step = 0; step < kMostSteps && driver.state().status == RunStatus::kRunning; ++step) {
    auto at = driver.at() + Duration(choices.Below(100));
    bool any = false;
    for (auto events = choices.Below(3) + 1; events > 0; --events) {
      const auto acting = driver.OpenWork();
      const auto timers = driver.Open('t');
      if (!acting.empty() && (timers.empty() || choices.Below(3) != 0)) {
        const auto& name = acting[choices.Below(static_cast<std::uint32_t>(acting.size()))];
        AddEnd(driver, name, choices.exhausted() ? Outcome::kSuccess : RandomOutcome(driver, choices, name));
        any = true;
      } else if (!timers.empty()) {
        AddFire(driver, NextTimer(driver), at);
        any = true;
      }
      if (choices.OneIn(12)) AddOtherEvent(driver, choices);
    }
    driver.Step(at);
    if (!any) break;
  }
  return Verdict(driver);
}

std::vector<std::string> PlayInRandomOrder(Driver& driver, Choices& choices, std::uint64_t outcomes, bool continued) {
  driver.AddStart();
  driver.Step();
  for (int step = 0; step < kMostSteps; ++step) {
    if (driver.state().status == RunStatus::kContinued) {
      if (!driver.ReplaysEqually()) return {"a replay gave other commands"};
      driver.Continue();
      driver.Step();
    }
    if (driver.state().status != RunStatus::kRunning) break;
    auto at = driver.at();
    bool any = false;
    driver.SuggestContinuing(continued && choices.Below(3) != 0);
    for (auto events = choices.Below(3) + 1; events > 0; --events) {
      const auto acting = driver.OpenWork();
      const auto timers = driver.Open('t');
      if (!acting.empty() && (timers.empty() || choices.Below(3) != 0)) {
        const auto& name = acting[choices.Below(static_cast<std::uint32_t>(acting.size()))];
        AddEnd(driver, name, HashOf(name, outcomes) % 3 == 0 ? Outcome::kFailure : Outcome::kSuccess);
        any = true;
      } else if (!timers.empty()) {
        AddFire(driver, NextTimer(driver), at);
        any = true;
      }
    }
    driver.Step(at);
    if (!any) break;
  }
  return Verdict(driver);
}

}  // namespace weft::machine::testing
