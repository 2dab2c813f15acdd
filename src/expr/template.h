#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace weft::expr {

/// A piece of an argument whose secrets are still only named: either literal text or the name of a secret.
struct Segment {
  std::string literal;
  std::string secret;           ///< not empty: stands for the value of that secret
  bool percent_encode = false;  ///< the secret's value goes into a URL, encoded

  friend bool operator==(const Segment&, const Segment&) = default;
};

/// A string that becomes known only on the worker, at `path` of the evaluated value (keys and decimal indices).
struct SecretText {
  std::vector<std::string> path;
  std::vector<Segment> segments;

  friend bool operator==(const SecretText&, const SecretText&) = default;
};

/// What a template gives: the value, with null wherever a string holds a secret, and those strings' segments.
struct Evaluated {
  Value value;
  std::vector<SecretText> secrets;
};

/// Where the text stands, which decides how insertions behave.
enum class Place {
  kPlain,   ///< strings are inserted as they are, everything else as JSON; null is a failure
  kUrl,     ///< values inserted into longer text are percent-encoded and cannot supply scheme, host or port
  kHeader,  ///< CR, LF and NUL are a failure
};

/// A YAML value with `${ … }` inside: a literal, one expression (which gives its JSON value), text with insertions, or
/// a list or map of such. Data is never evaluated twice. `$${` is a literal `${`.
class Template {
 public:
  /// A problem at a byte offset of the text of one string of the template.
  using Problem = ParseProblem;

  Template() = default;
  /// A value without expressions.
  static Template Literal(Value value);
  /// A string scalar. All problems of its expressions.
  static std::expected<Template, std::vector<Problem>> Text(std::string_view text, Place place = Place::kPlain,
                                                            std::span<const std::string> item_aliases = {});
  /// A field marked EXPR in the language: `${ }` may be omitted. `mode` is kCondition for when, while, until, switch.
  static std::expected<Template, std::vector<Problem>> Expr(std::string_view text, Mode mode,
                                                            std::span<const std::string> item_aliases = {});
  static Template List(std::vector<Template> items);
  static Template Map(std::vector<std::pair<std::string, Template>> fields);

  /// Fails with code `expression`, `http.url` or `http.header`; the message names the expression. Templates with
  /// secrets need EvaluateWithSecrets.
  [[nodiscard]] Result<Value> Evaluate(const Scope& scope) const;
  [[nodiscard]] Result<Evaluated> EvaluateWithSecrets(const Scope& scope) const;

  [[nodiscard]] bool empty() const;      ///< default-constructed: nothing was written
  [[nodiscard]] bool IsLiteral() const;  ///< no expression anywhere
  [[nodiscard]] const Value* AsLiteral() const;
  /// Every read of every expression inside.
  void CollectReads(std::vector<const Read*>& out) const;
  /// False if no expression inside can read `.`.
  [[nodiscard]] bool MayReadDot() const;
  /// The secrets it names, in the order written.
  void CollectSecrets(std::vector<std::string>& out) const;
  /// For a template of one expression (or a literal): whether it reads nothing else.
  [[nodiscard]] bool ReadsOnlyDotAndVars() const;
  /// The single expression's text, if the template is exactly one (used to send `output:` to a worker).
  [[nodiscard]] const Expression* AsExpression() const;

 private:
  struct Impl;
  template <class Visit>
  void VisitExpressions(const Visit& visit) const;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace weft::expr
