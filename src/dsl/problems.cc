#include "dsl/problems.h"

namespace weft::dsl {

const DocumentNode& KeyOf(const DocumentNode& value) {
  if (value.parent == nullptr) return value;
  for (const auto& entry : value.parent->entries) {
    if (entry.value == &value) return *entry.key;
  }
  return value;
}

void Problems::Add(Severity severity, std::string_view code, Spot at, std::string message, std::string hint) {
  if (Full()) return;
  auto begin = at.node->begin;
  auto end = at.node->end;
  if (at.length > 0) {
    begin = document_->PositionInside(*at.node, at.offset);
    end = document_->PositionInside(*at.node, at.offset + at.length);
  }
  out_->push_back({.severity = severity,
                   .code = std::string(code),
                   .message = std::move(message),
                   .hint = std::move(hint),
                   .begin = begin,
                   .end = end,
                   .path = Document::PathOf(*at.node)});
}

std::string Quoted(std::string_view word) {
  constexpr std::size_t kShown = 60;
  if (word.size() <= kShown) return '`' + std::string(word) + '`';
  auto end = kShown;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0U) == 0x80U) --end;
  return '`' + std::string(word.substr(0, end)) + "…`";
}

std::string Alternatives(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string QuotedAlternatives(const std::vector<std::string_view>& words) {
  std::vector<std::string> quoted;
  for (const auto word : words) quoted.push_back(Quoted(word));
  return Alternatives({quoted.begin(), quoted.end()});
}

}  // namespace weft::dsl
