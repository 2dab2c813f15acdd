#include "dsl/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace weft::dsl {
namespace {

constexpr int kTabStop = 4;
/// Columns of a line that are shown; longer lines are cut around the caret, so much of them left of it.
constexpr int kShown = 100;
constexpr int kShownBefore = 40;

/// A terminal must not obey what a file holds: control characters, and marks that reorder the text on screen.
bool IsHarmful(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/// One character as it is shown.
struct Cell {
  std::string text;
  int width = 1;
};

/// Takes the next character; `column` is the terminal column where it will stand, which decides a tab's width.
Cell TakeCell(std::string_view& text, int column) {
  const auto before = text;
  const auto c = TakeCodePoint(text);
  if (c == '\t') {
    const int width = kTabStop - column % kTabStop;
    return {std::string(static_cast<std::size_t>(width), ' '), width};
  }
  if (IsHarmful(c)) return {"\uFFFD", 1};
  return {std::string(before.substr(0, before.size() - text.size())), c == 0xFEFF ? 0 : DisplayWidth(c)};
}

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) out += text.front() == '\n' ? (text.remove_prefix(1), "\n") : TakeCell(text, 0).text;
  return out;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const auto end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
}

/// The line cut to what fits, and below it a caret and tildes under [begin, end), which count characters from 0.
std::string Excerpt(std::string_view line, int begin, int end, std::string_view margin) {
  std::vector<Cell> cells;
  // Far left of the caret nothing will be seen: do not keep it.
  int first = std::max(0, begin - kShown);
  for (int i = 0; i < first && !line.empty(); ++i) TakeCodePoint(line);
  for (int column = 0; !line.empty() && static_cast<int>(cells.size()) < begin - first + kShown;) {
    cells.push_back(TakeCell(line, column));
    column += cells.back().width;
  }
  // A caret may stand just behind the line's last character.
  const auto caret = std::min(static_cast<std::size_t>(begin - first), cells.size());

  auto from = caret, to = caret;
  int width = 0;
  const auto grow_left = [&](int limit) {
    while (from > 0 && width + cells[from - 1].width <= limit) width += cells[--from].width;
  };
  grow_left(kShownBefore);
  while (to < cells.size() && width + cells[to].width <= kShown) width += cells[to++].width;
  if (to == cells.size()) grow_left(kShown);

  std::string text, below;
  if (from > 0 || first > 0) {
    text = "…";
    below = " ";
  }
  for (auto i = from; i < to; ++i) {
    text += cells[i].text;
    if (i < caret) below.append(static_cast<std::size_t>(cells[i].width), ' ');
  }
  if (to < cells.size() || !line.empty()) text += "…";
  below += '^';
  int marked = caret < to ? std::max(cells[caret].width, 1) : 1;
  for (auto i = caret + 1; i < to && static_cast<int>(i) + first < end; ++i) marked += cells[i].width;
  below.append(static_cast<std::size_t>(marked - 1), '~');
  return fmt::format("{} | {}\n{:{}} | {}\n", margin, text, "", margin.size(), below);
}

}  // namespace

expr::Value ToJson(const Diagnostic& d) {
  using expr::Value;
  return Value::Object({{"severity", Value(d.severity == Severity::kError ? "error" : "warning")},
                        {"code", Value(d.code)},
                        {"message", Value(d.message)},
                        {"line", Value(d.begin.line)},
                        {"column", Value(d.begin.column)},
                        {"endLine", Value(d.end.line)},
                        {"endColumn", Value(d.end.column)},
                        {"path", Value(d.path)},
                        {"hint", d.hint.empty() ? Value() : Value(d.hint)}});
}

bool HasErrors(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const auto& d) { return d.severity == Severity::kError; });
}

std::string FormatDiagnostics(std::string_view file, std::string_view text,
                              const std::vector<Diagnostic>& diagnostics) {
  std::string repaired;
  if (FindInvalidUtf8(text)) text = repaired = RepairUtf8(text);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark counts as no column
  const auto lines = SplitLines(text);
  std::string out;
  for (const auto& d : diagnostics) {
    fmt::format_to(std::back_inserter(out), "{}:{}:{}: {}[{}]: {}\n", file, d.begin.line, d.begin.column,
                   d.severity == Severity::kError ? "error" : "warning", d.code, Printable(d.message));
    const auto index = static_cast<std::size_t>(std::max(d.begin.line, 1)) - 1;
    const auto margin = fmt::format("{:5}", d.begin.line);
    if (index < lines.size()) {
      const int end = d.end.line == d.begin.line ? d.end.column - 1 : static_cast<int>(lines[index].size());
      out += Excerpt(lines[index], std::max(d.begin.column, 1) - 1, end, margin);
    }
    if (d.hint.empty()) continue;
    const auto hint = Printable(d.hint);
    std::string_view rest = hint;
    for (std::string_view label = "hint: ";; label = "      ") {
      const auto stop = rest.find('\n');
      fmt::format_to(std::back_inserter(out), "{:{}} = {}{}\n", "", margin.size(), label, rest.substr(0, stop));
      if (stop == std::string_view::npos) break;
      rest.remove_prefix(stop + 1);
    }
  }
  return out;
}

}  // namespace weft::dsl
