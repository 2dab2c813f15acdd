#include "cli/test_junit.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace weft::cli {
namespace {

/// Text inside XML 1.0, which has no control characters but these three.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\n': escaped += "&#10;"; break;
      case '\t': escaped += "&#9;"; break;
      case '\r': escaped += "&#13;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          escaped += "\xEF\xBF\xBD";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

double Seconds(std::chrono::microseconds took) { return std::chrono::duration<double>(took).count(); }

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

}  // namespace

std::string JUnitXml(const std::vector<TestOutcome>& outcomes) {
  const auto failures =
      std::ranges::count_if(outcomes, [](const auto& outcome) { return !outcome.differences.empty(); });
  std::chrono::microseconds took{0};
  std::string cases;
  for (const auto& outcome : outcomes) {
    took += outcome.took;
    cases += fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.6f}")", Escaped(outcome.path),
                         Escaped(outcome.title), Seconds(outcome.took));
    if (outcome.differences.empty()) {
      cases += "/>\n";
      continue;
    }
    cases += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                         Escaped(outcome.differences.front()),
                         Escaped(Joined(outcome.differences) + "\n" + Joined(outcome.nodes)));
  }
  const auto counts =
      fmt::format(R"(tests="{}" failures="{}" time="{:.6f}")", outcomes.size(), failures, Seconds(took));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"weft\" {0}>\n"
      "{1}  </testsuite>\n</testsuites>\n",
      counts, cases);
}

}  // namespace weft::cli
