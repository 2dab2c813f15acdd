#include <libfyaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "base/utf8.h"
#include "dsl/document.h"
#include "dsl/yaml_problem.h"

namespace weft::dsl {
namespace {

constexpr std::size_t kMaxNodes = 200'000;
/// Of those that are reported.
constexpr int kMaxDuplicates = 100;

struct Deleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
using Diag = std::unique_ptr<fy_diag, Deleter>;
using Parser = std::unique_ptr<fy_parser, Deleter>;

Diag MakeDiag() {
  fy_diag_cfg config;
  fy_diag_cfg_default(&config);
  config.fp = nullptr;
  config.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
  config.level = FYET_ERROR;
  Diag diag(fy_diag_create(&config));
  if (diag) fy_diag_set_collect_errors(diag.get(), true);
  return diag;
}

std::string_view TextOf(fy_token* token) {
  std::size_t length = 0;
  const char* text = token == nullptr ? nullptr : fy_token_get_text(token, &length);
  return text == nullptr ? std::string_view() : std::string_view(text, length);
}

/// YAML allows no others, but libfyaml does.
bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

Position PositionOf(const fy_mark& mark) { return {mark.line + 1, mark.column + 1}; }

DocumentNode::Style StyleOf(fy_token* token) {
  switch (fy_token_scalar_style(token)) {
    case FYSS_SINGLE_QUOTED: return DocumentNode::Style::kSingleQuoted;
    case FYSS_DOUBLE_QUOTED: return DocumentNode::Style::kDoubleQuoted;
    case FYSS_LITERAL: return DocumentNode::Style::kLiteral;
    case FYSS_FOLDED: return DocumentNode::Style::kFolded;
    default: return DocumentNode::Style::kPlain;
  }
}

}  // namespace

/// Builds the tree from libfyaml's events, of which only the first problem is known: libfyaml stops there.
class YamlReader {
 public:
  YamlReader(Document& document, std::vector<Diagnostic>& problems) : document_(document), problems_(problems) {}

  void Read() {
    const auto diag = MakeDiag();
    if (!diag) return Problem({}, {"out of memory", {}});
    const fy_parse_cfg config{
        .search_path = "",
        .flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_ALLOW_DUPLICATE_KEYS),
        .userdata = nullptr,
        .diag = diag.get()};
    const Parser parser(fy_parser_create(&config));
    if (!parser || fy_parser_set_string(parser.get(), document_.text_.data(), document_.text_.size()) != 0) {
      return Problem({}, {"out of memory", {}});
    }
    while (auto* event = fy_parser_parse(parser.get())) {
      const bool go_on = Take(*event);
      fy_parser_event_free(parser.get(), event);
      if (!go_on) return;
    }
    if (fy_parser_get_stream_error(parser.get())) return ReportStreamError(*diag);
    if (root_ == nullptr) root_ = document_.Add();  // nothing but comments
    document_.root_ = root_;
  }

 private:
  struct Open {
    DocumentNode* node;
    DocumentNode* key = nullptr;  ///< of a map: waits for its value
    bool duplicate = false;       ///< the key stood before; its value is read and dropped
    std::map<std::string_view, const DocumentNode*> keys;
  };

  void Problem(Position at, YamlProblem problem, std::string code = "syntax") {
    problems_.push_back({.severity = Severity::kError,
                         .code = std::move(code),
                         .message = std::move(problem.message),
                         .hint = std::move(problem.hint),
                         .begin = at,
                         .end = {at.line, at.column + 1},
                         .path = {}});
  }

  void ReportStreamError(fy_diag& diag) {
    void* previous = nullptr;
    const auto* error = fy_diag_errors_iterate(&diag, &previous);
    if (error == nullptr) return Problem({}, {"this is not YAML", {}});
    const std::string_view message = error->msg == nullptr ? "" : error->msg;
    Position at{std::max(error->line, 1), std::max(error->column, 1)};
    if (message.contains("without closing quote") && at.column > 1) --at.column;
    const auto& text = document_.text_;
    const auto bracket = [&](const Open& open) { return text.substr(open.node->begin_offset, 1); };
    if (at > PositionOfByte(text, text.find_last_not_of(" \r\n") + 1) && !open_.empty()) {
      if (bracket(open_.back()) == "{")
        return Problem(open_.back().node->begin, {"this map is not closed", "close it with `}`"});
      if (bracket(open_.back()) == "[")
        return Problem(open_.back().node->begin, {"this list is not closed", "close it with `]`"});
    }
    Problem(at, ExplainYamlProblem(message, text, at));
  }

