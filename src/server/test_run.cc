#include "server/test_run.h"

#include <algorithm>
#include <utility>

#include "base/encode.h"
#include "contract/names.h"
#include "dsl/load.h"
#include "dsl/node_reads.h"
#include "dsl/test_form.h"

namespace weft::server {
namespace {

using expr::Value;

/// The ways out of a switch or an approval; none for other nodes.
std::vector<std::string> CasesOf(const dsl::Node& node) {
  std::vector<std::string> cases;
  if (node.kind == dsl::Kind::kApproval) cases = {"approved", "rejected"};
  if (const auto* branches = std::get_if<dsl::Switch>(&node.body)) {
    for (const auto& branch : branches->cases) cases.push_back(branch.name);
  }
  return cases;
}

Result<Value> ResultOf(const dsl::Node& node, const Value& given) {
  const auto cases = CasesOf(node);
  if (cases.empty()) return Value::Object({{"output", given}});
  if (std::ranges::find(cases, given.Get("case").AsString()) == cases.end()) {
    std::string known;
    for (const auto& one : cases) known += (known.empty() ? "`" : ", `") + one + '`';
    return Fail("validation", "The result of `" + node.id + "` must be `{ \"case\", \"output\" }`, with one of " +
                                  known + " as `case`.");
  }
  return Value::Object({{"output", given.Get("output")}, {"case", given.Get("case")}});
}

class Planner {
 public:
  Planner(const dsl::Workflow& workflow, const TestWish& wish) : region_(*workflow.root), wish_(wish) {}

  Result<void> Plan() {
    if (!wish_.node.empty()) {
      WEFT_TRY(const auto only, Find(wish_.node));
      form_.only = only;
      ancestors_ = dsl::AncestorsOf(region_, only);
    }
    for (const auto& id : wish_.outputs.Keys()) WEFT_TRY_VOID(Give(id));
    if (form_.only) return GiveRest();
    return {};
  }

  [[nodiscard]] const dsl::TestForm& form() const { return form_; }
  std::map<std::string, Value> TakeReuse() { return std::move(reuse_); }

 private:
  Result<std::size_t> Find(const std::string& id) const {
    const auto found = region_.index.find(id);
    if (found != region_.index.end()) return found->second;
    return Fail("validation", "There is no node `" + id +
                                  "` outside of loops and groups; what stands inside of one is tried with it.");
  }

  Result<void> Give(const std::string& id) {
    WEFT_TRY(const auto index, Find(id));
    if (form_.only && !ancestors_.contains(index)) {
      return Fail("validation", "The result of `" + id + "` is not wanted: it is not before `" + wish_.node + "`.");
    }
    WEFT_TRY(auto result, ResultOf(region_.nodes[index], wish_.outputs.Get(id)));
    form_.given.insert(id);
    reuse_.emplace(id, std::move(result));
    return {};
  }

  /// What nobody reads needs no value; a way out is the one that the node asks for.
  Result<void> GiveRest() {
    const auto read = dsl::NodesReadBy(region_, *form_.only);
    std::string missing;
    for (const auto index : ancestors_) {
      const auto& node = region_.nodes[index];
      if (reuse_.contains(node.id)) continue;
      if (read.contains(node.id)) missing += (missing.empty() ? "`" : ", `") + node.id + '`';
      auto result = Value::Object({{"output", Value()}});
      if (const auto cases = CasesOf(node); !cases.empty()) result.Set("case", Value(CaseFor(index, cases.front())));
      reuse_.emplace(node.id, std::move(result));
    }
    if (missing.empty()) return {};
    return Fail("validation", "`" + wish_.node + "` reads the results of " + missing +
                                  "; give them in `outputs`, from an earlier run or as you like.");
  }

  [[nodiscard]] std::string CaseFor(std::size_t source, const std::string& otherwise) const {
    for (const auto& need : region_.nodes[*form_.only].needs) {
      if (need.source == source && need.port == dsl::Port::kCase) return need.case_name;
    }
    return otherwise;
  }

  const dsl::Region& region_;
  const TestWish& wish_;
  dsl::TestForm form_;
  std::set<std::size_t> ancestors_;
  std::map<std::string, Value> reuse_;
};

std::string BoundTo(const std::string& instance) { return "test-secrets/" + instance; }

}  // namespace

Result<triggers::StartRequest> PlanTest(const dsl::Workflow& workflow, const TestWish& wish) {
  Planner planner(workflow, wish);
  WEFT_TRY_VOID(planner.Plan());
  auto draft = std::make_shared<triggers::Definition>();
  draft->title = workflow.title;
  WEFT_TRY(draft->workflow, dsl::LoadNormalised(dsl::NormaliseForTest(workflow, planner.form())));
  // One node may be tried without any input; what is given must fit all the same.
  if (!workflow.input_schema.IsNull() && (wish.node.empty() || wish.has_input)) {
    WEFT_TRY(draft->schema, dsl::InputSchema::Compile(workflow.input_schema));
  }
  triggers::StartRequest start;
  start.ns = workflow.ns;
  start.name = workflow.name;
  start.trigger.kind = contract::kTestTrigger;
  start.input = wish.input;
  start.reuse = planner.TakeReuse();
  start.draft = std::move(draft);
  return start;
}

std::string SealTestSecrets(const SealingKey& key, const std::string& instance, const std::vector<std::string>& names) {
  auto list = Value::EmptyArray();
  for (const auto& name : names) list.Append(Value(name));
  return Base64(Seal(key, list.Dump(), BoundTo(instance)));
}

std::vector<std::string> UnsealTestSecrets(const SealingKey& key, const std::string& instance,
                                           std::string_view sealed) {
  std::vector<std::string> names;
  const auto bytes = FromBase64(sealed);
  const auto plain = bytes ? Unseal(key, *bytes, BoundTo(instance)) : std::nullopt;
  const auto list = plain ? Value::Parse(*plain).value_or(Value()) : Value();
  for (std::size_t i = 0; i < list.size(); ++i) names.push_back(list.At(i).AsString());
  return names;
}

}  // namespace weft::server
