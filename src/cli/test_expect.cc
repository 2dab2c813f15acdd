#include "cli/test_expect.h"

#include <algorithm>

namespace weft::cli {
namespace {

using expr::Value;

/// JSON for a line; long ones are cut.
std::string Shown(const Value& value) {
  constexpr std::size_t kShown = 200;
  auto text = value.Dump();
  if (text.size() <= kShown) return text;
  auto end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

class Comparison {
 public:
  Comparison(const TestFile& test, const Trace& trace) : expect_(test.expect), trace_(trace) {}

  std::vector<std::string> Compare() &&;

 private:
  void Add(const std::string& where, const std::string& expected, const std::string& actual) {
    differences_.push_back(where + ": expected " + expected + ", but came " + actual);
  }
  /// `exactly`: objects may hold nothing else.
  void CompareValue(const std::string& where, const Value& expected, const Value& actual, bool exactly);
  void CompareStatus();
  void CompareNode(const NodePattern& node, const Value& expected);
  void CompareOrder();

  const Expectations& expect_;
  const Trace& trace_;
  std::vector<std::string> differences_;
};

void Comparison::CompareValue(const std::string& where, const Value& expected, const Value& actual, bool exactly) {
  if (expected.IsObject() && actual.IsObject()) {
    for (const auto& key : expected.Keys()) {
      const auto place = where + '.' + key;
      if (actual.Has(key) || expected.Get(key).IsNull()) {
        CompareValue(place, expected.Get(key), actual.Get(key), exactly);
      } else {
        Add(place, Shown(expected.Get(key)), "nothing");
      }
    }
    if (!exactly) return;
    for (const auto& key : actual.Keys()) {
      if (!expected.Has(key)) Add(where + '.' + key, "nothing", Shown(actual.Get(key)));
    }
    return;
  }
  if (expected.IsArray() && actual.IsArray() && expected.size() == actual.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CompareValue(where + '[' + std::to_string(i) + ']', expected.At(i), actual.At(i), exactly);
    }
    return;
  }
  if (expected != actual) Add(where, Shown(expected), Shown(actual));
}

void Comparison::CompareStatus() {
  const bool badly = expect_.error && !expect_.error->IsNull();
  if (expect_.status.empty() && badly && (trace_.status == "failed" || trace_.status == "timed_out")) return;
  const auto expected = !expect_.status.empty() ? expect_.status : badly ? "failed" : "completed";
  if (trace_.status == expected) return;
  const auto because = trace_.error.IsNull() ? "" : ": " + Shown(trace_.error);
  Add("status", expected, trace_.status + because);
}

void Comparison::CompareNode(const NodePattern& node, const Value& expected) {
  bool found = false;
  for (const auto& [path, trace] : trace_.nodes) {
    if (!node.Matches(path)) continue;
    found = true;
    CompareValue("nodes." + path, expected, trace.ToValue(), false);
  }
  if (!found) Add("nodes." + node.text(), Shown(expected), "nothing: what holds it never began");
}

void Comparison::CompareOrder() {
  auto at = trace_.started.begin();
  for (const auto& node : expect_.order) {
    at = std::find_if(at, trace_.started.end(), [&](const std::string& path) { return node.Matches(path); });
    if (at != trace_.started.end()) {
      ++at;
      continue;
    }
    std::string order;
    for (const auto& path : trace_.started) order += (order.empty() ? "" : ", ") + path;
    return Add("order", "`" + node.text() + "` to begin after those before it", order);
  }
}

std::vector<std::string> Comparison::Compare() && {
  CompareStatus();
  if (expect_.output) CompareValue("output", *expect_.output, trace_.output, true);
  if (expect_.error) CompareValue("error", *expect_.error, trace_.error, false);
  for (const auto& [node, expected] : expect_.nodes) CompareNode(node, expected);
  CompareOrder();
  if (expect_.emitted) CompareValue("emitted", *expect_.emitted, trace_.emitted, false);
  if (expect_.notified) CompareValue("notified", *expect_.notified, trace_.notified, false);
  if (expect_.duration && *expect_.duration != trace_.duration) {
    Add("duration", FormatDuration(*expect_.duration), FormatDuration(trace_.duration));
  }
  return std::move(differences_);
}

}  // namespace

std::vector<std::string> Differences(const TestFile& test, const Trace& trace) {
  auto differences = trace.problems;
  if (trace.whole) std::ranges::move(Comparison(test, trace).Compare(), std::back_inserter(differences));
  return differences;
}

std::vector<std::string> NodeLines(const Trace& trace) {
  std::size_t width = 0;
  for (const auto& [path, node] : trace.nodes) width = std::max(width, path.size());
  std::vector<std::string> lines;
  for (const auto& [path, node] : trace.nodes) {
    std::string line = path + std::string(width - path.size() + 2, ' ') + std::string(StatusName(node.status));
    if (!node.chosen_case.empty()) line += " (" + node.chosen_case + ')';
    if (node.attempts > 1) line += ", attempt " + std::to_string(node.attempts);
    if (node.error) line += ": " + node.error->code + ": " + node.error->message;
    if (!node.output.IsNull()) line += ": " + Shown(node.output);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace weft::cli
