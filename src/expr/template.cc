#include "expr/template.h"

#include <algorithm>
#include <variant>

#include "base/encode.h"
#include "expr/scan.h"

namespace weft::expr {
namespace {

struct SecretName {
  std::string name;
};

using Part = std::variant<std::string, Expression, SecretName>;

/// Whether scheme, host and port of a URL are complete in what stands before an insertion.
bool AuthorityIsOver(std::string_view before) {
  const auto scheme = before.find("://");
  return scheme != std::string_view::npos && before.find_first_of("/?#", scheme + 3) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Result<void> CheckHeader(std::string_view text) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (text.find_first_of(kForbidden) == std::string_view::npos) return {};
  return Fail("http.header", "a header value holds a line break or NUL");
}

std::expected<Part, ParseProblem> ParsePart(std::string_view text, Mode mode, std::span<const std::string> aliases) {
  auto expression = Expression::Parse(text, mode, aliases);
  if (!expression) return std::unexpected(expression.error());
  for (const auto& read : expression->reads()) {
    if (read.name != Name::kSecrets) continue;
    const auto trimmed = Trim(text);
    if (read.path.size() == 1 &&
        (trimmed == "$secrets." + read.path[0] || trimmed == "$secrets[\"" + read.path[0] + "\"]")) {
      return SecretName{read.path[0]};
    }
    return std::unexpected(ParseProblem{"`$secrets.NAME` must stand alone between its braces",
                                        "write for example `Bearer ${ $secrets.token }`", read.offset, read.length});
  }
  return *std::move(expression);
}

}  // namespace

struct Template::Impl {
  struct List {
    std::vector<Template> items;
  };
  struct Map {
    std::vector<std::pair<std::string, Template>> fields;
  };
  struct Parts {
    std::vector<Part> parts;
    Place place = Place::kPlain;
  };
  std::variant<Value, Expression, Parts, List, Map> content;

