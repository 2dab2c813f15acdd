#include <algorithm>
#include <array>

#include "dsl/node_kinds.h"

namespace weft::dsl {
namespace {

/// The length of `${ .` or `${ $input` at `at`, or 0. Neither means anything to a shell.
bool LooksLikeExpression(std::string_view text) {
  constexpr std::array<std::string_view, 10> kNames{"$input", "$nodes",    "$trigger", "$vars",    "$item",
                                                    "$index", "$previous", "$error",   "$secrets", "$run"};
  text.remove_prefix(2);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.starts_with('.')) return true;
  return std::ranges::any_of(kNames, [&](std::string_view name) { return text.starts_with(name); });
}

}  // namespace

void WarnOfTemplates(Loader& loader, const DocumentNode& script) {
  if (loader.normalised) return;
  const std::string_view text = script.text;
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const auto end = text.find_first_of("}\n", at);
    if (end == std::string_view::npos || text[end] == '\n' || !LooksLikeExpression(text.substr(at, end - at))) continue;
    const auto expression = std::string(text.substr(at, end + 1 - at));
    loader.problems.Warning(
        "script-template", {script, at, end + 1 - at},
        "scripts are never templates: the script sees " + Quoted(expression) + " as it stands",
        "env: { VALUE: \"" + expression + "\" } beside the script, and VALUE from the environment in it");
  }
}

Body ReadShell(const Fields& node) {
  Shell shell;
  const auto body = node.Inside("shell");
  const auto* script = body ? body->Get("run") : node.Get("shell");
  shell.script = TextOf(script).value_or("");
  if (script != nullptr && script->IsString()) WarnOfTemplates(node.loader(), *script);
  if (!body) return shell;
  if (body->Get("interpreter") != nullptr) shell.interpreter = body->Texts("interpreter");
  shell.stdin_text = body->Read("stdin");
  shell.cwd = body->Read("cwd");
  const auto output = body->Text("output");
  if (output == "json") shell.output = Shell::Output::kJson;
  if (output == "lines") shell.output = Shell::Output::kLines;
  if (const auto* codes = body->Get("ok_codes")) {
    shell.ok_codes.clear();
    for (const auto* code : codes->items) shell.ok_codes.push_back(static_cast<int>(IntegerOf(code).value_or(0)));
  }
  return shell;
}

}  // namespace weft::dsl
