#include "expr/expression.h"

#include <algorithm>
#include <array>

#include "expr/builtins.h"
#include "expr/path.h"
#include "expr/program.h"
#include "expr/syntax_problem.h"

extern "C" {
#include <weft_parse.h>
}

namespace weft::expr {
namespace {

constexpr std::array<std::pair<std::string_view, Name>, 10> kNames{{{"input", Name::kInput},
                                                                    {"nodes", Name::kNodes},
                                                                    {"trigger", Name::kTrigger},
                                                                    {"vars", Name::kVars},
                                                                    {"item", Name::kItem},
                                                                    {"index", Name::kIndex},
                                                                    {"previous", Name::kPrevious},
                                                                    {"error", Name::kError},
                                                                    {"run", Name::kRun},
                                                                    {"secrets", Name::kSecrets}}};

std::string NameList() {
  std::string list;
  for (const auto& [text, name] : kNames) list += std::string(text) + ' ';
  return list;
}

bool NestsTooDeep(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth > Limits::kNesting) return true;
  }
  return false;
}

struct Listing {
  std::string_view text;
  std::span<const std::string> aliases;
  std::vector<Read> reads;
  bool uses_now = false;
  std::optional<ParseProblem> problem;
};

void OnReference(void* data, const char* symbol, int arity, int start, int end) {
  auto& listing = *static_cast<Listing*>(data);
  const std::string_view name(symbol);
  auto offset = static_cast<std::size_t>(std::max(start, 0));
  const auto length = static_cast<std::size_t>(std::max(end - std::max(start, 0), 1));
  const auto report = [&](std::string message, std::string hint) {
    if (!listing.problem || offset < listing.problem->offset) {
      listing.problem = ParseProblem{std::move(message), std::move(hint), offset, length};
    }
  };
  if (arity >= 0) {
    if (name == "now") listing.uses_now = true;
    if (name.starts_with('*')) return report("`break` outside of its `label`", {});
    if (!IsBuiltin(name, arity)) report("`" + std::string(name) + "` is not a function", HintForFunction(name, arity));
    return;
  }
  // The place jq gives may begin before the `$`.
  if (const auto dollar = listing.text.find('$' + std::string(name), offset); dollar != std::string_view::npos)
    offset = dollar;
  Read read{.name = Name::kDot, .path = {}, .offset = offset, .length = name.size() + 1, .alias = {}};
  const auto found = std::ranges::find(kNames, name, &std::pair<std::string_view, Name>::first);
  if (found != kNames.end()) {
    read.name = found->second;
  } else if (std::ranges::find(listing.aliases, name) != listing.aliases.end()) {
    read.name = Name::kItem;
    read.alias = name;
  } else {
    std::string hint;
    if (const auto meant = DidYouMean(name, NameList())) hint = "did you mean `$" + *meant + "`?";
    if (name == "ENV") hint = "expressions cannot read the environment; give the value as an input";
    return report("`$" + std::string(name) + "` is not defined here", hint);
  }
  read.path = PathBehind(listing.text, offset + name.size() + 1);
  listing.reads.push_back(std::move(read));
}

const Value* ValueOf(const Scope& scope, const Read& read) {
  switch (read.name) {
    case Name::kDot: return &scope.dot;
    case Name::kInput: return &scope.input;
    case Name::kNodes: return &scope.nodes;
    case Name::kTrigger: return &scope.trigger;
    case Name::kVars: return &scope.vars;
    case Name::kIndex: return &scope.index;
    case Name::kPrevious: return &scope.previous;
    case Name::kError: return &scope.error;
    case Name::kRun: return &scope.run;
    case Name::kSecrets: return nullptr;
    case Name::kItem: break;
  }
  if (read.alias.empty()) return &scope.item;
  for (auto alias = scope.aliases.rbegin(); alias != scope.aliases.rend(); ++alias) {
    if (alias->first == read.alias) return &alias->second;
  }
  return &scope.item;
}

/// jq's message without its habits.
std::string Clean(std::string message) {
  for (const std::string_view prefix : {"jq: error: ", "syntax error: "}) {
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
  }
  return message;
}

std::string_view TextOf(Name wanted) {
  const auto found = std::ranges::find(kNames, wanted, &std::pair<std::string_view, Name>::second);
  return found == kNames.end() ? std::string_view() : found->first;
}

/// The values arrive as a list and are bound to their names in front of the program. A comment at its end may go on
/// over one line break, when that follows a backslash, but not over two.
std::string Wrap(std::string_view text, std::span<const Read> bound) {
  std::string wrapped = ". as [$__dot";
  for (const auto& read : bound) {
    wrapped += ", $";
    wrapped += read.alias.empty() ? TextOf(read.name) : std::string_view(read.alias);
  }
  wrapped += "] | $__dot | (";
  wrapped += text;
  wrapped += "\n\n)";
  return wrapped;
}

}  // namespace

