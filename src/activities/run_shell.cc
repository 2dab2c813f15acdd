#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "activities/script.h"
#include "base/utf8.h"

namespace weft::activities {
namespace {

using expr::Value;

/// A shell's exit code for a command that a signal has ended is 128 and the signal.
constexpr int kSignalBase = 128;
constexpr int kLastSignal = 31;

std::string TextOf(const Value& value) {
  if (value.IsNull()) return {};
  return value.IsString() ? value.AsString() : value.Dump();
}

std::vector<std::string> Interpreter(const Value& arguments) {
  std::vector<std::string> words;
  const auto given = arguments.Get("interpreter");
  for (std::size_t i = 0; i < given.size(); ++i) words.push_back(given.At(i).AsString());
  if (words.empty()) words = {"bash", "-euo", "pipefail", "-c"};
  return words;
}

bool IsSuccess(const Value& arguments, int code) {
  const auto codes = arguments.Get("ok_codes");
  if (codes.size() == 0) return code == 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes.At(i).AsInteger() == code) return true;
  }
  return false;
}

std::string WithoutFinalNewline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Outcome<Value> Lines(std::string text) {
  auto lines = Value::EmptyArray();
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  while (!text.empty()) {
    const auto newline = rest.find('\n');
    lines.Append(Value(rest.substr(0, newline)));
    if (newline == std::string_view::npos) break;
    rest.remove_prefix(newline + 1);
  }
  return lines;
}

}  // namespace

Outcome<Value> RunShell(const Call& call) {
  const auto& arguments = call.arguments;
  const auto output = arguments.Get("output").AsString();
  auto work = WorkDirectory::Make(call.settings);
  if (!work) return Failure(std::move(work).error());
  auto words = Interpreter(arguments);
  words.push_back(arguments.Get("run").AsString());
  Confined confined{.arguments = std::move(words),
                    .environment = EnvironmentOf(arguments),
                    .directory = TextOf(arguments.Get("cwd")),
                    .standard_input = TextOf(arguments.Get("stdin")),
                    .network = call.settings.code_network};
  // JSON is masked after it is read: a mask in place of a number would break it.
  std::string unmasked;
  const auto keep = [&](Stream stream, std::string_view text) {
    if (output == "json" && stream == Stream::kStdout) unmasked += text.substr(0, kKeptOutput + 1 - unmasked.size());
  };
  auto script = RunScript(call, *work, std::move(confined), call.attempt.timeout, 0, keep);
  if (!script) return std::unexpected(std::move(script).error());

  const auto& [process, out, err] = *script;
  const bool killed = process.how == ProcessEnd::How::kSignal;
  const int code = killed ? kSignalBase + process.status : process.status;
  if (killed || !IsSuccess(arguments, code)) {
    auto data = Value::Object({{"exit_code", Value(code)}, {"stderr", Value(LastOf(err.text))}});
    const int signal = code - kSignalBase;
    if (signal >= 1 && signal <= kLastSignal) {
      data.Set("signal", Value(signal));
      return Failure("shell.signal", fmt::format("the script was ended by signal {} ({})", signal, ::strsignal(signal)),
                     std::move(data));
    }
    auto message = fmt::format("the script ended with exit code {}", code);
    const auto last = WithoutFinalNewline(err.text);
    if (!last.empty()) message += ": " + last.substr(last.rfind('\n') + 1).substr(0, 500);
    return Failure("shell.exit", RepairUtf8(message), std::move(data));
  }
  if (output == "json" || output == "lines") {
    if (out.truncated) {
      return Failure("too_large", "standard output is larger than 64 KB; `output: " + output + "` needs all of it");
    }
    if (output == "lines") return Lines(out.text);
    auto parsed = Value::Parse(RepairUtf8(unmasked), Value::kMaxDepth);
    if (!parsed) return Failure("shell.output", "standard output is not JSON: " + parsed.error().message);
    return *std::move(parsed);
  }
  auto result = Value::Object({{"stdout", Value(WithoutFinalNewline(out.text))},
                               {"stderr", Value(WithoutFinalNewline(err.text))},
                               {"exit_code", Value(code)}});
  if (out.truncated || err.truncated) result.Set("truncated", Value(true));
  return result;
}

}  // namespace weft::activities
