#include "store/sql.h"

#include <cstdio>
#include <cstdlib>

namespace weft::store {
namespace {

template <class T>
const T& As(const SqlValue& value, const T& null) {
  if (std::holds_alternative<std::monostate>(value)) return null;
  const auto* held = std::get_if<T>(&value);
  if (held != nullptr) return *held;
  std::fputs("weft: a column was read as another type than it has\n", stderr);
  std::abort();
}

}  // namespace

std::string LikeContaining(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return pattern + '%';
}

const std::string& Row::Text(std::size_t column) const {
  static const std::string kNull;
  return As(values_.at(column), kNull);
}

std::int64_t Row::Int(std::size_t column) const {
  static const std::int64_t kNull = 0;
  return As(values_.at(column), kNull);
}

const std::string& Row::Bytes(std::size_t column) const {
  static const Blob kNull;
  return As(values_.at(column), kNull).bytes;
}

bool Row::IsNull(std::size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column)); }

}  // namespace weft::store