  /// `path` is where the result will stand; secrets are only collected when `secrets` is given.
  Result<Value> Evaluate(const Scope& scope, std::vector<std::string>& path, std::vector<SecretText>* secrets) const;
  static Result<Value> Join(const Parts& parts, const Scope& scope, const std::vector<std::string>& path,
                            std::vector<SecretText>* secrets);
};

Template Template::Literal(Value value) {
  Template made;
  made.impl_ = std::make_shared<Impl>(Impl{std::move(value)});
  return made;
}

std::expected<Template, std::vector<ParseProblem>> Template::Text(std::string_view text, Place place,
                                                                  std::span<const std::string> item_aliases) {
  if (text.find("${") == std::string_view::npos) return Literal(Value(text));
  auto scan = ScanText(text);
  std::vector<Problem> problems;
  Impl::Parts parts{.parts = {}, .place = place};
  for (auto& piece : scan.pieces) {
    if (!piece.is_expression) {
      parts.parts.emplace_back(std::move(piece.text));
      continue;
    }
    auto part = ParsePart(piece.text, Mode::kValue, item_aliases);
    if (part) {
      parts.parts.push_back(*std::move(part));
    } else {
      part.error().offset += piece.offset;
      problems.push_back(std::move(part).error());
    }
  }
  if (scan.unclosed) {
    problems.push_back({"this `${` is never closed", "close it with `}`, or write `$${` for the text itself",
                        scan.unclosed->offset, 2});
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  Template made;
  if (parts.parts.size() == 1 && place != Place::kHeader && std::holds_alternative<Expression>(parts.parts.front())) {
    made.impl_ = std::make_shared<Impl>(Impl{std::get<Expression>(std::move(parts.parts.front()))});
  } else if (parts.parts.empty() ||
             (parts.parts.size() == 1 && std::holds_alternative<std::string>(parts.parts.front()))) {
    return Literal(Value(parts.parts.empty() ? std::string() : std::get<std::string>(parts.parts.front())));
  } else {
    made.impl_ = std::make_shared<Impl>(Impl{std::move(parts)});
  }
  return made;
}

std::expected<Template, std::vector<ParseProblem>> Template::Expr(std::string_view text, Mode mode,
                                                                  std::span<const std::string> item_aliases) {
  std::string_view program = text;
  std::size_t shift = 0;
  if (text.find("${") != std::string_view::npos) {
    const auto scan = ScanText(text);
    const bool single =
        !scan.unclosed && std::ranges::count_if(scan.pieces, &Piece::is_expression) == 1 &&
        std::ranges::all_of(scan.pieces, [](const Piece& p) { return p.is_expression || Trim(p.text).empty(); });
    if (!single) return Text(text, Place::kPlain, item_aliases);
    const auto piece = std::ranges::find_if(scan.pieces, &Piece::is_expression);
    shift = piece->offset;
    program = text.substr(shift, piece->text.size());
  }
  auto part = ParsePart(program, mode, item_aliases);
  if (!part) {
    part.error().offset += shift;
    return std::unexpected(std::vector{std::move(part).error()});
  }
  Template made;
  if (auto* expression = std::get_if<Expression>(&*part)) {
    made.impl_ = std::make_shared<Impl>(Impl{std::move(*expression)});
  } else {
    Impl::Parts parts;
    parts.parts.push_back(*std::move(part));
    made.impl_ = std::make_shared<Impl>(Impl{std::move(parts)});
  }
  return made;
}

Template Template::List(std::vector<Template> items) {
  if (std::ranges::all_of(items, &Template::IsLiteral)) {
    auto list = Value::EmptyArray();
    for (const auto& item : items) list.Append(*item.AsLiteral());
    return Literal(std::move(list));
  }
  Template made;
  made.impl_ = std::make_shared<Impl>(Impl{Impl::List{std::move(items)}});
  return made;
}

Template Template::Map(std::vector<std::pair<std::string, Template>> fields) {
  if (std::ranges::all_of(fields, [](const auto& field) { return field.second.IsLiteral(); })) {
    auto map = Value::EmptyObject();
    for (const auto& [key, value] : fields) map.Set(key, *value.AsLiteral());
    return Literal(std::move(map));
  }
  Template made;
  made.impl_ = std::make_shared<Impl>(Impl{Impl::Map{std::move(fields)}});
  return made;
}

Result<Value> Template::Impl::Join(const Parts& parts, const Scope& scope, const std::vector<std::string>& path,
                                   std::vector<SecretText>* secrets) {
  std::vector<Segment> segments(1);
  std::string before;  // of a URL: the text so far, with a stand-in for secrets
  const bool url = parts.place == Place::kUrl && parts.parts.size() > 1;
  for (const auto& part : parts.parts) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      segments.back().literal += *literal;
      before += *literal;
      continue;
    }
    if (url && !AuthorityIsOver(before)) {
      return Fail(
          "http.url",
          "a value inserted into a URL cannot supply its scheme, host or port; write the whole URL as one expression");
    }
    if (const auto* secret = std::get_if<SecretName>(&part)) {
      if (secrets == nullptr) return Fail("expression", "`$secrets." + secret->name + "` cannot be used here");
      segments.push_back({.literal = {}, .secret = secret->name, .percent_encode = url});
      segments.emplace_back();
      continue;
    }
    const auto& expression = std::get<Expression>(part);
    WEFT_TRY(const auto value, expression.Evaluate(scope));
    if (value.IsNull()) {
      return Fail("expression",
                  "`" + expression.text() +
                      "` is null and cannot be inserted into text; write `// \"\"` behind it to allow that");
    }
    auto text = value.IsString() ? value.AsString() : value.Dump();
    if (url) text = PercentEncode(text);
    segments.back().literal += text;
    before += text;
  }
  if (parts.place == Place::kHeader) {
    for (const auto& segment : segments) WEFT_TRY_VOID(CheckHeader(segment.literal));
  }
  if (segments.size() == 1) return Value(segments.front().literal);
  std::erase_if(segments, [](const Segment& s) { return s.literal.empty() && s.secret.empty(); });
  secrets->push_back({path, std::move(segments)});
  return Value();
}

