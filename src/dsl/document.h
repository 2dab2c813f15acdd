#pragma once

#include <cstddef>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic.h"
#include "expr/value.h"

namespace weft::dsl {

/// A value of a file with its place. Maps keep the order in which they were written.
struct DocumentNode {
  enum class Type { kNull, kBool, kNumber, kString, kList, kMap };
  enum class Style { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };
  struct Entry {
    DocumentNode* key = nullptr;  ///< a scalar; its `text` is the key
    DocumentNode* value = nullptr;
  };

  Type type = Type::kNull;
  Style style = Style::kPlain;
  std::string text;  ///< of a string or key: the text; of a number or boolean: its JSON
  std::vector<DocumentNode*> items;
  std::vector<Entry> entries;
  const DocumentNode* parent = nullptr;  ///< of a key: the map
  /// Bytes of the file: of a quoted or block scalar, what stands inside.
  std::size_t begin_offset = 0, end_offset = 0;
  Position begin, end;  ///< quotes included

  [[nodiscard]] bool IsString() const { return type == Type::kString; }
  [[nodiscard]] bool IsMap() const { return type == Type::kMap; }
  [[nodiscard]] bool IsList() const { return type == Type::kList; }
  /// The value at a key of a map, or null.
  [[nodiscard]] const DocumentNode* Get(std::string_view key) const;
  /// Where a JSON pointer leads, or as far as it leads anywhere.
  [[nodiscard]] const DocumentNode& Find(std::string_view pointer) const;
  /// The value as data; integers of any size stay as they are.
  [[nodiscard]] expr::Value ToValue() const;
  /// The same as JSON text, with keys in the order in which they were written.
  [[nodiscard]] std::string ToJson() const;
};

/// A parsed file. Its nodes live as long as it does. One thread at a time.
class Document {
 public:
  /// Bounds that make hostile files fail quickly.
  static constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
  static constexpr int kMaxDepth = 64;
  static constexpr std::size_t kMaxAliasNodes = 20'000;
  static constexpr std::size_t kMaxAliasBytes = std::size_t{1024} * 1024;

  /// Reads one YAML 1.2 document with the core schema. Aliases are expanded; merge keys are refused, since YAML 1.2 has
  /// none. Problems have the codes `syntax`, `duplicate-key` and `limit`; with a duplicate key alone the rest is read.
  static Document FromYaml(std::string text, std::vector<Diagnostic>& problems);
  /// Reads JSON without places, many times faster. Fails with code `validation`.
  static Result<Document> FromJson(std::string_view json);

  /// Null if the text could not be read.
  [[nodiscard]] const DocumentNode* root() const { return root_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  /// JSON pointer.
  [[nodiscard]] static std::string PathOf(const DocumentNode& node);
  /// Where a byte of a string's `text` stands in the file; beyond its end, the string's end.
  [[nodiscard]] Position PositionInside(const DocumentNode& node, std::size_t offset) const;

 private:
  friend class YamlReader;
  friend class JsonReader;
  DocumentNode* Add() { return &nodes_.emplace_back(); }

  std::string text_;
  std::deque<DocumentNode> nodes_;
  const DocumentNode* root_ = nullptr;
};

/// Resolves a plain scalar by the YAML 1.2 core schema: `type` and `text` of the result. `.inf` and `.nan`, which JSON
/// lacks, stay strings.
struct ResolvedScalar {
  DocumentNode::Type type = DocumentNode::Type::kString;
  std::string text;
};
ResolvedScalar ResolvePlainScalar(std::string_view text);

}  // namespace weft::dsl
