#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

/// The language's objects, keys and shapes, as tables. The reader checks files against them (unknown and missing keys,
/// types, ranges, hints), the JSON Schema and the reference are generated from them: a key stands here once.
namespace weft::dsl {

enum class Form {
  kVersion,  ///< the number 1
  kText,     ///< a string of `min` bytes and more
  kName,     ///< a DNS label
  kId,       ///< `^[a-z][a-z0-9_]{0,62}$`
  kBool,
  kInteger,           ///< `min` to `max`
  kNumber,            ///< `min` to `max`
  kChoice,            ///< one of `choices`
  kDuration,          ///< `30s`, `1h30m`, `PT5M`; of `min` milliseconds and more
  kSize,              ///< `64KB`, `10MB`, or a number of bytes
  kTime,              ///< RFC 3339
  kStatusRange,       ///< an HTTP status, `404` or `200-299`
  kData,              ///< any value, taken as it is
  kDataMap,           ///< a map of any values, taken as it is
  kSchema,            ///< a JSON Schema, 2020-12
  kTexts,             ///< a map whose values are texts, numbers or booleans
  kExpr,              ///< EXPR: jq, `${ }` may be omitted; other values stand for themselves
  kCondition,         ///< EXPR in which `<` and its kin refuse values of different types
  kTemplate,          ///< any value with `${ … }` inside
  kTemplateMap,       ///< a map with `${ … }` inside, or one expression that gives a map
  kTextTemplate,      ///< a string with `${ … }` inside
  kDurationTemplate,  ///< a duration, or a string with `${ … }` that gives one
  kObject,            ///< a map with the keys of `object`
  kList,              ///< a list of `items`
  kMap,               ///< a map from ids to `items`
};

struct Object;

/// One way to write a value.
struct Shape {
  Form form = Form::kText;
  std::vector<std::string_view> choices = {};  ///< kChoice
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  const Object& (*object)() = nullptr;  ///< kObject; a function, because objects nest in themselves
  std::vector<Shape> items = {};        ///< kList, kMap: the ways to write an item
  std::size_t min_items = 0;            ///< kList, kMap
};

struct Key {
  std::string_view name;
  std::string_view description;  ///< one line, English
  std::vector<Shape> shapes;     ///< the ways to write it; told apart by the YAML type
  bool required = false;         ///< with `kinds`: required beside those
  /// Exactly one of the object's keys with this mark must stand (a node's kind; `code` or `file`).
  bool one_of = false;
  /// JSON of what holds when the key is left out; empty if that is nothing or depends on other keys.
  std::string_view default_value = {};
  /// The kinds (keys marked one_of) beside which it may stand; empty: all.
  std::vector<std::string_view> kinds = {};
  /// `$secrets.NAME` may stand inside.
  bool secrets = false;
  /// Without meaning: not part of the normalised form.
  bool for_people = false;
};

struct Object {
  std::string_view name;         ///< stable: `workflow`, `node`, `retry`; names definitions in the JSON Schema
  std::string_view description;  ///< one line, English
  std::vector<Key> keys;
  /// The keys marked one_of name a kind: their absence or plurality is the diagnostic `kind`.
  bool has_kinds = false;
  /// The key whose value may stand for the whole object when it is the only one.
  std::string_view short_form = {};

  [[nodiscard]] const Key* Find(std::string_view key) const;
};

/// The whole file. Everything else is reached from it.
const Object& WorkflowObject();
const Object& TriggerObject();
const Object& NodeObject();
/// What `compensate` holds: a node body of some kinds with some keys beside it.
const Object& CompensateObject();
const Object& RetryObject();

/// The known word that `word` was probably meant to be, or nothing.
std::string_view DidYouMean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace weft::dsl
