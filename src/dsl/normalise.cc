#include "dsl/normalise.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "dsl/check.h"
#include "dsl/keys.h"
#include "dsl/values.h"

namespace weft::dsl {
namespace {

using Entries = std::vector<DocumentNode::Entry>;

void AppendString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out +=
          {'\\', 'u', '0', '0', kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 15U]};
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string Json(std::string_view text) {
  std::string out;
  AppendString(out, text);
  return out;
}

Entries Sorted(const DocumentNode& map) {
  auto entries = map.entries;
  std::ranges::sort(entries, {}, [](const auto& entry) -> std::string_view { return entry.key->text; });
  return entries;
}

void AppendData(std::string& out, const DocumentNode& node) {
  using Type = DocumentNode::Type;
  switch (node.type) {
    case Type::kNull: out += "null"; return;
    case Type::kBool:
    case Type::kNumber: out += node.text; return;
    case Type::kString: return AppendString(out, node.text);
    case Type::kList:
      out += '[';
      for (const auto* item : node.items) {
        if (item != node.items.front()) out += ',';
        AppendData(out, *item);
      }
      out += ']';
      return;
    case Type::kMap: break;
  }
  out += '{';
  const char* separator = "";
  for (const auto& [key, value] : Sorted(node)) {
    out += separator;
    separator = ",";
    AppendString(out, key->text);
    out += ':';
    AppendData(out, *value);
  }
  out += '}';
}

/// The program of an EXPR without the `${ }` around it, where that is all it is.
std::string_view Program(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto trim = [kSpace](std::string_view t) {
    t.remove_prefix(std::min(t.find_first_not_of(kSpace), t.size()));
    return t.substr(0, t.find_last_not_of(kSpace) + 1);
  };
  text = trim(text);
  if (!text.starts_with("${") || !text.ends_with('}')) return text;
  const auto inner = text.substr(2, text.size() - 3);
  // Anything that might end the expression before its last brace stays as it is.
  const bool plain = inner.find_first_of("{}\"#") == std::string_view::npos;
  return plain ? trim(inner) : text;
}

class Normaliser {
 public:
  explicit Normaliser(const std::map<const DocumentNode*, std::string>& inlined) : inlined_(inlined) {}

  std::string ObjectJson(const DocumentNode& map, const Object& object, bool may_shorten) {
    std::vector<std::pair<std::string_view, std::string>> fields;
    for (const auto& [key, value] : Sorted(map)) {
      const auto* known = object.Find(key->text);
      if (known == nullptr || known->for_people) continue;
      auto json = ValueJson(*value, known->shapes);
      if (!known->default_value.empty() && json == DefaultJson(*known)) continue;
      fields.emplace_back(known->name, std::move(json));
    }
    if (const auto file = inlined_.find(&map); file != inlined_.end()) {
      const auto field = std::ranges::find(fields, "file", &std::pair<std::string_view, std::string>::first);
      *field = {"code", Json(file->second)};
    }
    if (may_shorten && fields.size() == 1 && fields.front().first == object.short_form) return fields.front().second;
    std::string out = "{";
    for (const auto& [key, json] : fields) {
      if (out.size() > 1) out += ',';
      AppendString(out, key);
      out += ':' + json;
    }
    return out + '}';
  }

 private:
  std::string ValueJson(const DocumentNode& node, const std::vector<Shape>& shapes) {
    const auto& shape = *ShapeOf(node, shapes);
    switch (shape.form) {
      case Form::kObject: return ObjectJson(node, shape.object(), shapes.size() > 1);
      case Form::kMap: return MapJson(node, shape);
      case Form::kList: return ListJson(node, shape, shapes.size() > 1);
      case Form::kExpr:
      case Form::kCondition:
        if (node.IsString()) return Json(Program(node.text));
        break;
      case Form::kDuration:
      case Form::kDurationTemplate:
        if (const auto duration = DurationOf(&node)) return Json(FormatDuration(*duration));
        break;
      case Form::kSize:
        if (const auto size = SizeOf(&node)) return std::to_string(*size);
        break;
      case Form::kStatusRange:
        if (const auto range = StatusRangeOf(node)) {
          return Json(std::to_string(range->first) +
                      (range->first == range->second ? "" : '-' + std::to_string(range->second)));
        }
        break;
      default: break;
    }
    std::string out;
    AppendData(out, node);
    return out;
  }

  /// One item where it may also stand without a list is that item.
  std::string ListJson(const DocumentNode& list, const Shape& shape, bool may_stand_alone) {
    if (may_stand_alone && list.items.size() == 1) return ValueJson(*list.items.front(), shape.items);
    std::string out = "[";
    for (const auto* item : list.items) {
      if (out.size() > 1) out += ',';
      out += ValueJson(*item, shape.items);
    }
    return out + ']';
  }

  std::string MapJson(const DocumentNode& map, const Shape& shape) {
    std::string out = "{";
    for (const auto& [key, value] : map.entries) {
      if (out.size() > 1) out += ',';
      AppendString(out, key->text);
      out += ':' + ValueJson(*value, shape.items);
    }
    return out + '}';
  }

  std::string DefaultJson(const Key& key) {
    const auto document = Document::FromJson(key.default_value);
    return document ? ValueJson(*document->root(), key.shapes) : std::string();
  }

  const std::map<const DocumentNode*, std::string>& inlined_;
};

}  // namespace

std::string Normalise(const DocumentNode& root, const std::map<const DocumentNode*, std::string>& inlined) {
  return Normaliser(inlined).ObjectJson(root, WorkflowObject(), false);
}

std::string Digest(std::string_view normalised) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(normalised.data()), normalised.size(), hash.data());
  std::string text;
  for (const auto byte : hash) text += {kHex[byte >> 4U], kHex[byte & 15U]};
  return text;
}

}  // namespace weft::dsl
