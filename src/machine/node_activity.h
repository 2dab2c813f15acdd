#pragma once

#include <string>
#include <string_view>

#include "machine/run.h"

/// What the kinds that act have in common.
namespace weft::machine {

/// The activity type of a kind that acts; empty for the others.
std::string_view ActivityTypeOf(dsl::Kind kind);
/// Whether it runs on a worker, and so may need secrets.
bool IsWorkerActivity(dsl::Kind kind);

/// The task queue where a node's activity runs.
std::string QueueOf(const dsl::Node& definition);

/// A node body's evaluated arguments. `body` is the node's own definition or its `compensate`; `dot` its `.`.
Result<contract::ActivityInput> ActivityArguments(Run& run, NodeRef ref, const dsl::Node& body, const expr::Value& dot);

/// Collects evaluated arguments; secrets stay named, at their place below the argument.
class Arguments {
 public:
  Arguments(Run& run, NodeRef ref, const expr::Value& dot) : run_(run), ref_(ref), dot_(dot) {}

  void Set(std::string_view name, expr::Value value) { input_.args.Set(name, std::move(value)); }
  /// Nothing if the template is empty.
  Result<void> Add(std::string_view name, const expr::Template& value);
  /// As Add for what the world takes as text; null: left out.
  Result<void> AddText(std::string_view name, const expr::Template& value);
  /// As Add for a map whose values are given to the world as text: numbers and the like become JSON text, null is an
  /// error that names its key.
  Result<void> AddTexts(std::string_view name, const expr::Template& map);
  contract::ActivityInput Take() && { return std::move(input_); }

 private:
  Run& run_;
  NodeRef ref_;
  const expr::Value& dot_;
  contract::ActivityInput input_;
};

Result<void> ShellArguments(const dsl::Shell& shell, Arguments& arguments);
Result<void> PythonArguments(const dsl::Python& python, const expr::Value& dot, Arguments& arguments);
Result<void> HttpArguments(const dsl::Http& http, const std::string& idempotency_key, Arguments& arguments);
Result<void> EmitArguments(const dsl::Emit& emit, const RunState& run, const std::string& path, Arguments& arguments);
Result<void> NotifyArguments(const dsl::Notify& notify, const RunState& run, Arguments& arguments);

void StartActivity(Run& run, NodeRef ref);
void StartHttp(Run& run, NodeRef ref);
void StartSwitch(Run& run, NodeRef ref);
void StartSet(Run& run, NodeRef ref);
void StartFail(Run& run, NodeRef ref);

}  // namespace weft::machine
