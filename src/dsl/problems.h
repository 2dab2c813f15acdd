#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/document.h"

namespace weft::dsl {

/// A value of the file, or some bytes of a string's text.
struct Spot {
  Spot(const DocumentNode& at) : node(&at) {}  // NOLINT: a value is a spot
  Spot(const DocumentNode& at, std::size_t from, std::size_t count) : node(&at), offset(from), length(count) {}

  const DocumentNode* node;
  std::size_t offset = 0;
  std::size_t length = 0;  ///< 0: the whole value
};

/// The key under which a value stands, or the value itself where there is none.
const DocumentNode& KeyOf(const DocumentNode& value);

/// Collects what is to be said about a file.
class Problems {
 public:
  Problems(const Document& document, std::vector<Diagnostic>& out) : document_(&document), out_(&out) {}

  /// Nobody reads more than a thousand; what comes then is dropped.
  [[nodiscard]] bool Full() const { return out_->size() >= 1000; }

  void Error(std::string_view code, Spot at, std::string message, std::string hint = {}) {
    Add(Severity::kError, code, at, std::move(message), std::move(hint));
  }
  void Warning(std::string_view code, Spot at, std::string message, std::string hint = {}) {
    Add(Severity::kWarning, code, at, std::move(message), std::move(hint));
  }

 private:
  void Add(Severity severity, std::string_view code, Spot at, std::string message, std::string hint);

  const Document* document_;
  std::vector<Diagnostic>* out_;
};

/// A word as it stands in messages: in back quotes, cut when long.
std::string Quoted(std::string_view word);

/// `a, b or c`.
std::string Alternatives(const std::vector<std::string_view>& words);
/// The same, each word in back quotes: what may be written.
std::string QuotedAlternatives(const std::vector<std::string_view>& words);

}  // namespace weft::dsl
