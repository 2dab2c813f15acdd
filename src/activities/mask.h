#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/value.h"

namespace weft::activities {

/// Replaces secrets by `***` before anything leaves the worker: values of six bytes and more, each of their lines, and
/// both in base64 (wherever they begin), percent-encoded and escaped as in JSON.
class Masker {
 public:
  static constexpr std::size_t kShortest = 6;

  void Add(std::string_view secret);
  [[nodiscard]] bool empty() const { return patterns_.empty(); }

  [[nodiscard]] std::string Mask(std::string_view text) const;
  /// Strings and keys at any depth; a number that holds a secret becomes a string.
  [[nodiscard]] expr::Value Mask(const expr::Value& value) const;

 private:
  friend class MaskedStream;
  struct Range {
    std::size_t begin = 0, end = 0;
  };

  void AddPattern(std::string pattern);
  /// What is to be replaced, in order, overlaps joined.
  [[nodiscard]] std::vector<Range> Find(std::string_view text) const;

  std::vector<std::string> patterns_;
};

/// Masks text that comes in pieces: what may be the beginning of a secret waits for the next piece.
class MaskedStream {
 public:
  explicit MaskedStream(const Masker& masker) : masker_(masker) {}

  std::string Feed(std::string_view piece);
  std::string Finish();

 private:
  const Masker& masker_;
  std::string waiting_;
};

}  // namespace weft::activities
