#include "dsl/schema.h"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "dsl/keys.h"

namespace weft::dsl {
namespace {

using expr::Value;

constexpr std::string_view kDuration =
    "^([0-9]+(\\.[0-9]*)?(ms|s|m|h|d))+$|^P([0-9]+(\\.[0-9]*)?[WD])*(T([0-9]+(\\.[0-9]*)?[HMS])+)?$";

Value Strings(const std::vector<std::string_view>& texts) {
  auto list = Value::EmptyArray();
  for (const auto text : texts) list.Append(Value(text));
  return list;
}

Value Type(std::string_view type) { return Value::Object({{"type", Value(type)}}); }

Value Pattern(std::string_view pattern) {
  return Value::Object({{"type", Value("string")}, {"pattern", Value(pattern)}});
}

/// The schemas joined by `keyword`; one alone stands for itself.
Value Join(std::string_view keyword, std::vector<Value> schemas) {
  if (schemas.size() == 1) return schemas.front();
  return Value::Object({{keyword, Value::Array(std::move(schemas))}});
}

Value Requiring(std::string_view key) { return Value::Object({{"required", Strings({key})}}); }

/// Builds the schemas of shapes and, on the way, the definition of every object they reach.
class Builder {
 public:
  Value Reference(const Object& object) {
    if (!definitions_.Has(object.name)) {
      // Stands here before it is made, because objects nest in themselves.
      definitions_.Set(object.name, Value(true));
      auto made = Definition(object);
      definitions_.Set(object.name, std::move(made));
    }
    return Value::Object({{"$ref", Value(fmt::format("#/$defs/{}", object.name))}});
  }

  [[nodiscard]] const Value& definitions() const { return definitions_; }

 private:
  Value AnyOf(const std::vector<Shape>& shapes) {
    std::vector<Value> schemas;
    schemas.reserve(shapes.size());
    for (const auto& shape : shapes) schemas.push_back(Of(shape));
    return Join("anyOf", std::move(schemas));
  }

  Value Of(const Shape& shape) {
    switch (shape.form) {
      case Form::kVersion: return Value::Object({{"const", Value(1)}});
      case Form::kText: {
        auto schema = Type("string");
        if (shape.min > 0) schema.Set("minLength", Value(1));
        return schema;
      }
      case Form::kTextTemplate: return Type("string");
      case Form::kName: return Pattern("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$");
      case Form::kId: return Pattern("^[a-z][a-z0-9_]{0,62}$");
      case Form::kBool: return Type("boolean");
      case Form::kInteger: return Bounded(Type("integer"), shape);
      case Form::kNumber: return Bounded(Type("number"), shape);
      case Form::kChoice: return Value::Object({{"enum", Strings(shape.choices)}});
      case Form::kDuration: return Pattern(kDuration);
      case Form::kDurationTemplate: return Pattern(std::string(kDuration) + "|\\$\\{");
      case Form::kSize:
        return Join("anyOf", {Value::Object({{"type", Value("integer")}, {"minimum", Value(0)}}),
                              Pattern("^[0-9]+(\\.[0-9]*)?([KMG]?B)?$")});
      case Form::kTime: return Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}");
      case Form::kStatusRange:
        return Join("anyOf",
                    {Value::Object({{"type", Value("integer")}, {"minimum", Value(100)}, {"maximum", Value(599)}}),
                     Pattern("^[1-5][0-9]{2}(-[1-5][0-9]{2})?$")});
      case Form::kSchema: return Value::Object({{"$ref", Value("https://json-schema.org/draft/2020-12/schema")}});
      case Form::kTexts:
        return Value::Object(
            {{"type", Value("object")},
             {"additionalProperties", Value::Object({{"type", Strings({"string", "number", "boolean"})}})}});
      case Form::kDataMap: return Type("object");
      case Form::kData:
      case Form::kExpr:
      case Form::kCondition:
      case Form::kTemplate: return Value(true);
      case Form::kTemplateMap: return Join("anyOf", {Type("object"), Pattern("^\\s*\\$\\{")});
      case Form::kObject: return Reference(shape.object());
      case Form::kList: {
        auto schema = Type("array");
        schema.Set("items", AnyOf(shape.items));
        if (shape.min_items > 0) schema.Set("minItems", Value(static_cast<std::int64_t>(shape.min_items)));
        return schema;
      }
      case Form::kMap: {
        auto schema = Type("object");
        schema.Set("propertyNames", Of({.form = Form::kId}));
        schema.Set("additionalProperties", AnyOf(shape.items));
        if (shape.min_items > 0) schema.Set("minProperties", Value(static_cast<std::int64_t>(shape.min_items)));
        return schema;
      }
    }
    return Value(true);
  }

  static Value Bounded(Value schema, const Shape& shape) {
    if (shape.min != std::numeric_limits<std::int64_t>::min()) schema.Set("minimum", Value(shape.min));
    if (shape.max != std::numeric_limits<std::int64_t>::max()) schema.Set("maximum", Value(shape.max));
    return schema;
  }

  Value Property(const Key& key) {
    auto schema = AnyOf(key.shapes);
    // A description may stand beside any keyword, but `true` is no object.
    if (!schema.IsObject()) schema = Value::EmptyObject();
    schema.Set("description", Value(key.description));
    if (!key.default_value.empty()) schema.Set("default", Value::Parse(key.default_value).value_or(Value()));
    return schema;
  }

  Value Definition(const Object& object) {
    auto properties = Value::EmptyObject();
    auto required = Value::EmptyArray(), one_of = Value::EmptyArray();
    auto allowed_beside = Value::EmptyObject(), required_beside = Value::EmptyObject();
    for (const auto& key : object.keys) {
      properties.Set(key.name, Property(key));
      if (key.one_of) one_of.Append(Requiring(key.name));
      if (key.required && key.kinds.empty()) required.Append(Value(key.name));
      if (key.kinds.empty()) continue;
      std::vector<Value> kinds;
      for (const auto kind : key.kinds) kinds.push_back(Requiring(kind));
      allowed_beside.Set(key.name, Join("anyOf", std::move(kinds)));
      if (!key.required) continue;
      for (const auto kind : key.kinds) {
        auto keys = required_beside.Get(kind);
        keys.Append(Value(key.name));
        required_beside.Set(kind, std::move(keys));
      }
    }
    auto schema = Value::Object({{"type", Value("object")},
                                 {"description", Value(object.description)},
                                 {"properties", std::move(properties)},
                                 {"additionalProperties", Value(false)}});
    if (required.size() > 0) schema.Set("required", std::move(required));
    if (one_of.size() > 0) schema.Set("oneOf", std::move(one_of));
    if (allowed_beside.size() > 0) schema.Set("dependentSchemas", std::move(allowed_beside));
    if (required_beside.size() > 0) schema.Set("dependentRequired", std::move(required_beside));
    return schema;
  }

  Value definitions_ = Value::EmptyObject();
};

}  // namespace

Value LanguageSchema() {
  Builder builder;
  auto schema = builder.Reference(WorkflowObject());
  schema.Set("$schema", Value("https://json-schema.org/draft/2020-12/schema"));
  schema.Set("title", Value("Weft workflow"));
  schema.Set("$defs", builder.definitions());
  return schema;
}

}  // namespace weft::dsl
