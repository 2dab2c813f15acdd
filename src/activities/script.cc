#include "activities/script.h"

#include "base/utf8.h"

namespace weft::activities {

using expr::Value;

namespace {
constexpr std::size_t kShown = std::size_t{4} * 1024;
}

std::vector<std::pair<std::string, std::string>> EnvironmentOf(const Value& arguments) {
  std::vector<std::pair<std::string, std::string>> environment;
  arguments.Get("env").ForEachField(
      [&](std::string_view name, const Value& value) { environment.emplace_back(name, value.AsString()); });
  return environment;
}

std::string LastOf(std::string_view text) {
  if (text.size() <= kShown) return std::string(text);
  text.remove_prefix(text.size() - kShown);
  while (!text.empty() && FindInvalidUtf8(text) == 0) text.remove_prefix(1);
  return std::string(text);
}

Outcome<ScriptEnd> RunScript(const Call& call, const WorkDirectory& work, Confined confined,
                             std::optional<Duration> timeout, std::size_t max_result,
                             const std::function<void(Stream, std::string_view)>& on_output) {
  const auto program = confined.arguments.front();
  auto command = call.sandbox.Confine(work, std::move(confined));
  if (!command) return Failure(std::move(command).error());
  StreamCapture out(Stream::kStdout, kKeptOutput, call.masker, call.attempt.log);
  StreamCapture err(Stream::kStderr, kKeptOutput, call.masker, call.attempt.log);
  auto end = RunProcess(*command, {.stop = call.attempt.stop,
                                   .timeout = timeout,
                                   .on_output =
                                       [&](Stream stream, std::string_view text) {
                                         if (on_output) on_output(stream, text);
                                         (stream == Stream::kStdout ? out : err).Feed(text);
                                       },
                                   .max_result = max_result});
  if (!end) return Failure(std::move(end).error());
  out.Finish();
  err.Finish();
  ScriptEnd script{.process = *std::move(end), .out = out.End(), .err = err.End()};
  auto stderr_data = [&] { return Value::Object({{"stderr", Value(LastOf(script.err.text))}}); };
  switch (script.process.how) {
    case ProcessEnd::How::kStopped: return Failure("cancelled", "the script was stopped", stderr_data());
    case ProcessEnd::How::kTimedOut:
      return Failure("timeout", "the script did not end within " + FormatDuration(timeout.value_or(Duration(0))),
                     stderr_data());
    default: break;
  }
  // What bubblewrap says when it has made the sandbox, but cannot go to the directory or start the program in it.
  const std::string_view said = script.err.text;
  if (script.process.status == 1 && said.starts_with("bwrap: Can't chdir")) {
    return Failure("validation", "cwd does not exist in the sandbox; give a path below the working directory");
  }
  if (script.process.status == 1 && said.starts_with("bwrap: execvp")) {
    return Failure("validation",
                   "cannot start `" + program + "` in the sandbox" + std::string(said.substr(said.rfind(": "))));
  }
  return script;
}

}  // namespace weft::activities
