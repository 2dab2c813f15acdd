#include "progress/heartbeat_lines.h"

#include <algorithm>

namespace weft::progress {
namespace {

std::vector<LogLine> LinesOf(std::string_view details) {
  std::vector<LogLine> lines;
  const auto value = expr::Value::Parse(details);
  if (!value) return lines;
  const auto log = value->Get("log");
  for (std::size_t i = 0; i < log.size(); ++i) {
    auto& line = lines.emplace_back();
    line.stream = log.At(i).Get("stream").AsString();
    line.text = log.At(i).Get("text").AsString();
  }
  return lines;
}

bool Same(const LogLine& a, const LogLine& b) { return a.stream == b.stream && a.text == b.text; }

}  // namespace

std::vector<LogLine> NewLines(std::string_view before, std::string_view now) {
  if (before == now) return {};
  const auto old = LinesOf(before);
  auto lines = LinesOf(now);
  // The window has moved on: what they have in common is the end of the one and the beginning of the other.
  for (auto common = std::min(old.size(), lines.size()); common > 0; --common) {
    if (!std::equal(old.end() - static_cast<std::ptrdiff_t>(common), old.end(), lines.begin(), Same)) continue;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(common));
    break;
  }
  return lines;
}

}  // namespace weft::progress
