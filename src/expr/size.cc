#include "expr/size.h"

namespace weft::expr {
namespace {

constexpr std::size_t kNumber = 25;  // the longest text of a double; longer literals are counted by their own text

std::size_t StringBound(jv string) {
  const auto size = static_cast<std::size_t>(jv_string_length_bytes(jv_copy(string)));
  const char* text = jv_string_value(string);
  std::size_t bound = size + 2;
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) bound += 5;
    if (c == '"' || c == '\\') bound += 1;
  }
  return bound;
}

/// Counts until one of the bounds is passed.
class Counter {
 public:
  Counter(std::size_t max_bytes, int max_depth) : limit_(max_bytes), max_depth_(max_depth) {}

  /// Borrows `v`.
  void Count(jv v, int depth = 0) {
    if (Over()) return;
    switch (jv_get_kind(v)) {
      case JV_KIND_NUMBER: {
        const char* literal = jv_number_has_literal(v) != 0 ? jv_number_get_literal(v) : nullptr;
        const auto size = literal == nullptr ? 0 : std::string_view(literal).size();
        total_ += size > kNumber ? size : kNumber;
        return;
      }
      case JV_KIND_STRING: total_ += StringBound(v); return;
      case JV_KIND_ARRAY: return CountArray(v, depth + 1);
      case JV_KIND_OBJECT: return CountObject(v, depth + 1);
      default: total_ += 5; return;
    }
  }

  [[nodiscard]] bool Over() const { return total_ > limit_ || too_deep_; }
  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  bool Enter(int depth) {
    too_deep_ = too_deep_ || depth > max_depth_;
    total_ += 2;
    return !too_deep_;
  }

  void CountArray(jv v, int depth) {
    if (!Enter(depth)) return;
    const int size = jv_array_length(jv_copy(v));
    for (int i = 0; i < size && !Over(); ++i) {
      const jv item = jv_array_get(jv_copy(v), i);
      Count(item, depth);
      total_ += 1;
      jv_free(item);
    }
  }

  void CountObject(jv v, int depth) {
    if (!Enter(depth)) return;
    for (int i = jv_object_iter(v); jv_object_iter_valid(v, i) != 0 && !Over(); i = jv_object_iter_next(v, i)) {
      const jv key = jv_object_iter_key(v, i);
      const jv item = jv_object_iter_value(v, i);
      total_ += StringBound(key) + 2;
      Count(item, depth);
      jv_free(key);
      jv_free(item);
    }
  }

  std::size_t limit_;
  int max_depth_;
  std::size_t total_ = 0;
  bool too_deep_ = false;
};

}  // namespace

std::size_t SizeBound(const Value& value, std::size_t limit) {
  Counter counter(limit, Value::kMaxDocumentDepth);
  counter.Count(value.raw());
  return counter.too_deep() ? limit + 1 : counter.total();
}

Extent Measure(const Value& value, std::size_t max_bytes, int max_depth) {
  Counter counter(max_bytes, max_depth);
  counter.Count(value.raw());
  if (counter.too_deep()) return Extent::kTooDeep;
  return counter.total() > max_bytes ? Extent::kTooLarge : Extent::kFits;
}

}  // namespace weft::expr
