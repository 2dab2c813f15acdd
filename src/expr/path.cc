#include "expr/path.h"

#include <algorithm>
#include <charconv>

namespace weft::expr {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool StartsName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool InName(char c) { return StartsName(c) || (c >= '0' && c <= '9'); }

std::string_view SkipSpace(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

std::string_view Trim(std::string_view text) {
  text = SkipSpace(text);
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

std::string_view TakeName(std::string_view& text) {
  std::size_t length = 0;
  if (!text.empty() && StartsName(text.front())) {
    while (length < text.size() && InName(text[length])) ++length;
  }
  const auto name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

/// `"…"` without escapes or insertions.
std::optional<std::string_view> TakeString(std::string_view& text) {
  if (text.empty() || text.front() != '"') return std::nullopt;
  const auto end = text.find_first_of("\"\\", 1);
  if (end == std::string_view::npos || text[end] == '\\') return std::nullopt;
  const auto content = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return content;
}

/// `.name`, `."name"` or `["name"]`; leaves `text` as it is when there is none.
std::optional<std::string> TakeKey(std::string_view& text) {
  auto rest = text;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (const auto name = TakeName(rest); !name.empty()) {
      text = rest;
      return std::string(name);
    }
    if (const auto name = TakeString(rest)) {
      text = rest;
      return std::string(*name);
    }
    if (!rest.starts_with('[')) return std::nullopt;
  }
  if (!rest.starts_with('[')) return std::nullopt;
  rest.remove_prefix(1);
  const auto name = TakeString(rest);
  if (!name || !rest.starts_with(']')) return std::nullopt;
  text = rest.substr(1);
  return std::string(*name);
}

std::optional<int> TakeIndex(std::string_view& text) {
  auto rest = text;
  if (rest.starts_with('.')) rest.remove_prefix(1);
  if (!rest.starts_with('[')) return std::nullopt;
  rest.remove_prefix(1);
  int index = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
  if (problem != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.starts_with(']')) return std::nullopt;
  text = rest.substr(1);
  return index;
}

}  // namespace

std::vector<std::string> PathBehind(std::string_view text, std::size_t offset) {
  std::vector<std::string> path;
  auto rest = text.substr(std::min(offset, text.size()));
  while (true) {
    while (rest.starts_with('?')) rest.remove_prefix(1);
    rest = SkipSpace(rest);
    auto key = TakeKey(rest);
    if (!key) return path;
    path.push_back(*std::move(key));
  }
}

std::optional<PlainPath> PlainPath::Parse(std::string_view text) {
  text = Trim(text);
  PlainPath path;
  if (text.starts_with('$')) {
    text.remove_prefix(1);
    if (TakeName(text).empty()) return std::nullopt;
    path.from_variable_ = true;
  } else if (text == ".") {
    return path;
  } else if (!text.starts_with('.')) {
    return std::nullopt;
  }
  while (!text.empty()) {
    if (auto key = TakeKey(text)) {
      path.steps_.emplace_back(*std::move(key));
    } else if (const auto index = TakeIndex(text)) {
      path.steps_.emplace_back(*index);
    } else {
      return std::nullopt;
    }
  }
  return path;
}

Result<Value> PlainPath::Follow(const Value& root) const {
  jv current = root.Copy();
  for (const auto& step : steps_) {
    const auto* key = std::get_if<std::string>(&step);
    const jv index =
        key != nullptr ? jv_string_sized(key->data(), static_cast<int>(key->size())) : jv_number(std::get<int>(step));
    current = jv_get(current, index);
    if (jv_is_valid(current) != 0) continue;
    const auto message = Value::Adopt(jv_invalid_get_msg(current));
    return Fail("expression", message.AsString());
  }
  return Value::Adopt(current);
}

}  // namespace weft::expr
