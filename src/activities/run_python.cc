#include <utility>

#include <fmt/format.h>

#include "activities/python_environment.h"
#include "activities/python_runner.h"
#include "activities/script.h"

namespace weft::activities {
namespace {

using expr::Value;

std::vector<std::string> Requirements(const Value& arguments) {
  std::vector<std::string> requirements;
  const auto given = arguments.Get("requirements");
  for (std::size_t i = 0; i < given.size(); ++i) requirements.push_back(given.At(i).AsString());
  return requirements;
}

std::unexpected<contract::ActivityFailure> Exception(std::string message, std::string_view type,
                                                     std::string_view traceback) {
  return Failure("python.exception", std::move(message),
                 Value::Object({{"type", Value(type)}, {"traceback", Value(LastOf(traceback))}}));
}

/// The process has gone without an answer.
std::unexpected<contract::ActivityFailure> Died(const ScriptEnd& script) {
  if (script.process.how == ProcessEnd::How::kSignal || script.process.status > 128) {
    const int signal = script.process.status & 127;
    return Exception(fmt::format("Python was ended by signal {} before it gave a result", signal), "signal",
                     script.err.text);
  }
  return Exception(fmt::format("Python ended with exit code {} before it gave a result", script.process.status), "exit",
                   script.err.text);
}

}  // namespace

Outcome<Value> RunPython(const Call& call) {
  const auto& arguments = call.arguments;
  Confined confined{.arguments = {"python3"},
                    .environment = EnvironmentOf(arguments),
                    .has_result = true,
                    .files = {arguments.Get("code").AsString(), arguments.Get("input").Dump()},
                    .network = call.settings.code_network};
  if (const auto requirements = Requirements(arguments); !requirements.empty()) {
    auto environment = PreparePython(call, requirements);
    if (!environment) return std::unexpected(std::move(environment).error());
    confined.arguments = {*environment / "bin/python"};
    confined.mounts.push_back({.path = *std::move(environment)});
  }
  // Isolated from PYTHON* variables and the working directory; no .pyc files; UTF-8; lines as soon as they are printed.
  for (const auto* word : {"-I", "-B", "-X", "utf8", "-u", "-c", kPythonRunner}) confined.arguments.emplace_back(word);
  auto timeout = call.attempt.timeout;
  if (const auto allowance = contract::InstallAllowance(arguments); timeout && *timeout > allowance)
    *timeout -= allowance;
  auto work = WorkDirectory::Make(call.settings);
  if (!work) return Failure(std::move(work).error());
  const auto script = RunScript(call, *work, std::move(confined), timeout, Value::kMaxText);
  if (!script) return std::unexpected(script.error());
  const auto& answer = script->process.result;
  if (script->process.result_too_large) return Failure("too_large", "the result is larger than 64 MB");
  if (answer.empty()) return Died(*script);
  auto value = Value::Parse(std::string_view(answer).substr(1), Value::kMaxDepth);
  if (!value) return Exception("the result is not JSON that Weft can take: " + value.error().message, "ValueError", "");
  if (answer.front() == 'R') return *std::move(value);
  return Exception(value->Get("message").AsString(), value->Get("type").StringView(),
                   value->Get("traceback").StringView());
}

}  // namespace weft::activities
