#include "dsl/yaml_problem.h"

#include <algorithm>
#include <array>

namespace weft::dsl {
namespace {

std::string_view LineAt(std::string_view text, int line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// Whether a `${` of the line stands outside of quotes.
bool HasBareExpression(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (line.substr(i, 2) == "${") {
      return true;
    }
  }
  return false;
}

struct Known {
  std::string_view part;  ///< of libfyaml's message
  std::string_view message;
  std::string_view hint;
};

constexpr std::array<Known, 16> kKnown{{
    {"trailing content after double-quoted", "something stands behind the closing quote",
     "a quote inside double quotes is written `\\\"`"},
    {"trailing content after single-quoted", "something stands behind the closing quote",
     "a quote inside single quotes is written twice: `''`"},
    {"double-quoted scalar", "the quoted text that begins here is not closed, or its next line is not indented",
     "close it with `\"`"},
    {"single-quoted scalar", "the quoted text that begins here is not closed, or its next line is not indented",
     "close it with `'`"},
    {"tab ", "a tab cannot be used for indentation", "indent with spaces"},
    {"sequence without a closing bracket", "this list is not closed", "close it with `]`"},
    {"mapping without a closing brace", "this map is not closed", "close it with `}`"},
    {"nested block mapping on the same line", "a second `: ` in one line",
     "quote the value if the colon belongs to it"},
    {"multiline plain key", "a key without its colon, or a value that is not indented", "write `key: value`"},
    {"mismatched flow mapping end", "this `}` closes a list that began with `[`", "close the list with `]` first"},
    {"mismatched flow sequence end", "this `]` closes a map that began with `{`", "close the map with `}` first"},
    {"extra closing b", "there is nothing to close here", "quote the value if the bracket belongs to it"},
    {"missing comma in flow mapping", "a `,` or the closing `}` is missing here", ""},
    {"wrongly indented flow", "a line inside `{ }` or `[ ]` is not indented more than the key, or the end is missing",
     ""},
    {"at the end of block sequence", "a list item `- ` is expected here, or fewer spaces before it", ""},
    {"cannot start with", "a text cannot start with this character", "quote the value"},
}};

}  // namespace

YamlProblem ExplainYamlProblem(std::string_view message, std::string_view text, Position at) {
  YamlProblem problem{std::string(message), {}};
  for (const auto& known : kKnown) {
    if (!message.contains(known.part)) continue;
    problem = {std::string(known.message), std::string(known.hint)};
    break;
  }
  if (HasBareExpression(LineAt(text, at.line))) problem.hint = "quote the expression: \"${ … }\"";
  return problem;
}

Position PositionOfByte(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return {1 + static_cast<int>(std::ranges::count(before, '\n')),
          1 + static_cast<int>(std::ranges::count_if(before.substr(line_start), is_start))};
}

}  // namespace weft::dsl