  /// False to stop.
  bool Take(fy_event& event) {
    switch (event.type) {
      case FYET_DOCUMENT_START: return TakeDocumentStart(event);
      case FYET_MAPPING_START:
        return Begin(DocumentNode::Type::kMap, event.mapping_start.mapping_start, event.mapping_start.anchor,
                     event.mapping_start.tag);
      case FYET_SEQUENCE_START:
        return Begin(DocumentNode::Type::kList, event.sequence_start.sequence_start, event.sequence_start.anchor,
                     event.sequence_start.tag);
      case FYET_MAPPING_END: return End(event.mapping_end.mapping_end);
      case FYET_SEQUENCE_END: return End(event.sequence_end.sequence_end);
      case FYET_SCALAR: return TakeScalar(event);
      case FYET_ALIAS: return TakeAlias(event.alias.anchor);
      default: return true;
    }
  }

  bool TakeDocumentStart(fy_event& event) {
    if (documents_++ == 0) return true;
    auto at = last_;
    if (const auto* mark = event.document_start.document_start == nullptr
                               ? nullptr
                               : fy_token_start_mark(event.document_start.document_start)) {
      at = PositionOf(*mark);
    }
    Problem(at, {"a second document begins here", "write one workflow per file"});
    return false;
  }

  bool ExpectsKey() const { return !open_.empty() && open_.back().node->IsMap() && open_.back().key == nullptr; }

  /// Puts a node where it belongs. A key waits for its value.
  bool Place(DocumentNode* node) {
    if (document_.nodes_.size() > kMaxNodes) {
      Problem(node->begin, {"the file has more than 200,000 values", "split the workflow, or move data out of it"},
              "limit");
      return false;
    }
    if (open_.empty()) {
      root_ = node;
      return true;
    }
    auto& open = open_.back();
    node->parent = open.node;
    if (open.node->IsList()) {
      open.node->items.push_back(node);
    } else if (open.key == nullptr) {
      return PlaceKey(open, node);
    } else {
      auto* key = std::exchange(open.key, nullptr);
      if (!open.duplicate) open.node->entries.push_back({key, node});
    }
    return true;
  }

  bool PlaceKey(Open& open, DocumentNode* key) {
    if (key->IsMap() || key->IsList()) {
      Problem(key->begin, {"a key must be a text, not a list or a map", {}});
      return false;
    }
    if (key->text == "<<" && key->style == DocumentNode::Style::kPlain) {
      Problem(key->begin, {"merge keys (`<<`) are not part of YAML 1.2",
                           "write the keys out, or use an alias for the whole value"});
      return false;
    }
    open.key = key;
    const auto [first, is_new] = open.keys.emplace(key->text, key);
    open.duplicate = !is_new;
    if (is_new || ++duplicates_ > kMaxDuplicates) return true;
    problems_.push_back({.severity = Severity::kError,
                         .code = "duplicate-key",
                         .message = "`" + key->text + "` is written twice; first at " +
                                    std::to_string(first->second->begin.line) + ":" +
                                    std::to_string(first->second->begin.column),
                         .hint = {},
                         .begin = key->begin,
                         .end = key->end,
                         .path = Document::PathOf(*first->second)});
    return true;
  }

