#include "expr/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace weft::expr {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t Digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, IsDigit) - text.begin());
}

/// Length of the JSON number at the beginning of `text`, or 0.
std::size_t NumberLength(std::string_view text) {
  auto at = text.starts_with('-') ? std::size_t{1} : std::size_t{0};
  const auto whole = Digits(text.substr(at));
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (text.substr(at).starts_with('.')) {
    const auto fraction = Digits(text.substr(at + 1));
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const auto sign = text.substr(at + 1).find_first_of("+-") == 0 ? std::size_t{1} : std::size_t{0};
    const auto exponent = Digits(text.substr(at + 1 + sign));
    if (exponent == 0) return 0;
    at += 1 + sign + exponent;
  }
  return at;
}

/// libjq's parser also takes `nan`, other forms of numbers, several texts and deeper nesting; refuse what is no JSON
/// before it sees it. Returns the problem, or nothing.
std::string_view ProblemOf(std::string_view json, int max_depth) {
  if (json.size() > Value::kMaxText) return "the JSON text is larger than 64 MB";
  int depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    switch (c) {
      case '"':
        for (++i; i < json.size() && json[i] != '"'; ++i) {
          if (static_cast<unsigned char>(json[i]) < 0x20)
            return "a string holds a control character that is not escaped";
          if (json[i] == '\\') ++i;
        }
        break;
      case '[':
      case '{':
        if (++depth > max_depth) return "the JSON text nests too deep";
        break;
      case ']':
      case '}': --depth; break;
      case 't':
      case 'f':
      case 'n': {
        const auto word = json.substr(i, c == 'f' ? 5 : 4);
        if (word != "true" && word != "false" && word != "null") return "unexpected word";
        i += word.size() - 1;
        break;
      }
      case ',':
      case ':':
      case ' ':
      case '\t':
      case '\r':
      case '\n': break;
      default: {
        const auto length = NumberLength(json.substr(i));
        if (length == 0) return "unexpected character";
        i += length - 1;
      }
    }
  }
  return {};
}

void SetIn(jv& target, std::string_view key, jv value) {
  if (jv_get_kind(target) == JV_KIND_NULL) target = jv_object();
  target = jv_object_set(target, jv_string_sized(key.data(), static_cast<int>(key.size())), value);
}

}  // namespace

Value::Value(std::int64_t number) : jv_(jv_null()) {
  // A double is exact up to 2^53; larger integers live on as literals.
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (number <= kExact && number >= -kExact) {
    jv_ = jv_number(static_cast<double>(number));
  } else {
    jv_ = jv_number_with_literal(std::to_string(number).c_str());
  }
}

Value Value::Object(std::initializer_list<std::pair<std::string_view, Value>> fields) {
  auto object = EmptyObject();
  for (const auto& [key, value] : fields) object.Set(key, value);
  return object;
}

Value Value::Array(std::vector<Value> items) {
  auto array = EmptyArray();
  for (auto& item : items) array.Append(std::move(item));
  return array;
}

Result<Value> Value::Parse(std::string_view json, int max_depth) {
  if (const auto bad = FindInvalidUtf8(json)) {
    return Fail("validation", "invalid UTF-8 at byte " + std::to_string(*bad) + " of the JSON text");
  }
  if (const auto problem = ProblemOf(json, max_depth); !problem.empty())
    return Fail("validation", std::string(problem));
  const jv parsed = jv_parse_sized(json.data(), static_cast<int>(json.size()));
  if (jv_is_valid(parsed) != 0) return Adopt(parsed);
  if (jv_invalid_has_msg(jv_copy(parsed)) == 0) {
    jv_free(parsed);
    return Fail("validation", "the JSON text is empty");
  }
  const jv message = jv_invalid_get_msg(parsed);
  std::string text = "not valid JSON: ";
  text += jv_get_kind(message) == JV_KIND_STRING ? jv_string_value(message) : "unreadable";
  jv_free(message);
  if (const auto tail = text.find(" (while parsing"); tail != std::string::npos) text.resize(tail);
  return Fail("validation", text);
}

