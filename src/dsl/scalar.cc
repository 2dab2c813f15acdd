#include <algorithm>
#include <charconv>

#include "dsl/document.h"

namespace weft::dsl {
namespace {

using Type = DocumentNode::Type;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t Digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, IsDigit) - text.begin());
}

/// `0x1F` and `0o17`, as far as 64 bits reach.
ResolvedScalar FromBase(std::string_view digits, int base) {
  unsigned long long value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return {};
  return {Type::kNumber, std::to_string(value)};
}

/// The JSON of a decimal number: `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`.
ResolvedScalar Decimal(std::string_view text) {
  std::string json;
  if (text.starts_with('-')) json = "-";
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto whole = Digits(text);
  auto digits = text.substr(0, whole);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  json += digits.empty() ? "0" : digits;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto fraction = Digits(text);
    if (whole == 0 && fraction == 0) return {};
    if (fraction > 0) json += '.' + std::string(text.substr(0, fraction));
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return {};
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    json += 'e';
    if (text.starts_with('-') || text.starts_with('+')) {
      json += text.front();
      text.remove_prefix(1);
    }
    const auto exponent = Digits(text);
    if (exponent == 0) return {};
    json += text.substr(0, exponent);
    text.remove_prefix(exponent);
  }
  if (!text.empty()) return {};
  return {Type::kNumber, std::move(json)};
}

}  // namespace

ResolvedScalar ResolvePlainScalar(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {Type::kNull, {}};
  if (text == "true" || text == "True" || text == "TRUE") return {Type::kBool, "true"};
  if (text == "false" || text == "False" || text == "FALSE") return {Type::kBool, "false"};
  ResolvedScalar number;
  if (text.starts_with("0x")) {
    number = FromBase(text.substr(2), 16);
  } else if (text.starts_with("0o")) {
    number = FromBase(text.substr(2), 8);
  } else if (IsDigit(text.front()) || text.front() == '-' || text.front() == '+' || text.front() == '.') {
    number = Decimal(text);
  }
  if (number.type == Type::kNumber) return number;
  return {Type::kString, std::string(text)};
}

}  // namespace weft::dsl
