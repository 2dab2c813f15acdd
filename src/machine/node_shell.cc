#include "machine/node_activity.h"

namespace weft::machine {

using expr::Value;

Result<void> ShellArguments(const dsl::Shell& shell, Arguments& arguments) {
  static const dsl::Shell kDefaults;
  arguments.Set("run", Value(shell.script));
  if (shell.interpreter != kDefaults.interpreter) {
    auto words = Value::EmptyArray();
    for (const auto& word : shell.interpreter) words.Append(Value(word));
    arguments.Set("interpreter", std::move(words));
  }
  if (shell.output == dsl::Shell::Output::kJson) arguments.Set("output", Value("json"));
  if (shell.output == dsl::Shell::Output::kLines) arguments.Set("output", Value("lines"));
  if (shell.ok_codes != kDefaults.ok_codes) {
    auto codes = Value::EmptyArray();
    for (const int code : shell.ok_codes) codes.Append(Value(code));
    arguments.Set("ok_codes", std::move(codes));
  }
  WEFT_TRY_VOID(arguments.Add("stdin", shell.stdin_text));
  return arguments.Add("cwd", shell.cwd);
}

}  // namespace weft::machine