Result<Value> Template::Impl::Evaluate(const Scope& scope, std::vector<std::string>& path,
                                       std::vector<SecretText>* secrets) const {
  if (const auto* value = std::get_if<Value>(&content)) return *value;
  if (const auto* expression = std::get_if<Expression>(&content)) return expression->Evaluate(scope);
  if (const auto* parts = std::get_if<Parts>(&content)) return Join(*parts, scope, path, secrets);
  if (const auto* list = std::get_if<List>(&content)) {
    auto result = Value::EmptyArray();
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      path.push_back(std::to_string(i));
      WEFT_TRY(auto item, list->items[i].impl_->Evaluate(scope, path, secrets));
      path.pop_back();
      result.Append(std::move(item));
    }
    return result;
  }
  auto result = Value::EmptyObject();
  for (const auto& [key, field] : std::get<Map>(content).fields) {
    path.push_back(key);
    WEFT_TRY(auto value, field.impl_->Evaluate(scope, path, secrets));
    path.pop_back();
    result.Set(key, std::move(value));
  }
  return result;
}

Result<Value> Template::Evaluate(const Scope& scope) const {
  if (empty()) return Value();
  std::vector<std::string> path;
  return impl_->Evaluate(scope, path, nullptr);
}

Result<Evaluated> Template::EvaluateWithSecrets(const Scope& scope) const {
  Evaluated result;
  if (empty()) return result;
  std::vector<std::string> path;
  WEFT_TRY(result.value, impl_->Evaluate(scope, path, &result.secrets));
  return result;
}

bool Template::empty() const { return impl_ == nullptr; }
bool Template::IsLiteral() const { return AsLiteral() != nullptr; }
const Value* Template::AsLiteral() const { return impl_ == nullptr ? nullptr : std::get_if<Value>(&impl_->content); }

const Expression* Template::AsExpression() const {
  return impl_ == nullptr ? nullptr : std::get_if<Expression>(&impl_->content);
}

template <class Visit>
void Template::VisitExpressions(const Visit& visit) const {
  if (impl_ == nullptr) return;
  if (const auto* expression = std::get_if<Expression>(&impl_->content)) visit(*expression);
  if (const auto* parts = std::get_if<Impl::Parts>(&impl_->content)) {
    for (const auto& part : parts->parts) {
      if (const auto* expression = std::get_if<Expression>(&part)) visit(*expression);
    }
  }
  if (const auto* list = std::get_if<Impl::List>(&impl_->content)) {
    for (const auto& item : list->items) item.VisitExpressions(visit);
  }
  if (const auto* map = std::get_if<Impl::Map>(&impl_->content)) {
    for (const auto& [key, field] : map->fields) field.VisitExpressions(visit);
  }
}

void Template::CollectReads(std::vector<const Read*>& out) const {
  VisitExpressions([&](const Expression& expression) {
    for (const auto& read : expression.reads()) out.push_back(&read);
  });
}

bool Template::MayReadDot() const {
  bool may = false;
  VisitExpressions([&](const Expression& expression) { may = may || expression.MayReadDot(); });
  return may;
}

void Template::CollectSecrets(std::vector<std::string>& out) const {
  if (impl_ == nullptr) return;
  if (const auto* parts = std::get_if<Impl::Parts>(&impl_->content)) {
    for (const auto& part : parts->parts) {
      if (const auto* secret = std::get_if<SecretName>(&part)) out.push_back(secret->name);
    }
  }
  if (const auto* list = std::get_if<Impl::List>(&impl_->content)) {
    for (const auto& item : list->items) item.CollectSecrets(out);
  }
  if (const auto* map = std::get_if<Impl::Map>(&impl_->content)) {
    for (const auto& [key, field] : map->fields) field.CollectSecrets(out);
  }
}

bool Template::ReadsOnlyDotAndVars() const {
  const auto* expression = AsExpression();
  return IsLiteral() || (expression != nullptr && expression->ReadsOnlyDotAndVars());
}

}  // namespace weft::expr