  bool Begin(DocumentNode::Type type, fy_token* token, fy_token* anchor, fy_token* tag) {
    auto* node = document_.Add();
    node->type = type;
    SetPlace(*node, token);
    if (open_.size() >= Document::kMaxDepth) {
      Problem(node->begin, {"the file nests more than 64 levels", {}});
      return false;
    }
    const auto name = TextOf(tag);
    if (!name.empty() &&
        name != (type == DocumentNode::Type::kMap ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq")) {
      return RefuseTag(tag);
    }
    if (!Place(node)) return false;
    if (anchor != nullptr) anchors_.insert_or_assign(std::string(TextOf(anchor)), node);
    open_.push_back({.node = node, .key = nullptr, .duplicate = false, .keys = {}});
    return true;
  }

  bool End(fy_token* token) {
    auto& node = *open_.back().node;
    const auto* start = token == nullptr ? nullptr : fy_token_start_mark(token);
    const auto* end = token == nullptr ? nullptr : fy_token_end_mark(token);
    if (start != nullptr && end != nullptr && end->input_pos > start->input_pos) {
      node.end = PositionOf(*end);
      node.end_offset = end->input_pos;
    } else {  // a block ends where its last value does
      const DocumentNode* last = nullptr;
      if (!node.items.empty()) last = node.items.back();
      if (!node.entries.empty()) last = node.entries.back().value;
      if (last != nullptr) {
        node.end = last->end;
        node.end_offset = last->end_offset;
      }
    }
    last_ = node.end;
    open_.pop_back();
    return true;
  }

  void SetPlace(DocumentNode& node, fy_token* token) {
    const auto* start = token == nullptr ? nullptr : fy_token_start_mark(token);
    const auto* end = token == nullptr ? nullptr : fy_token_end_mark(token);
    if (start == nullptr || end == nullptr) {  // an empty value stands where its key does
      const auto* beside = !open_.empty() && open_.back().key != nullptr ? open_.back().key : nullptr;
      node.begin = beside == nullptr ? last_ : beside->begin;
      node.end = beside == nullptr ? last_ : beside->end;
      return;
    }
    node.begin_offset = start->input_pos;
    node.end_offset = end->input_pos;
    node.begin = PositionOf(*start);
    node.end = PositionOf(*end);
    last_ = node.end;
  }

  bool TakeScalar(fy_event& event) {
    auto* node = document_.Add();
    auto* token = event.scalar.value;
    SetPlace(*node, token);
    if (token != nullptr) node->style = StyleOf(token);
    const auto text = TextOf(token);
    using Style = DocumentNode::Style;
    if (node->style == Style::kSingleQuoted || node->style == Style::kDoubleQuoted) {
      --node->begin.column;
      ++node->end.column;
    }
    if (node->style == Style::kLiteral || node->style == Style::kFolded) {
      const auto& source = document_.text_;
      for (auto at = node->begin_offset; at < source.size() && source[at] == ' '; ++at) ++node->begin.column;
      if (!IsIndented(*node)) {
        Problem(node->begin,
                {"this text is not indented more than the lines around it", "indent it by two spaces more"});
        return false;
      }
    }
    if (node->style != Style::kPlain || ExpectsKey()) {
      node->type = DocumentNode::Type::kString;
      node->text = text;
    } else {
      auto resolved = ResolvePlainScalar(text);
      node->type = resolved.type;
      node->text = std::move(resolved.text);
    }
    if (const auto tag = TextOf(event.scalar.tag); !tag.empty() && !ApplyTag(*node, tag, text)) {
      return RefuseTag(event.scalar.tag);
    }
    if (!Place(node)) return false;
    if (event.scalar.anchor != nullptr) anchors_.insert_or_assign(std::string(TextOf(event.scalar.anchor)), node);
    return true;
  }

  /// Whether a block scalar stands deeper than what it belongs to. libfyaml takes some that do not, and then fills
  /// their text with whatever the memory held.
  bool IsIndented(const DocumentNode& block) const {
    const std::string_view source = document_.text_;
    const auto first = source.find_first_not_of(" \r\n", block.begin_offset);
    if (open_.empty() || first == std::string_view::npos || first >= block.end_offset) return true;
    const auto line = source.rfind('\n', first) + 1;
    return first - line >= static_cast<std::size_t>(open_.back().node->begin.column);
  }

  /// Whether the tag fits the value.
  static bool ApplyTag(DocumentNode& node, std::string_view tag, std::string_view text) {
    using Type = DocumentNode::Type;
    if (tag == "tag:yaml.org,2002:str" || tag == "!") {
      node.type = Type::kString;
      node.text = text;
      return true;
    }
    const bool number = tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float";
    return (number && node.type == Type::kNumber) || (tag == "tag:yaml.org,2002:bool" && node.type == Type::kBool) ||
           (tag == "tag:yaml.org,2002:null" && node.type == Type::kNull);
  }

  bool RefuseTag(fy_token* tag) {
    constexpr std::string_view kStandard = "tag:yaml.org,2002:";
    DocumentNode place;
    SetPlace(place, tag);
    std::string name(TextOf(tag));
    if (name.starts_with(kStandard)) name.replace(0, kStandard.size(), "!!");
    Problem(place.begin, {"the tag `" + name + "` does not fit here", "leave the tag out"});
    return false;
  }

  bool TakeAlias(fy_token* token) {
    DocumentNode place;
    SetPlace(place, token);
    if (place.begin.column > 1) --place.begin.column;  // the `*`
    const std::string name(TextOf(token));
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      Problem(place.begin, {"there is no anchor `&" + name + "` before this alias", {}});
      return false;
    }
    const bool inside_itself = std::ranges::any_of(open_, [&](const Open& open) { return open.node == found->second; });
    if (inside_itself) {
      Problem(place.begin, {"the alias `*" + name + "` stands inside the value it repeats", {}});
      return false;
    }
    auto* copy = Copy(*found->second, open_.size());
    if (copy == nullptr) {
      Problem(place.begin, {"the aliases of this file stand for too much: more than 20,000 values, 1 MB or 64 levels",
                            "write fewer aliases"});
      return false;
    }
    copy->begin = place.begin;
    copy->end = place.end;
    return Place(copy);
  }

