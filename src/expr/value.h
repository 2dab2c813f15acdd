#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

extern "C" {
#include <jv.h>
}

namespace weft::expr {

/// A JSON value: Weft's only one, everywhere. It is libjq's `jv`, reference-counted and copied on write, so that data
/// passes between expressions without conversion. Integers of any size and decimal literals survive unchanged while
/// they are only passed on (jq 1.8 keeps the literal). Object keys keep no promised order; Dump sorts them.
///
/// Copying is cheap (a reference). A Value may be moved between threads, but two threads must not hold references to
/// the same data at once: jv's counts are not atomic. Hand data across threads as text.
class Value {
 public:
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };

  Value() : jv_(jv_null()) {}  // NOLINT: null is the natural default
  explicit Value(bool b) : jv_(jv_bool(b)) {}
  explicit Value(double number) : jv_(jv_number(number)) {}
  explicit Value(int number) : Value(static_cast<std::int64_t>(number)) {}
  explicit Value(std::int64_t number);
  explicit Value(std::string_view text) : jv_(jv_string_sized(text.data(), static_cast<int>(text.size()))) {}
  explicit Value(const char* text) : Value(std::string_view(text)) {}
  explicit Value(const std::string& text) : Value(std::string_view(text)) {}
  /// Takes ownership of one reference. `v` must be valid.
  static Value Adopt(jv v) { return Value(v, 0); }

  static Value EmptyArray() { return Adopt(jv_array()); }
  static Value EmptyObject() { return Adopt(jv_object()); }
  static Value Object(std::initializer_list<std::pair<std::string_view, Value>> fields);
  static Value Array(std::vector<Value> items);

  Value(const Value& other) : jv_(jv_copy(other.jv_)) {}
  Value(Value&& other) noexcept : jv_(std::exchange(other.jv_, jv_null())) {}
  Value& operator=(Value other) noexcept {
    std::swap(jv_, other.jv_);
    return *this;
  }
  ~Value() { jv_free(jv_); }

  /// Levels of what comes from outside (pass it to Parse there) and of what an expression gives. Weft's own documents,
  /// which hold such values, may be deeper.
  static constexpr int kMaxDepth = 256;
  static constexpr int kMaxDocumentDepth = 512;

  /// Reads one JSON text. Fails with code `validation`; depth is limited and size to `kMaxText`.
  static Result<Value> Parse(std::string_view json, int max_depth = kMaxDocumentDepth);
  static constexpr std::size_t kMaxText = std::size_t{64} * 1024 * 1024;

  /// Compact JSON with sorted keys: the same numbers, written the same way, give the same text. `nan` becomes null.
  [[nodiscard]] std::string Dump() const;
  /// Indented by two spaces, keys sorted; for people.
  [[nodiscard]] std::string DumpPretty() const;

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool IsNull() const { return type() == Type::kNull; }
  [[nodiscard]] bool IsString() const { return type() == Type::kString; }
  [[nodiscard]] bool IsNumber() const { return type() == Type::kNumber; }
  [[nodiscard]] bool IsBool() const { return type() == Type::kBool; }
  [[nodiscard]] bool IsArray() const { return type() == Type::kArray; }
  [[nodiscard]] bool IsObject() const { return type() == Type::kObject; }
  /// jq's truth: everything but null and false.
  [[nodiscard]] bool Truthy() const;

  /// The following return the neutral value ("" / 0 / false) when the type differs.
  [[nodiscard]] std::string AsString() const;
  [[nodiscard]] std::string_view StringView() const;  ///< Valid while this Value lives and is not changed.
  [[nodiscard]] double AsDouble() const;
  [[nodiscard]] std::int64_t AsInteger() const;  ///< exact within 64 bits, else the nearest; fractions are cut off
  [[nodiscard]] bool AsBool() const;

  /// Elements of an array, fields of an object; 0 otherwise.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Value At(std::size_t index) const;      ///< null beyond the end or when not an array
  [[nodiscard]] Value Get(std::string_view key) const;  ///< null when absent or when not an object
  [[nodiscard]] bool Has(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> Keys() const;  ///< sorted
  void Set(std::string_view key, Value value);          ///< null becomes an object; otherwise *this must be one
  void Erase(std::string_view key);
  void Append(Value value);  ///< null becomes an array; otherwise *this must be one
  /// Calls `f` for every field, keys in sorted order.
  void ForEachField(const std::function<void(std::string_view, const Value&)>& f) const;

  friend bool operator==(const Value& a, const Value& b) { return jv_equal(jv_copy(a.jv_), jv_copy(b.jv_)) == 1; }

  /// Borrowed; for expr's own code.
  [[nodiscard]] jv raw() const { return jv_; }
  /// A new reference, owned by the caller.
  [[nodiscard]] jv Copy() const { return jv_copy(jv_); }

 private:
  Value(jv v, int /*adopt*/) : jv_(v) {}
  jv jv_;
};

}  // namespace weft::expr
