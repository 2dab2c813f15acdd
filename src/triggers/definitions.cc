#include "triggers/definitions.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <tuple>
#include <utility>

#include "contract/names.h"
#include "dsl/load.h"
#include "expr/size.h"
#include "store/definitions.h"

namespace weft::triggers {
namespace {

/// Bytes of definitions' texts that each thread keeps; loaded they take about ten times as much.
constexpr std::size_t kMostKept = std::size_t{1024} * 1024;

using Key = std::tuple<std::uint64_t, std::string, std::string, int>;

std::uint64_t NextNumber() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Result<std::shared_ptr<const Definition>> Load(const store::Revision& stored) {
  auto definition = std::make_shared<Definition>();
  definition->revision = stored.revision;
  definition->title = stored.title;
  WEFT_TRY(definition->workflow, dsl::LoadNormalised(stored.normalised));
  if (!definition->workflow->input_schema.IsNull()) {
    WEFT_TRY(definition->schema, dsl::InputSchema::Compile(definition->workflow->input_schema));
  }
  return definition;
}

}  // namespace

const dsl::Trigger* Definition::FindTrigger(std::string_view id) const {
  const auto found = std::ranges::find(workflow->triggers, id, &dsl::Trigger::id);
  return found == workflow->triggers.end() ? nullptr : &*found;
}

Result<void> Definition::CheckInput(const expr::Value& input) const {
  if (expr::SizeBound(input, contract::kMaxInput) > contract::kMaxInput) {
    return Fail("too_large", "the input is larger than 512 KB; pass a reference to the data instead");
  }
  if (!schema) return {};
  const auto violations = schema->Validate(input);
  if (violations.empty()) return {};
  std::string message = "the input does not fit the `input` schema of `" + workflow->name + "`:";
  for (const auto& violation : violations) {
    message += "\n  " + (violation.path.empty() ? "the input" : violation.path) + ": " + violation.message;
  }
  return Fail("validation", std::move(message));
}

Definitions::Definitions(store::Database& database) : database_(database), number_(NextNumber()) {}

Result<std::shared_ptr<const Definition>> Definitions::Get(std::string_view ns, std::string_view name, int revision) {
  static thread_local std::map<Key, std::shared_ptr<const Definition>> kept;
  static thread_local std::size_t kept_bytes = 0;
  const auto label = std::string(ns) + '/' + std::string(name);
  if (revision == 0) {
    WEFT_TRY(revision, database_.Read<int>([&](auto& t) { return store::FindLatestNumber(t, ns, name); }));
    if (revision == 0) return Fail("not_found", "there is no workflow `" + label + "`; deploy it first");
  }
  const Key key{number_, ns, name, revision};
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  WEFT_TRY(const auto stored, database_.Read<std::optional<store::Revision>>(
                                  [&](auto& t) { return store::FindRevision(t, ns, name, revision); }));
  if (!stored) {
    return Fail("not_found", "the workflow `" + label + "` has no revision " + std::to_string(revision));
  }
  WEFT_TRY(auto loaded, Load(*stored));
  if (kept_bytes > kMostKept) {
    kept.clear();
    kept_bytes = 0;
  }
  kept_bytes += stored->normalised.size();
  kept.emplace(key, loaded);
  return loaded;
}

}  // namespace weft::triggers
