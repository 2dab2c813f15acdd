#include "server/evaluate.h"

#include <sys/resource.h>

#include <array>
#include <chrono>
#include <iostream>
#include <iterator>
#include <semaphore>
#include <utility>
#include <vector>

#include "activities/process.h"
#include "base/clock.h"
#include "expr/expression.h"
#include "expr/template.h"
#include "expr/value.h"

namespace weft::server {
namespace {

using expr::Value;

constexpr std::chrono::seconds kLongest{5};
constexpr std::size_t kMostMemory = std::size_t{1024} * 1024 * 1024;
constexpr std::size_t kMostAnswer = std::size_t{4} * 1024 * 1024;
constexpr int kMostAtOnce = 4;

std::string ErrorOf(const Error& error, const expr::ParseProblem* problem = nullptr) {
  auto document = Value::Object({{"code", Value(error.code)}, {"message", Value(error.message)}});
  if (problem != nullptr) {
    document.Set("hint", problem->hint.empty() ? Value() : Value(problem->hint));
    document.Set("offset", Value(static_cast<std::int64_t>(problem->offset)));
    document.Set("length", Value(static_cast<std::int64_t>(problem->length)));
  }
  return Value::Object({{"error", std::move(document)}}).Dump();
}

expr::Scope ScopeOf(const Value& names) {
  expr::Scope scope;
  const std::array<std::pair<std::string_view, Value*>, 10> known{{{"dot", &scope.dot},
                                                                   {"input", &scope.input},
                                                                   {"nodes", &scope.nodes},
                                                                   {"trigger", &scope.trigger},
                                                                   {"vars", &scope.vars},
                                                                   {"item", &scope.item},
                                                                   {"index", &scope.index},
                                                                   {"previous", &scope.previous},
                                                                   {"error", &scope.error},
                                                                   {"run", &scope.run}}};
  names.ForEachField([&](std::string_view name, const Value& value) {
    for (const auto& [own, place] : known) {
      if (own == name) {
        *place = value;
        return;
      }
    }
    scope.aliases.emplace_back(std::string(name), value);
  });
  scope.now = Now();
  return scope;
}

}  // namespace

std::string Evaluate(std::string_view request) {
  const auto parsed = Value::Parse(request, Value::kMaxDepth);
  if (!parsed) return ErrorOf(parsed.error());
  auto scope = ScopeOf(parsed->Get("names"));
  if (parsed->Has("data")) scope.dot = parsed->Get("data");
  std::vector<std::string> aliases;
  for (const auto& [name, value] : scope.aliases) aliases.push_back(name);
  const auto mode = parsed->Get("condition").Truthy() ? expr::Mode::kCondition : expr::Mode::kValue;
  const auto compiled = expr::Template::Expr(parsed->Get("expression").AsString(), mode, aliases);
  if (!compiled) {
    const auto& problem = compiled.error().front();
    return ErrorOf({"expression", problem.message}, &problem);
  }
  const auto value = compiled->Evaluate(scope);
  if (!value) return ErrorOf(value.error());
  return Value::Object({{"value", *value}}).Dump();
}

int EvaluateStandardInput() {
  const auto limit = [](__rlimit_resource resource, rlim_t most) {
    const rlimit both{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(resource, &both);
  };
  limit(RLIMIT_AS, kMostMemory);
  limit(RLIMIT_CPU, static_cast<rlim_t>(kLongest.count()));
  limit(RLIMIT_CORE, 0);
  const std::string request{std::istreambuf_iterator<char>(std::cin), {}};
  std::cout << Evaluate(request) << std::flush;
  return 0;
}

Result<std::string> EvaluateInChild(const std::string& program, std::string_view request) {
  static std::counting_semaphore<kMostAtOnce> running{kMostAtOnce};
  if (!running.try_acquire()) {
    return Fail("rate", "Several expressions are being tried right now; try again in a moment.");
  }
  std::string answer;
  const auto end = activities::RunProcess(
      {.program = program, .arguments = {"weft", kEvaluateVerb}, .standard_input = std::string(request)},
      {.timeout = kLongest, .on_output = [&](activities::Stream stream, std::string_view text) {
         if (stream == activities::Stream::kStdout && answer.size() <= kMostAnswer) answer += text;
       }});
  running.release();
  if (!end) return std::unexpected(end.error());
  if (end->how == activities::ProcessEnd::How::kTimedOut) {
    return Fail("expression", "The expression took longer than five seconds.");
  }
  if (end->how != activities::ProcessEnd::How::kExited || end->status != 0) {
    return Fail("expression", "The expression needed more memory or time than one may take.");
  }
  if (answer.size() > kMostAnswer) return Fail("expression", "The expression's result is larger than 4 MB.");
  return answer;
}

}  // namespace weft::server
