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

/// Borrows `v`.
std::size_t Count(jv v, std::size_t limit) {
  switch (jv_get_kind(v)) {
    case JV_KIND_NUMBER: {
      const char* literal = jv_number_has_literal(v) != 0 ? jv_number_get_literal(v) : nullptr;
      const auto size = literal == nullptr ? 0 : std::string_view(literal).size();
      return size > kNumber ? size : kNumber;
    }
    case JV_KIND_STRING: return StringBound(v);
    case JV_KIND_ARRAY: {
      std::size_t total = 2;
      const int size = jv_array_length(jv_copy(v));
      for (int i = 0; i < size && total <= limit; ++i) {
        const jv item = jv_array_get(jv_copy(v), i);
        total += Count(item, limit - total) + 1;
        jv_free(item);
      }
      return total;
    }
    case JV_KIND_OBJECT: {
      std::size_t total = 2;
      for (int i = jv_object_iter(v); jv_object_iter_valid(v, i) != 0 && total <= limit; i = jv_object_iter_next(v, i)) {
        const jv key = jv_object_iter_key(v, i);
        const jv item = jv_object_iter_value(v, i);
        total += StringBound(key) + 2;
        if (total <= limit) total += Count(item, limit - total);
        jv_free(key);
        jv_free(item);
      }
      return total;
    }
    default: return 5;
  }
}

}  // namespace

std::size_t SizeBound(const Value& value, std::size_t limit) { return Count(value.raw(), limit); }

}  // namespace weft::expr
