#include "dsl/document.h"

#include <algorithm>

#include "dsl/scalar_offset.h"
#include "dsl/yaml_problem.h"

namespace weft::dsl {

using expr::Value;

namespace {

/// A key as a JSON pointer has it.
std::string PointerStep(std::string_view key) {
  std::string step;
  for (const char c : key) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return step;
}

}  // namespace

const DocumentNode* DocumentNode::Get(std::string_view key) const {
  const auto found = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.key->text == key; });
  return found == entries.end() ? nullptr : found->value;
}

const DocumentNode& DocumentNode::Find(std::string_view pointer) const {
  if (pointer.empty()) return *this;
  pointer.remove_prefix(1);
  const auto step = pointer.substr(0, pointer.find('/'));
  const auto rest = pointer.substr(step.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (std::to_string(i) == step) return items[i]->Find(rest);
  }
  for (const auto& entry : entries) {
    if (PointerStep(entry.key->text) == step) return entry.value->Find(rest);
  }
  return *this;
}

Value DocumentNode::ToValue() const {
  switch (type) {
    case Type::kNull: return {};
    case Type::kBool: return Value(text == "true");
    case Type::kNumber: return Value::Parse(text).value_or(Value());
    case Type::kString: return Value(text);
    case Type::kList: {
      auto list = Value::EmptyArray();
      for (const auto* item : items) list.Append(item->ToValue());
      return list;
    }
    case Type::kMap: break;
  }
  auto map = Value::EmptyObject();
  for (const auto& entry : entries) map.Set(entry.key->text, entry.value->ToValue());
  return map;
}

std::string DocumentNode::ToJson() const {
  std::string json;
  switch (type) {
    case Type::kNull: return "null";
    case Type::kBool:
    case Type::kNumber: return text;
    case Type::kString: return Value(text).Dump();
    case Type::kList:
      for (const auto* item : items) json += (json.empty() ? "" : ",") + item->ToJson();
      return "[" + json + "]";
    case Type::kMap: break;
  }
  for (const auto& [key, value] : entries) {
    json += (json.empty() ? "" : ",") + Value(key->text).Dump() + ":" + value->ToJson();
  }
  return "{" + json + "}";
}

std::string Document::PathOf(const DocumentNode& node) {
  std::vector<std::string> steps;
  for (const auto* at = &node; at->parent != nullptr; at = at->parent) {
    const auto& parent = *at->parent;
    if (parent.IsList()) {
      steps.push_back(std::to_string(std::ranges::find(parent.items, at) - parent.items.begin()));
      continue;
    }
    const auto entry = std::ranges::find_if(parent.entries,
                                            [&](const DocumentNode::Entry& e) { return e.value == at || e.key == at; });
    if (entry == parent.entries.end()) continue;  // a key written twice
    steps.push_back(PointerStep(entry->key->text));
  }
  std::string path;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) path += '/' + *step;
  return path;
}

Position Document::PositionInside(const DocumentNode& node, std::size_t offset) const {
  if (node.end_offset <= node.begin_offset || node.end_offset > text_.size()) return node.begin;
  const auto source = std::string_view(text_).substr(node.begin_offset, node.end_offset - node.begin_offset);
  return PositionOfByte(text_, node.begin_offset + SourceOffset(node.style, source, node.text, offset));
}

}  // namespace weft::dsl