  DocumentNode* Copy(const DocumentNode& from, std::size_t depth) {
    alias_bytes_ += from.text.size();
    if (++alias_nodes_ > Document::kMaxAliasNodes || alias_bytes_ > Document::kMaxAliasBytes ||
        depth > Document::kMaxDepth)
      return nullptr;
    auto* to = document_.Add();
    *to = from;
    for (auto& item : to->items) {
      if ((item = Copy(*item, depth + 1)) == nullptr) return nullptr;
      item->parent = to;
    }
    for (auto& entry : to->entries) {
      entry.key = Copy(*entry.key, depth + 1);
      entry.value = entry.key == nullptr ? nullptr : Copy(*entry.value, depth + 1);
      if (entry.value == nullptr) return nullptr;
      entry.key->parent = entry.value->parent = to;
    }
    return to;
  }

  Document& document_;
  std::vector<Diagnostic>& problems_;
  std::vector<Open> open_;
  std::map<std::string, const DocumentNode*, std::less<>> anchors_;
  DocumentNode* root_ = nullptr;
  Position last_;
  int documents_ = 0;
  int duplicates_ = 0;
  std::size_t alias_nodes_ = 0, alias_bytes_ = 0;
};

Document Document::FromYaml(std::string text, std::vector<Diagnostic>& problems) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  Document document;
  document.text_ = std::move(text);
  if (document.text_.starts_with(kByteOrderMark)) document.text_.erase(0, kByteOrderMark.size());
  const auto refuse = [&](std::string code, std::string message, std::string hint, std::size_t offset) {
    const auto at = PositionOfByte(document.text_, offset);
    problems.push_back({.severity = Severity::kError,
                        .code = std::move(code),
                        .message = std::move(message),
                        .hint = std::move(hint),
                        .begin = at,
                        .end = {at.line, at.column + 1},
                        .path = {}});
  };
  if (document.text_.size() > kMaxBytes) {
    refuse("limit", "the file is larger than 1 MB", "move data out of the workflow, or split it", 0);
  } else if (const auto bad = FindInvalidUtf8(document.text_)) {
    refuse("syntax", "this is not valid UTF-8", "save the file as UTF-8", *bad);
  } else if (const auto control = std::ranges::find_if(document.text_, IsControl); control != document.text_.end()) {
    refuse("syntax", "a control character", "remove it, or write it as `\\x1b` in double quotes",
           static_cast<std::size_t>(control - document.text_.begin()));
  } else {
    YamlReader(document, problems).Read();
  }
  return document;
}

}  // namespace weft::dsl
