#include "dsl/values.h"

#include <charconv>

namespace weft::dsl {
namespace {

using Type = DocumentNode::Type;

bool IsScalar(const DocumentNode* node) { return node != nullptr && (node->IsString() || node->type == Type::kNumber); }

template <class T>
std::optional<T> Whole(std::string_view text) {
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
std::optional<T> ValueOf(const Result<T>& result) {
  return result ? std::optional<T>(*result) : std::nullopt;
}

}  // namespace

std::optional<std::string> TextOf(const DocumentNode* node) {
  return node != nullptr && node->IsString() ? std::optional(node->text) : std::nullopt;
}

std::optional<bool> BoolOf(const DocumentNode* node) {
  return node != nullptr && node->type == Type::kBool ? std::optional(node->text == "true") : std::nullopt;
}

std::optional<std::int64_t> IntegerOf(const DocumentNode* node) {
  if (node == nullptr || node->type != Type::kNumber) return std::nullopt;
  return Whole<std::int64_t>(node->text);
}

std::optional<double> NumberOf(const DocumentNode* node) {
  if (node == nullptr || node->type != Type::kNumber) return std::nullopt;
  return Whole<double>(node->text);
}

std::optional<Duration> DurationOf(const DocumentNode* node) {
  return IsScalar(node) ? ValueOf(ParseDuration(node->text)) : std::nullopt;
}

std::optional<std::uint64_t> SizeOf(const DocumentNode* node) {
  return IsScalar(node) ? ValueOf(ParseSize(node->text)) : std::nullopt;
}

std::optional<Timestamp> TimeOf(const DocumentNode* node) {
  return node != nullptr && node->IsString() ? ValueOf(ParseTimestamp(node->text)) : std::nullopt;
}

std::vector<std::string> TextsOf(const DocumentNode* node) {
  std::vector<std::string> texts;
  if (node == nullptr) return texts;
  if (node->IsString()) texts.push_back(node->text);
  for (const auto* item : node->items) {
    if (item->IsString()) texts.push_back(item->text);
  }
  return texts;
}

std::optional<std::pair<int, int>> StatusRangeOf(const DocumentNode& node) {
  const std::string_view text = node.text;
  const auto dash = text.find('-');
  const auto low = Whole<int>(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : Whole<int>(text.substr(dash + 1));
  if (!low || !high || *low < 100 || *high > 599 || *low > *high) return std::nullopt;
  return std::pair(*low, *high);
}

}  // namespace weft::dsl