std::string Value::Dump() const {
  const jv text = jv_dump_string(Copy(), JV_PRINT_SORTED);
  std::string out(jv_string_value(text), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(text))));
  jv_free(text);
  return out;
}

std::string Value::DumpPretty() const {
  const jv text = jv_dump_string(Copy(), JV_PRINT_SORTED | JV_PRINT_PRETTY | JV_PRINT_INDENT_FLAGS(2));
  std::string out(jv_string_value(text), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(text))));
  jv_free(text);
  return out;
}

Value::Type Value::type() const {
  switch (jv_get_kind(jv_)) {
    case JV_KIND_TRUE:
    case JV_KIND_FALSE: return Type::kBool;
    case JV_KIND_NUMBER: return Type::kNumber;
    case JV_KIND_STRING: return Type::kString;
    case JV_KIND_ARRAY: return Type::kArray;
    case JV_KIND_OBJECT: return Type::kObject;
    case JV_KIND_NULL:
    case JV_KIND_INVALID: return Type::kNull;
  }
  return Type::kNull;
}

bool Value::Truthy() const {
  const auto kind = jv_get_kind(jv_);
  return kind != JV_KIND_NULL && kind != JV_KIND_FALSE;
}

std::string_view Value::StringView() const {
  if (!IsString()) return {};
  return {jv_string_value(jv_), static_cast<std::size_t>(jv_string_length_bytes(Copy()))};
}

std::string Value::AsString() const { return std::string(StringView()); }
double Value::AsDouble() const { return IsNumber() ? jv_number_value(jv_) : 0; }

std::int64_t Value::AsInteger() const {
  if (const char* literal = IsNumber() ? jv_number_get_literal(jv_) : nullptr; literal != nullptr) {
    const std::string_view text(literal);
    std::int64_t exact = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (problem == std::errc{} && end == text.data() + text.size()) return exact;
  }
  const double number = AsDouble();
  if (std::isnan(number)) return 0;
  constexpr double kBound = 9.2e18;
  return static_cast<std::int64_t>(std::clamp(number, -kBound, kBound));
}

bool Value::AsBool() const { return jv_get_kind(jv_) == JV_KIND_TRUE; }

std::size_t Value::size() const {
  if (IsArray()) return static_cast<std::size_t>(jv_array_length(Copy()));
  if (IsObject()) return static_cast<std::size_t>(jv_object_length(Copy()));
  return 0;
}

Value Value::At(std::size_t index) const {
  if (index >= size() || !IsArray()) return {};
  return Adopt(jv_array_get(Copy(), static_cast<int>(index)));
}

Value Value::Get(std::string_view key) const {
  if (!IsObject()) return {};
  const jv found = jv_object_get(Copy(), jv_string_sized(key.data(), static_cast<int>(key.size())));
  if (jv_is_valid(found) != 0) return Adopt(found);
  jv_free(found);
  return {};
}

bool Value::Has(std::string_view key) const {
  return IsObject() && jv_object_has(Copy(), jv_string_sized(key.data(), static_cast<int>(key.size()))) != 0;
}

std::vector<std::string> Value::Keys() const {
  std::vector<std::string> keys;
  if (!IsObject()) return keys;
  keys.reserve(size());
  for (int i = jv_object_iter(jv_); jv_object_iter_valid(jv_, i) != 0; i = jv_object_iter_next(jv_, i)) {
    keys.push_back(Adopt(jv_object_iter_key(jv_, i)).AsString());
  }
  std::ranges::sort(keys);
  return keys;
}

void Value::Set(std::string_view key, Value value) { SetIn(jv_, key, std::exchange(value.jv_, jv_null())); }

void Value::Erase(std::string_view key) {
  if (IsObject()) jv_ = jv_object_delete(jv_, jv_string_sized(key.data(), static_cast<int>(key.size())));
}

void Value::Append(Value value) {
  if (IsNull()) jv_ = jv_array();
  jv_ = jv_array_append(jv_, std::exchange(value.jv_, jv_null()));
}

void Value::ForEachField(const std::function<void(std::string_view, const Value&)>& f) const {
  for (const auto& key : Keys()) f(key, Get(key));
}

}  // namespace weft::expr
