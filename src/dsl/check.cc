#include "dsl/check.h"

#include <algorithm>

#include "dsl/values.h"

namespace weft::dsl {
namespace {

using Type = DocumentNode::Type;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsDnsLabel(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

std::string_view TypeName(const DocumentNode& node) {
  switch (node.type) {
    case Type::kNull: return "nothing";
    case Type::kBool: return "true or false";
    case Type::kNumber: return "a number";
    case Type::kString: return "a text";
    case Type::kList: return "a list";
    case Type::kMap: return "a map";
  }
  return {};
}

/// What a shape is called in messages.
std::string_view FormName(Form form) {
  switch (form) {
    case Form::kVersion:
    case Form::kNumber: return "a number";
    case Form::kInteger: return "a whole number";
    case Form::kBool: return "true or false";
    case Form::kDuration:
    case Form::kDurationTemplate: return "a duration such as 30s";
    case Form::kSize: return "a size such as 64KB";
    case Form::kTime: return "an RFC 3339 time";
    case Form::kStatusRange: return "a status such as 200-299";
    case Form::kExpr:
    case Form::kCondition: return "an expression";
    case Form::kSchema: return "a JSON Schema";
    case Form::kData:
    case Form::kTemplate: return "a value";
    case Form::kList: return "a list";
    case Form::kDataMap:
    case Form::kTemplateMap:
    case Form::kTexts:
    case Form::kObject:
    case Form::kMap: return "a map";
    default: return "a text";
  }
}

bool Accepts(Form form, Type type) {
  switch (form) {
    case Form::kVersion:
    case Form::kDuration:
    case Form::kSize:
    case Form::kDurationTemplate:
    case Form::kStatusRange: return type == Type::kString || type == Type::kNumber;
    case Form::kBool: return type == Type::kBool;
    case Form::kInteger:
    case Form::kNumber: return type == Type::kNumber;
    case Form::kData:
    case Form::kTemplate: return true;
    case Form::kExpr:
    case Form::kCondition: return type != Type::kNull;
    case Form::kSchema: return type == Type::kMap || type == Type::kBool;
    case Form::kTemplateMap: return type == Type::kMap || type == Type::kString;
    case Form::kList: return type == Type::kList;
    case Form::kDataMap:
    case Form::kTexts:
    case Form::kObject:
    case Form::kMap: return type == Type::kMap;
    default: return type == Type::kString;
  }
}

class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  /// `outer` is the object in which `object` stands, if any.
  void CheckObject(const DocumentNode& map, const Object& object, const Object* outer) {
    const auto kinds = KindsOf(map, object);
    bool kind_was_meant = false;
    for (const auto& [key, value] : map.entries) {
      const auto* known = object.Find(key->text);
      if (known == nullptr) {
        kind_was_meant = ReportUnknown(*key, object, outer, kinds) || kind_was_meant;
      } else if (!kinds.empty() && !StandsBeside(*known, kinds)) {
        problems_.Error("conflict", *key, Quoted(key->text) + " does not go with " + Quoted(kinds.front()->name),
                        "it goes with " + QuotedAlternatives(known->kinds));
      } else {
        CheckValue(*value, known->shapes, known->name, &object);
      }
    }
    for (const auto& key : object.keys) {
      if (!key.required || map.Get(key.name) != nullptr) continue;
      if (!key.kinds.empty() && (kinds.empty() || !StandsBeside(key, kinds))) continue;
      problems_.Error("missing", KeyOf(map), Quoted(key.name) + " is missing",
                      "add `" + std::string(key.name) + ":`. " + std::string(key.description));
    }
    if (!kinds.empty() || !kind_was_meant) CheckKinds(map, object, kinds);
  }

 private:
  using Kinds = std::vector<const Key*>;

  static Kinds KindsOf(const DocumentNode& map, const Object& object) {
    Kinds kinds;
    for (const auto& entry : map.entries) {
      if (const auto* key = object.Find(entry.key->text); key != nullptr && key->one_of) kinds.push_back(key);
    }
    return kinds;
  }

  static bool StandsBeside(const Key& key, const Kinds& kinds) {
    return key.kinds.empty() || std::ranges::any_of(kinds, [&](const Key* kind) {
             return std::ranges::find(key.kinds, kind->name) != key.kinds.end();
           });
  }

  static std::vector<std::string_view> KindNames(const Object& object) {
    std::vector<std::string_view> names;
    for (const auto& key : object.keys) {
      if (key.one_of) names.push_back(key.name);
    }
    return names;
  }

  void CheckKinds(const DocumentNode& map, const Object& object, const Kinds& kinds) {
    if (kinds.size() == 1 || std::ranges::none_of(object.keys, &Key::one_of)) return;
    const auto names = KindNames(object);
    if (kinds.empty()) {
      const std::string what(object.name);
      problems_.Error(object.has_kinds ? "kind" : "missing", KeyOf(map),
                      object.has_kinds ? "this " + what + " has no kind" : QuotedAlternatives(names) + " is missing",
                      "write exactly one of " + QuotedAlternatives(names));
      return;
    }
    problems_.Error(object.has_kinds ? "kind" : "conflict", KeyOf(*map.Get(kinds[1]->name)),
                    Quoted(kinds[0]->name) + " and " + Quoted(kinds[1]->name) + " exclude each other",
                    "write exactly one of " + QuotedAlternatives(names));
  }

  /// Whether the key was meant to name the object's kind.
  bool ReportUnknown(const DocumentNode& key, const Object& object, const Object* outer, const Kinds& kinds) {
    if (problems_.Full()) return false;
    std::vector<std::string_view> names;
    for (const auto& known : object.keys) names.push_back(known.name);
    std::string hint;
    const auto* node_key = NodeObject().Find(key.text);
    if (&object == &CompensateObject() && node_key != nullptr && node_key->one_of) {
      problems_.Error("kind", key, Quoted(key.text) + " cannot undo a node",
                      "write " + QuotedAlternatives(KindNames(object)));
      return true;
    }
    const auto meant = DidYouMean(key.text, names);
    if (!meant.empty()) hint = "did you mean " + Quoted(meant) + "?";
    for (const auto* kind : kinds) {
      for (const auto& shape : kind->shapes) {
        if (shape.form == Form::kObject && shape.object().Find(key.text) != nullptr) {
          hint = Quoted(key.text) + " belongs inside `" + std::string(kind->name) + "`";
        }
      }
    }
    if (outer != nullptr && outer->has_kinds && outer->Find(key.text) != nullptr) {
      hint = Quoted(key.text) + " stands beside `" + std::string(object.name) + "`, not inside it";
    }
    problems_.Error("unknown-key", key, "unknown key " + Quoted(key.text), std::move(hint));
    return !meant.empty() && object.Find(meant)->one_of;
  }

  void CheckValue(const DocumentNode& node, const std::vector<Shape>& shapes, std::string_view name,
                  const Object* outer) {
    if (const auto* shape = ShapeOf(node, shapes)) return CheckShape(node, *shape, shapes, name, outer);
    std::vector<std::string_view> wanted;
    for (const auto& shape : shapes) {
      const auto form = FormName(shape.form);
      if (std::ranges::find(wanted, form) == wanted.end()) wanted.push_back(form);
    }
    std::string hint;
    if (node.IsString() && wanted.front() == FormName(Form::kBool)) hint = "write true or false, without quotes";
    if (node.IsString() && ResolvePlainScalar(node.text).type == Type::kNumber)
      hint = "write the number without quotes";
    if ((node.type == Type::kNumber || node.type == Type::kBool) && Accepts(shapes.front().form, Type::kString))
      hint = "put it in quotes";
    problems_.Error("type", node.type == Type::kNull ? KeyOf(node) : node,
                    Quoted(name) + " must be " + Alternatives(wanted) + ", not " + std::string(TypeName(node)),
                    std::move(hint));
  }

  /// `shape` is the one of `shapes` that fits the value's type.
  void CheckShape(const DocumentNode& node, const Shape& shape, const std::vector<Shape>& shapes, std::string_view name,
                  const Object* outer) {
    switch (shape.form) {
      case Form::kObject: return CheckObject(node, shape.object(), outer);
      case Form::kList:
        if (node.items.size() < shape.min_items)
          problems_.Error("value", node, Quoted(name) + " is empty", "write at least one item, or leave it out");
        for (const auto* item : node.items) CheckValue(*item, shape.items, name, outer);
        return;
      case Form::kMap:
        if (node.entries.size() < shape.min_items)
          problems_.Error("missing", KeyOf(node), Quoted(name) + " is empty", "write at least one");
        for (const auto& [key, value] : node.entries) {
          CheckId(*key);
          CheckValue(*value, shape.items, key->text, outer);
        }
        return;
      case Form::kTexts:
        for (const auto& [key, value] : node.entries) {
          if (value->IsMap() || value->IsList() || value->type == Type::kNull) {
            problems_.Error("type", *value,
                            Quoted(key->text) + " must be a text, not " + std::string(TypeName(*value)));
          }
        }
        return;
      case Form::kId: return CheckId(node);
      case Form::kInteger:
      case Form::kNumber: return CheckNumber(node, shape, name);
      default: return CheckScalar(node, shape, shapes, name);
    }
  }

  void CheckId(const DocumentNode& node) {
    if (IsId(node.text)) return;
    problems_.Error("id", node, Quoted(node.text) + " is not an id",
                    "an id begins with a-z and goes on with up to 62 of a-z, 0-9 and _");
  }

  void CheckNumber(const DocumentNode& node, const Shape& shape, std::string_view name) {
    const auto number = NumberOf(&node);
    if (shape.form == Form::kInteger && !IntegerOf(&node)) {
      return problems_.Error("type", node, Quoted(name) + " must be a whole number");
    }
    if (number && *number >= static_cast<double>(shape.min) && *number <= static_cast<double>(shape.max)) return;
    problems_.Error(
        "value", node,
        Quoted(name) + " must be between " + std::to_string(shape.min) + " and " + std::to_string(shape.max));
  }

  static std::string ChoicesOf(const std::vector<Shape>& shapes) {
    std::vector<std::string> ways;
    for (const auto& shape : shapes) {
      if (shape.choices.empty()) ways.emplace_back(FormName(shape.form));
      for (const auto choice : shape.choices) ways.push_back(Quoted(choice));
    }
    return "write " + Alternatives({ways.begin(), ways.end()});
  }

  void CheckScalar(const DocumentNode& node, const Shape& shape, const std::vector<Shape>& shapes,
                   std::string_view name) {
    switch (shape.form) {
      case Form::kVersion:
        if (NumberOf(&node) != 1.0)
          problems_.Error("version", node, "this Weft reads version 1 of the language, not " + Quoted(node.text),
                          "write `weft: 1`");
        return;
      case Form::kName:
        if (!IsDnsLabel(node.text)) {
          problems_.Error("id", node, Quoted(node.text) + " is not a DNS label",
                          "use up to 63 of a-z, 0-9 and -, with no - at either end");
        }
        return;
      case Form::kChoice:
        if (std::ranges::find(shape.choices, node.text) == shape.choices.end()) {
          problems_.Error("value", node, Quoted(name) + " cannot be " + Quoted(node.text), ChoicesOf(shapes));
        }
        return;
      case Form::kText:
        if (node.text.empty() && shape.min > 0) problems_.Error("value", node, Quoted(name) + " is empty");
        return;
      case Form::kDuration: return CheckDuration(node, shape);
      case Form::kDurationTemplate:
        if (!node.text.contains("${")) CheckDuration(node, shape);
        return;
      case Form::kSize:
        if (const auto size = ParseSize(node.text); !size) problems_.Error("value", node, size.error().message);
        return;
      case Form::kTime:
        if (const auto time = ParseTimestamp(node.text); !time) problems_.Error("value", node, time.error().message);
        return;
      case Form::kStatusRange:
        if (!StatusRangeOf(node))
          problems_.Error("value", node, Quoted(node.text) + " is not a range of HTTP statuses",
                          "write for example 404 or 200-299");
        return;
      default: return;
    }
  }

  void CheckDuration(const DocumentNode& node, const Shape& shape) {
    const auto duration = ParseDuration(node.text);
    if (duration && duration->count() >= shape.min) return;
    if (duration) return problems_.Error("duration", node, "this cannot be zero", "leave it out for no limit");
    const bool number = node.type == Type::kNumber;
    problems_.Error("duration", node, duration.error().message,
                    number ? "add the unit: `" + node.text + "s` for seconds" : "");
  }

  Problems& problems_;
};

}  // namespace

const Shape* ShapeOf(const DocumentNode& node, const std::vector<Shape>& shapes) {
  const auto shape = std::ranges::find_if(shapes, [&](const Shape& s) { return Accepts(s.form, node.type); });
  return shape == shapes.end() ? nullptr : &*shape;
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= 63 && IsLower(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

void CheckAgainstTables(const DocumentNode& root, const Object& object, Problems& problems) {
  Checker(problems).CheckObject(root, object, nullptr);
}

}  // namespace weft::dsl
