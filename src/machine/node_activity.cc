#include "machine/node_activity.h"

#include "contract/names.h"

namespace weft::machine {

using expr::Value;

std::string_view ActivityTypeOf(dsl::Kind kind) {
  switch (kind) {
    case dsl::Kind::kShell: return contract::kShellActivity;
    case dsl::Kind::kPython: return contract::kPythonActivity;
    case dsl::Kind::kHttp: return contract::kHttpActivity;
    case dsl::Kind::kEmit: return contract::kEmitActivity;
    case dsl::Kind::kNotify: return contract::kNotifyActivity;
    default: return {};
  }
}

bool IsWorkerActivity(dsl::Kind kind) {
  return kind == dsl::Kind::kShell || kind == dsl::Kind::kPython || kind == dsl::Kind::kHttp;
}

std::string QueueOf(const dsl::Node& definition) {
  if (definition.kind == dsl::Kind::kEmit || definition.kind == dsl::Kind::kNotify)
    return std::string(contract::kSystemQueue);
  return definition.queue.empty() ? std::string(contract::kWorkerQueue) : definition.queue;
}

Result<void> Arguments::Add(std::string_view name, const expr::Template& value) {
  if (value.empty()) return {};
  WEFT_TRY(auto evaluated, run_.EvaluateArguments(value, ref_, dot_));
  for (auto& secret : evaluated.secrets) {
    secret.path.insert(secret.path.begin(), std::string(name));
    input_.secrets.push_back(std::move(secret));
  }
  input_.args.Set(name, std::move(evaluated.value));
  return {};
}

Result<void> Arguments::AddText(std::string_view name, const expr::Template& value) {
  if (value.empty()) return {};
  WEFT_TRY(auto evaluated, run_.Evaluate(value, ref_, dot_));
  if (evaluated.IsNull()) return {};
  input_.args.Set(name, evaluated.IsString() ? evaluated : Value(evaluated.Dump()));
  return {};
}

Result<void> Arguments::AddTexts(std::string_view name, const expr::Template& map) {
  if (map.empty()) return {};
  const auto secrets_before = input_.secrets.size();
  WEFT_TRY_VOID(Add(name, map));
  const auto is_secret = [&](std::string_view key) {
    for (auto i = secrets_before; i < input_.secrets.size(); ++i) {
      if (input_.secrets[i].path.size() == 2 && input_.secrets[i].path[1] == key) return true;
    }
    return false;
  };
  const auto values = input_.args.Get(name);
  auto texts = Value::EmptyObject();
  for (const auto& key : values.Keys()) {
    const auto value = values.Get(key);
    if (value.IsNull() && !is_secret(key)) {
      return Fail("expression",
                  std::string(name) + "." + key + " is null; give it a value, for example with `// \"\"`");
    }
    texts.Set(key, value.IsNull() || value.IsString() ? value : Value(value.Dump()));
  }
  input_.args.Set(name, std::move(texts));
  return {};
}

Result<contract::ActivityInput> ActivityArguments(Run& run, NodeRef ref, const dsl::Node& body, const Value& dot) {
  Arguments arguments(run, ref, dot);
  if (const auto* shell = std::get_if<dsl::Shell>(&body.body)) {
    WEFT_TRY_VOID(ShellArguments(*shell, arguments));
  } else if (const auto* python = std::get_if<dsl::Python>(&body.body)) {
    WEFT_TRY_VOID(PythonArguments(*python, dot, arguments));
  } else if (const auto* http = std::get_if<dsl::Http>(&body.body)) {
    WEFT_TRY_VOID(HttpArguments(*http, run.state().instance_id + '/' + ref.operation_path(), arguments));
  } else if (const auto* emit = std::get_if<dsl::Emit>(&body.body)) {
    WEFT_TRY_VOID(EmitArguments(*emit, run.state(), ref.operation_path(), arguments));
  } else if (const auto* notify = std::get_if<dsl::Notify>(&body.body)) {
    WEFT_TRY_VOID(NotifyArguments(*notify, run.state(), arguments));
  }
  WEFT_TRY_VOID(arguments.AddTexts("env", body.env));
  auto input = std::move(arguments).Take();
  if (const auto* output = body.output.AsExpression(); output != nullptr && body.output_on_worker) {
    input.output = output->text();
    for (const auto& read : output->reads()) {
      if (read.name != expr::Name::kVars) continue;
      if (read.path.empty()) {
        input.vars = run.state().workflow->vars;
      } else if (!input.vars.Has(read.path.front())) {
        input.vars.Set(read.path.front(), run.state().workflow->vars.Get(read.path.front()));
      }
    }
  }
  return input;
}

void StartActivity(Run& run, NodeRef ref) {
  const auto& definition = ref.definition();
  auto input = ActivityArguments(run, ref, definition, ref.state().input);
  if (!input) return run.FailAttempt(ref, input.error());
  run.Schedule(ref, {ActivityTypeOf(definition.kind), QueueOf(definition), *std::move(input)});
}

}  // namespace weft::machine
