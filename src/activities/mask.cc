#include "activities/mask.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/encode.h"

namespace weft::activities {
namespace {

constexpr std::string_view kMask = "***";

/// The characters that base64 gives `secret` when `offset` bytes stand before it, whatever these are: all of them if
/// nothing follows, else those that do not depend on what does.
std::string Base64At(std::string_view secret, std::size_t offset, bool at_end) {
  const auto encoded = Base64(std::string(offset, '\0') + std::string(secret));
  const auto begin = (offset * 8 + 5) / 6;
  const auto end = at_end ? encoded.size() : (offset + secret.size()) * 8 / 6;
  return encoded.substr(begin, end - begin);
}

std::string UrlSafe(std::string base64) {
  std::ranges::replace(base64, '+', '-');
  std::ranges::replace(base64, '/', '_');
  return base64;
}

/// `%2F` as `%2f`, which is as good.
std::string LowerEscapes(std::string text) {
  for (auto at = text.find('%'); at < text.size(); at = text.find('%', at + 1)) {
    for (const auto digit : {at + 1, at + 2}) text[digit] = static_cast<char>(std::tolower(text[digit]));
  }
  return text;
}

std::string JsonEscaped(std::string_view text) {
  const auto quoted = expr::Value(text).Dump();
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

void Masker::AddPattern(std::string pattern) {
  if (std::ranges::find(patterns_, pattern) == patterns_.end()) patterns_.push_back(std::move(pattern));
}

void Masker::Add(std::string_view secret) {
  if (secret.size() < kShortest) return;
  AddPattern(std::string(secret));
  AddPattern(PercentEncode(secret));
  AddPattern(LowerEscapes(PercentEncode(secret)));
  AddPattern(JsonEscaped(secret));
  for (std::size_t offset = 0; offset < 3; ++offset) {
    for (const bool at_end : {false, true}) {
      const auto base64 = Base64At(secret, offset, at_end);
      AddPattern(base64);
      AddPattern(UrlSafe(base64));
    }
  }
  if (const auto newline = secret.find('\n'); newline != std::string_view::npos) {
    Add(secret.substr(0, newline));
    Add(secret.substr(newline + 1));
  }
}

std::vector<Masker::Range> Masker::Find(std::string_view text) const {
  std::vector<Range> found;
  for (const auto& pattern : patterns_) {
    for (auto at = text.find(pattern); at != std::string_view::npos; at = text.find(pattern, at + 1)) {
      found.push_back({.begin = at, .end = at + pattern.size()});
    }
  }
  std::ranges::sort(found, {}, &Range::begin);
  std::vector<Range> joined;
  for (const auto& range : found) {
    if (!joined.empty() && range.begin < joined.back().end) {
      joined.back().end = std::max(joined.back().end, range.end);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

std::string Masker::Mask(std::string_view text) const {
  std::string masked;
  std::size_t done = 0;
  for (const auto& range : Find(text)) {
    masked += text.substr(done, range.begin - done);
    masked += kMask;
    done = range.end;
  }
  masked += text.substr(done);
  return masked;
}

expr::Value Masker::Mask(const expr::Value& value) const {
  using expr::Value;
  if (patterns_.empty()) return value;
  switch (value.type()) {
    case Value::Type::kString: return Value(Mask(value.StringView()));
    case Value::Type::kNumber: {
      const auto text = value.Dump();
      return Find(text).empty() ? value : Value(Mask(text));
    }
    case Value::Type::kArray: {
      auto masked = Value::EmptyArray();
      for (std::size_t i = 0; i < value.size(); ++i) masked.Append(Mask(value.At(i)));
      return masked;
    }
    case Value::Type::kObject: {
      auto masked = Value::EmptyObject();
      value.ForEachField([&](std::string_view key, const Value& field) { masked.Set(Mask(key), Mask(field)); });
      return masked;
    }
    default: return value;
  }
}

std::string MaskedStream::Feed(std::string_view piece) {
  if (masker_.empty()) return std::string(piece);
  waiting_ += piece;
  auto cut = waiting_.size();
  for (const auto& pattern : masker_.patterns_) {
    const auto first = waiting_.size() - std::min(waiting_.size(), pattern.size() - 1);
    for (auto at = waiting_.find(pattern.front(), first); at < cut; at = waiting_.find(pattern.front(), at + 1)) {
      if (std::string_view(pattern).starts_with(std::string_view(waiting_).substr(at))) cut = at;
    }
  }
  // A secret that is whole but overlaps with what waits goes with it.
  for (const auto& range : masker_.Find(waiting_)) {
    if (range.begin < cut && cut < range.end) cut = range.begin;
  }
  auto masked = masker_.Mask(std::string_view(waiting_).substr(0, cut));
  waiting_.erase(0, cut);
  return masked;
}

std::string MaskedStream::Finish() { return masker_.Mask(std::exchange(waiting_, {})); }

}  // namespace weft::activities
