#include <algorithm>

#include "base/utf8.h"
#include "dsl/document.h"

namespace weft::dsl {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(std::string& out, unsigned long code_point) {
  const auto byte = [&](unsigned long bits) { out += static_cast<char>(bits); };
  if (code_point < 0x80) return byte(code_point);
  if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
  }
  byte(0x80 | (code_point & 0x3F));
}

}  // namespace

/// RFC 8259, without places. A value that is missing or wrong makes everything behind it fail.
class JsonReader {
 public:
  JsonReader(Document& document, std::string_view text) : document_(document), text_(text) {}

  bool Read() {
    auto* root = Value(0);
    Space();
    document_.root_ = root;
    return root != nullptr && text_.empty();
  }

 private:
  using Type = DocumentNode::Type;

  void Space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }

  bool Take(std::string_view token) {
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  /// Null if there is none.
  DocumentNode* Value(int depth) {
    Space();
    if (text_.empty() || depth > Document::kMaxDepth) return nullptr;
    auto* node = document_.Add();
    bool ok = true;
    if (Take("{")) {
      ok = Map(*node, depth);
    } else if (Take("[")) {
      ok = List(*node, depth);
    } else if (text_.front() == '"') {
      node->type = Type::kString;
      node->style = DocumentNode::Style::kDoubleQuoted;
      ok = String(node->text);
    } else if (const bool yes = Take("true"); yes || Take("false")) {
      node->type = Type::kBool;
      node->text = yes ? "true" : "false";
    } else if (!Take("null")) {
      ok = Number(*node);
    }
    return ok ? node : nullptr;
  }

  bool List(DocumentNode& list, int depth) {
    list.type = Type::kList;
    Space();
    if (Take("]")) return true;
    do {
      auto* item = Value(depth + 1);
      if (item == nullptr) return false;
      item->parent = &list;
      list.items.push_back(item);
      Space();
    } while (Take(","));
    return Take("]");
  }

  bool Map(DocumentNode& map, int depth) {
    map.type = Type::kMap;
    Space();
    if (Take("}")) return true;
    do {
      Space();
      auto* key = document_.Add();
      key->type = Type::kString;
      if (!String(key->text)) return false;
      Space();
      auto* value = Take(":") ? Value(depth + 1) : nullptr;
      if (value == nullptr) return false;
      key->parent = value->parent = &map;
      map.entries.push_back({key, value});
      Space();
    } while (Take(","));
    return Take("}");
  }

  bool Number(DocumentNode& node) {
    const auto end = text_.find_first_not_of("+-.0123456789eE");
    const auto resolved = ResolvePlainScalar(text_.substr(0, end));
    if (resolved.type != Type::kNumber || (!IsDigit(text_.front()) && text_.front() != '-')) return false;
    node.type = Type::kNumber;
    node.text = resolved.text;
    text_.remove_prefix(std::min(end, text_.size()));
    return true;
  }

  bool String(std::string& out) {
    if (!Take("\"")) return false;
    while (true) {
      const auto end = text_.find_first_of("\"\\");
      if (end == std::string_view::npos) return false;
      out += text_.substr(0, end);
      text_.remove_prefix(end);
      if (Take("\"")) return true;
      if (!Escape(out)) return false;
    }
  }

  bool Escape(std::string& out) {
    constexpr std::string_view kKinds = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (text_.size() < 2) return false;
    if (const auto kind = kKinds.find(text_[1]); kind != std::string_view::npos) {
      out += kValues[kind];
      text_.remove_prefix(2);
      return true;
    }
    unsigned long code_point = 0;
    if (!Unit(code_point)) return false;
    if (code_point >= 0xD800 && code_point < 0xE000) {
      unsigned long low = 0;
      if (code_point >= 0xDC00 || !Unit(low) || low < 0xDC00 || low >= 0xE000) return false;
      code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
    }
    AppendUtf8(out, code_point);
    return true;
  }

  /// `\uXXXX`
  bool Unit(unsigned long& unit) {
    if (text_.size() < 6 || !Take("\\u")) return false;
    for (const char c : text_.substr(0, 4)) {
      const char lower = static_cast<char>(c | 0x20);
      if (!IsDigit(c) && (lower < 'a' || lower > 'f')) return false;
      unit = unit * 16 + static_cast<unsigned long>(IsDigit(c) ? c - '0' : lower - 'a' + 10);
    }
    text_.remove_prefix(4);
    return true;
  }

  Document& document_;
  std::string_view text_;
};

Result<Document> Document::FromJson(std::string_view json) {
  Document document;
  if (json.size() > kMaxBytes || FindInvalidUtf8(json) || !JsonReader(document, json).Read()) {
    return Fail("validation", "the definition is not JSON");
  }
  return document;
}

}  // namespace weft::dsl
