#include "cli/inline_python.h"

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

#include "cli/file.h"
#include "dsl/document.h"
#include "expr/value.h"

namespace weft::cli {
namespace {

using dsl::DocumentNode;

void FindFiles(const DocumentNode& node, std::vector<const DocumentNode::Entry*>& found) {
  for (const auto* item : node.items) FindFiles(*item, found);
  for (const auto& entry : node.entries) {
    if (entry.key->text == "python" && entry.value->IsMap()) {
      for (const auto& inner : entry.value->entries) {
        if (inner.key->text == "file" && inner.value->IsString()) found.push_back(&inner);
      }
    }
    FindFiles(*entry.value, found);
  }
}

std::size_t Quotes(const DocumentNode& node) {
  return node.style == DocumentNode::Style::kSingleQuoted || node.style == DocumentNode::Style::kDoubleQuoted ? 1 : 0;
}

/// Whether a literal block says the code as it is.
bool FitsBlock(std::string_view code) {
  return !code.empty() && code.front() != ' ' && code.front() != '\n' && code.front() != '\t' &&
         std::ranges::all_of(code,
                             [](char c) { return c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20; });
}

std::string Block(std::string_view code, std::size_t indent) {
  const auto newlines = code.size() - (code.find_last_not_of('\n') + 1);
  std::string text = newlines == 0 ? "|-" : newlines == 1 ? "|" : "|+";
  code.remove_suffix(newlines == 0 ? 0 : 1);
  for (const auto line : std::views::split(code, '\n')) {
    text += '\n';
    if (!line.empty()) text.append(indent, ' ').append(line.begin(), line.end());
  }
  return text;
}

/// What stands before the place in its line.
std::string_view LineBefore(std::string_view text, std::size_t at) {
  const auto line = text.substr(0, at).rfind('\n');
  return text.substr(line == std::string_view::npos ? 0 : line + 1,
                     at - (line == std::string_view::npos ? 0 : line + 1));
}

}  // namespace

Result<std::string> InlinePython(const std::string& path, std::string text) {
  std::vector<dsl::Diagnostic> problems;
  const auto document = dsl::Document::FromYaml(text, problems);
  if (document.root() == nullptr) return text;
  std::vector<const DocumentNode::Entry*> files;
  FindFiles(*document.root(), files);
  std::ranges::sort(files, std::greater(), [](const auto* entry) { return entry->key->begin_offset; });
  for (const auto* entry : files) {
    WEFT_TRY(const auto code, ReadBeside(path, entry->value->text));
    const auto begin = entry->key->begin_offset - Quotes(*entry->key);
    const auto end = entry->value->end_offset + Quotes(*entry->value);
    const auto before = LineBefore(text, begin);
    const bool block = before.find_first_not_of(' ') == std::string_view::npos && FitsBlock(code);
    text.replace(begin, end - begin, "code: " + (block ? Block(code, before.size() + 2) : expr::Value(code).Dump()));
  }
  return text;
}

}  // namespace weft::cli
