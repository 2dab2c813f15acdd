#include "expr/expression.h"

#include <algorithm>
#include <array>
#include <csetjmp>

#include "expr/builtins.h"
#include "expr/path.h"

extern "C" {
#include <jq.h>
#include <oniguruma.h>
#include <weft_budget.h>
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
  if (name == "__loc__" || name == "__prog_args") return;
  // The place jq gives may begin before the `$`.
  if (const auto dollar = listing.text.find('$' + std::string(name), offset); dollar != std::string_view::npos) offset = dollar;
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
  for (const std::string_view prefix : {"jq: error: ", "jq: error (at <unknown>): ", "syntax error: "}) {
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
  }
  if (const auto tail = message.find(" (while parsing"); tail != std::string::npos) message.resize(tail);
  return message;
}

/// Bounds what libjq does on this thread while it lives. Leaving one of its operations by the jump loses what that had
/// allocated, which only hostile programs see.
void BeginBudget(std::jmp_buf& escape, Mode mode, Timestamp now) {
  weft_budget = {.escape = &escape,
                 .steps = Limits::kSteps,
                 .bytes = Limits::kRequestedBytes,
                 .largest = Limits::kLargestRequest,
                 .exhausted = WEFT_NOT_EXHAUSTED,
                 .strict = mode == Mode::kCondition ? 1 : 0,
                 .now = static_cast<double>(now.time_since_epoch().count()) / 1e6};
}

void EndBudget() {
  weft_budget.escape = nullptr;
  weft_budget.strict = 0;
}

void Silence(void* /*data*/, jv message) { jv_free(message); }

void LimitRegularExpressions() {
  static const bool done = [] {
    onig_set_retry_limit_in_match(20'000);
    return true;
  }();
  static_cast<void>(done);
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
  mutable jq_state* program = nullptr;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (program != nullptr) jq_teardown(&program);
  }

  [[nodiscard]] bool Compile() const;
  [[nodiscard]] Result<Value> Run(const Scope& scope) const;
  [[nodiscard]] Error Problem(std::string what) const {
    constexpr std::size_t kShown = 120;
    auto shown = text.size() > kShown ? text.substr(0, kShown) + " …" : text;
    return Error{"expression", "`" + shown + "`: " + std::move(what)};
  }
};

std::expected<Expression, ParseProblem> Expression::Parse(std::string_view text, Mode mode,
                                                          std::span<const std::string> item_aliases) {
  if (text.size() > Limits::kText) return std::unexpected(ParseProblem{"the expression is longer than 32 KB", {}, 0, 1});
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
  // libjq computes with constants while it parses.
  std::jmp_buf escape;
  volatile int errors = -1;
  if (setjmp(escape) == 0) {  // NOLINT: the only way out of one operation of a C library
    BeginBudget(escape, Mode::kValue, {});
    errors = weft_parse(impl->text.data(), static_cast<int>(text.size()), OnReference, &listing, &imports, &start, &end,
                        message.data(), static_cast<int>(message.size()));
  }
  EndBudget();
  if (errors < 0) return std::unexpected(ParseProblem{"a constant in the expression needs more than 64 MB", {}, 0, 1});
  if (errors != 0) {
    const auto offset = std::min(static_cast<std::size_t>(std::max(start, 0)), text.size());
    const auto length = static_cast<std::size_t>(std::max(end - start, 1));
    auto what = Clean(message.data());
    return std::unexpected(ParseProblem{what.empty() ? "not a jq expression" : std::move(what), {}, offset, length});
  }
  if (imports != 0) return std::unexpected(ParseProblem{"the expression gives no value, or loads a module", {}, 0, 1});
  if (listing.problem) return std::unexpected(*std::move(listing.problem));
  impl->reads = std::move(listing.reads);
  impl->uses_now = listing.uses_now;
  for (const auto& read : impl->reads) {
    const auto same = [&](const Read& other) { return other.name == read.name && other.alias == read.alias; };
    if (std::ranges::none_of(impl->bound, same)) impl->bound.push_back(read);
  }
  if (impl->bound.size() <= 1) impl->plain = PlainPath::Parse(impl->text);
  return Expression(std::move(impl));
}

bool Expression::Impl::Compile() const {
  LimitRegularExpressions();
  // The values arrive as a list and are bound to their names in front of the program.
  std::string wrapped = ". as [$__dot";
  for (const auto& read : bound) {
    wrapped += ", $";
    if (!read.alias.empty()) {
      wrapped += read.alias;
      continue;
    }
    for (const auto& [name, id] : kNames) {
      if (id == read.name) wrapped += name;
    }
  }
  wrapped += "] | $__dot | (" + text + "\n)";
  program = jq_init();
  if (program == nullptr) return false;
  jq_set_error_cb(program, Silence, nullptr);
  if (jq_compile(program, wrapped.c_str()) != 0) return true;
  jq_teardown(&program);
  return false;
}

Result<Value> Expression::Impl::Run(const Scope& scope) const {
  if (program == nullptr && !Compile()) return std::unexpected(Problem("cannot be compiled"));
  auto arguments = Value::EmptyArray();
  arguments.Append(scope.dot);
  for (const auto& read : bound) {
    const auto* value = ValueOf(scope, read);
    if (value == nullptr) return std::unexpected(Problem("a secret stands alone between its braces"));
    arguments.Append(*value);
  }
  // `arguments` and `scope` keep a reference on every input: jv changes values in place when it holds the only one, and
  // would then ask for other amounts of memory in a replay than it did at first.
  std::jmp_buf escape;
  BeginBudget(escape, mode, scope.now);
  jv result;
  if (setjmp(escape) == 0) {  // NOLINT: the only way out of one operation of a C library
    jq_start(program, arguments.Copy(), 0);
    result = jq_next(program);
  } else {
    // Its stack is in an unknown state; the next evaluation compiles anew.
    program = nullptr;
    result = jv_invalid();
  }
  const int exhausted = weft_budget.exhausted;
  EndBudget();
  if (exhausted != WEFT_NOT_EXHAUSTED) {
    jv_free(result);
    if (program != nullptr) jq_teardown(&program);
    return std::unexpected(Problem(exhausted == WEFT_STEPS ? "takes more than 1,000,000 steps" : "needs more than 64 MB"));
  }
  if (jv_is_valid(result) != 0) {
    jq_start(program, jv_null(), 0);  // lets go of what the program still holds for further results
    return Value::Adopt(result);
  }
  if (jv_invalid_has_msg(jv_copy(result)) == 0) {
    jv_free(result);
    return Value();
  }
  const auto message = Value::Adopt(jv_invalid_get_msg(result));
  return std::unexpected(Problem(message.IsString() ? Clean(message.AsString()) : "failed with " + message.Dump()));
}

Result<Value> Expression::Evaluate(const Scope& scope) const {
  if (impl_->plain) {
    const auto* root = impl_->bound.empty() ? &scope.dot : ValueOf(scope, impl_->bound.front());
    if (root != nullptr) {
      auto found = impl_->plain->Follow(*root);
      if (found) return *std::move(found);
      return std::unexpected(impl_->Problem(found.error().message));
    }
  }
  return impl_->Run(scope);
}

const std::string& Expression::text() const { return impl_->text; }
const std::vector<Read>& Expression::reads() const { return impl_->reads; }
bool Expression::UsesNow() const { return impl_->uses_now; }
bool Expression::ReadsOnlyDotAndVars() const {
  return !impl_->uses_now && std::ranges::all_of(impl_->reads, [](const Read& read) { return read.name == Name::kVars; });
}

}  // namespace weft::expr