struct Expression::Impl {
  std::string text;
  Mode mode = Mode::kValue;
  std::vector<Read> reads;
  bool uses_now = false;
  /// Answers programs that only follow a path, with the same results as jq.
  std::optional<PlainPath> plain;
  /// One read per distinct name, in the order in which the wrapped program takes their values.
  std::vector<Read> bound;
  std::string wrapped;

  [[nodiscard]] Error Problem(std::string what) const {
    constexpr std::size_t kShown = 120;
    auto end = std::min(text.size(), kShown);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    auto shown = end < text.size() ? text.substr(0, end) + " …" : text;
    return Error{"expression", "`" + shown + "`: " + std::move(what)};
  }
};

std::expected<Expression, ParseProblem> Expression::Parse(std::string_view text, Mode mode,
                                                          std::span<const std::string> item_aliases) {
  if (text.size() > Limits::kText)
    return std::unexpected(ParseProblem{"the expression is longer than 32 KB", {}, 0, 1});
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return std::unexpected(ParseProblem{"a NUL character in the expression", {}, nul, 1});
  }
  if (NestsTooDeep(text)) return std::unexpected(ParseProblem{"the expression nests more than 200 brackets", {}, 0, 1});
  auto impl = std::make_shared<Impl>();
  impl->text = text;
  impl->mode = mode;
  Listing listing{.text = impl->text, .aliases = item_aliases, .reads = {}, .uses_now = false, .problem = {}};
  std::array<char, 300> message{};
  int imports = 0;
  int start = -1;
  int end = -1;
  int errors = 0;
  {
    const Budget budget(mode, {}, Limits::kParseBytes);  // libjq computes with constants while it parses
    errors = weft_parse(Parser(), impl->text.data(), static_cast<int>(text.size()), OnReference, &listing, &imports,
                        &start, &end, message.data(), static_cast<int>(message.size()));
    if (!Budget::Exhausted().empty()) {
      return std::unexpected(ParseProblem{"the expression computes with constants that are too large", {}, 0, 1});
    }
  }
  if (errors != 0) {
    const auto offset = std::min(static_cast<std::size_t>(std::max(start, 0)), text.size());
    const auto length = static_cast<std::size_t>(std::max(end - start, 1));
    return std::unexpected(ExplainSyntax(text, offset, length, Clean(message.data())));
  }
  if (imports != 0) return std::unexpected(ParseProblem{"the expression gives no value, or loads a module", {}, 0, 1});
  if (listing.problem) return std::unexpected(*std::move(listing.problem));
  impl->reads = std::move(listing.reads);
  impl->uses_now = listing.uses_now;
  for (const auto& read : impl->reads) {
    const auto same = [&](const Read& other) { return other.name == read.name && other.alias == read.alias; };
    if (std::ranges::none_of(impl->bound, same)) impl->bound.push_back(read);
  }
  impl->plain = PlainPath::Parse(impl->text);
  if (impl->plain && impl->plain->FromVariable() == impl->bound.empty()) impl->plain.reset();  // `$__loc__`
  if (!impl->plain) impl->wrapped = Wrap(impl->text, impl->bound);
  return Expression(std::move(impl));
}

Result<Value> Expression::Evaluate(const Scope& scope, Spent* spent) const {
  if (spent != nullptr) *spent = {};
  if (impl_->plain) {
    const auto* root = impl_->bound.empty() ? &scope.dot : ValueOf(scope, impl_->bound.front());
    if (root == nullptr) return std::unexpected(impl_->Problem("a secret stands alone between its braces"));
    auto found = impl_->plain->Follow(*root);
    if (!found) return std::unexpected(impl_->Problem(found.error().message));
    return *std::move(found);
  }
  // `arguments` and `scope` keep a reference on every input: jv changes values in place when it holds the only one, and
  // would then ask for other amounts of memory in a replay than it did at first.
  auto arguments = Value::EmptyArray();
  arguments.Append(scope.dot);
  for (const auto& read : impl_->bound) {
    const auto* value = ValueOf(scope, read);
    if (value == nullptr) return std::unexpected(impl_->Problem("a secret stands alone between its braces"));
    arguments.Append(*value);
  }
  auto result = RunProgram(impl_->wrapped, impl_->mode, arguments, scope.now, spent);
  if (!result) return std::unexpected(impl_->Problem(std::move(result).error().message));
  return *std::move(result);
}

const std::string& Expression::text() const { return impl_->text; }
const std::vector<Read>& Expression::reads() const { return impl_->reads; }
bool Expression::UsesNow() const { return impl_->uses_now; }
bool Expression::MayReadDot() const { return !impl_->plain || !impl_->plain->FromVariable(); }

bool Expression::ReadsOnlyDotAndVars() const {
  return !impl_->uses_now &&
         std::ranges::all_of(impl_->reads, [](const Read& read) { return read.name == Name::kVars; });
}

}  // namespace weft::expr
