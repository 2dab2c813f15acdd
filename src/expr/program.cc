#include "expr/program.h"

#include <memory>
#include <unordered_map>

#include "expr/size.h"

extern "C" {
#include <oniguruma.h>
#include <weft_budget.h>
}

namespace weft::expr {
namespace {

struct Teardown {
  void operator()(jq_state* jq) const { jq_teardown(&jq); }
};
using State = std::unique_ptr<jq_state, Teardown>;

void Silence(void* /*data*/, jv message) { jv_free(message); }

State NewState() {
  State jq(jq_init());
  if (jq != nullptr) jq_set_error_cb(jq.get(), Silence, nullptr);
  return jq;
}

/// What one thread keeps of libjq. A program takes some 10 KB and 0.6 ms to compile.
struct Engine {
  static constexpr std::size_t kPrograms = 1000;
  State parser = NewState();
  std::unordered_map<std::string, State> programs;
};

Engine& ThisThread() {
  thread_local Engine engine;
  return engine;
}

/// Every limit here is part of `semantics`, as those of Limits are.
void PrepareRegularExpressions() {
  static const bool done = [] {
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
    onig_initialize(encodings, 1);
    onig_set_retry_limit_in_match(0);  // counted in the budget instead
    onig_set_match_stack_limit_size(1'000'000);
    onig_set_parse_depth_limit(250);
    return true;
  }();
  static_cast<void>(done);
}

jq_state* Compiled(const std::string& program, Mode mode) {
  auto& programs = ThisThread().programs;
  const auto key = (mode == Mode::kCondition ? 'c' : 'v') + program;
  if (const auto found = programs.find(key); found != programs.end()) return found->second.get();
  PrepareRegularExpressions();
  auto jq = NewState();
  weft_budget.strict = mode == Mode::kCondition ? 1 : 0;  // comparisons of constants are done now
  const bool compiled = jq != nullptr && jq_compile(jq.get(), program.c_str()) != 0;
  weft_budget.strict = 0;
  if (!compiled) return nullptr;
  if (programs.size() >= Engine::kPrograms) programs.clear();
  return programs.emplace(key, std::move(jq)).first->second.get();
}

/// The beginning of what a program failed with.
std::string Describe(Value message) {
  constexpr std::size_t kShown = 1000;
  if (message.IsNull()) return "failed with null";
  const bool text = message.IsString();
  if (!text) {
    // A value that shares its parts can be endless as text; the bound cuts it.
    weft_budget = {.active = 1, .exhausted = 0, .ticks = Limits::kSteps, .bytes = 16 * kShown, .strict = 0, .now = 0};
    message = Value::Adopt(jv_dump_string(message.Copy(), 0));
    weft_budget.active = 0;
  }
  auto shown = message.StringView();
  shown = shown.substr(0, shown.find(" (while parsing '"));  // behind it stands the whole text
  std::string cut;
  if (shown.size() > kShown) {
    auto end = kShown;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) --end;
    shown = shown.substr(0, end);
    cut = " …";
  }
  return (text ? std::string() : "failed with ") + std::string(shown) + cut;
}

}  // namespace

Budget::Budget(Mode mode, Timestamp now, std::uint64_t bytes) : bytes_(bytes) {
  weft_budget = {.active = 1,
                 .exhausted = WEFT_NOT_EXHAUSTED,
                 .ticks = Limits::kSteps * WEFT_TICKS_PER_STEP,
                 .bytes = bytes,
                 .strict = mode == Mode::kCondition ? 1 : 0,
                 .now = static_cast<double>(now.time_since_epoch().count()) / 1e6};
}

Budget::~Budget() {
  weft_budget.active = 0;
  weft_budget.strict = 0;
}

std::string Budget::Exhausted() {
  switch (weft_budget.exhausted) {
    case WEFT_STEPS: return "takes more than 1,000,000 steps";
    case WEFT_BYTES: return "needs more than 64 MB";
    case WEFT_DEPTH: return "nests deeper than 1,000 levels";
    default: return {};
  }
}

Spent Budget::Used() const {
  return {.ticks = Limits::kSteps * WEFT_TICKS_PER_STEP - weft_budget.ticks, .bytes = bytes_ - weft_budget.bytes};
}

jq_state* Parser() { return ThisThread().parser.get(); }

Result<Value> RunProgram(const std::string& program, Mode mode, const Value& input, Timestamp now, Spent* spent) {
  jq_state* const jq = Compiled(program, mode);
  if (jq == nullptr) return Fail("expression", "cannot be compiled");
  std::string exhausted;
  jv result;
  {
    const Budget budget(mode, now, Limits::kRequestedBytes);
    jq_start(jq, input.Copy(), 0);
    result = jq_next(jq);
    exhausted = Budget::Exhausted();
    if (spent != nullptr) *spent = budget.Used();
  }
  jq_start(jq, jv_null(), 0);  // lets go of what the program holds for further results
  if (!exhausted.empty()) {
    jv_free(result);
    return Fail("expression", std::move(exhausted));
  }
  if (jv_is_valid(result) == 0) {
    if (jv_invalid_has_msg(jv_copy(result)) != 0)
      return Fail("expression", Describe(Value::Adopt(jv_invalid_get_msg(result))));
    jv_free(result);
    return Value();
  }
  auto value = Value::Adopt(result);
  switch (Measure(value, Limits::kResultBytes, Value::kMaxDepth)) {
    case Extent::kTooLarge: return Fail("expression", "gives more than 16 MB");
    case Extent::kTooDeep: return Fail("expression", "gives a value that nests deeper than 256 levels");
    case Extent::kFits: break;
  }
  return value;
}

}  // namespace weft::expr
