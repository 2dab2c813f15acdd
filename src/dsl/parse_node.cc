#include <algorithm>
#include <array>

#include "dsl/check.h"
#include "dsl/node_kinds.h"

namespace weft::dsl {
namespace {

using namespace std::chrono_literals;

struct KindReader {
  Kind kind;
  std::string_view name;
  Body (*read)(const Fields& node);
};

constexpr std::array<KindReader, 15> kKinds{{{Kind::kShell, "shell", ReadShell},
                                             {Kind::kPython, "python", ReadPython},
                                             {Kind::kHttp, "http", ReadHttp},
                                             {Kind::kEvent, "event", ReadEvent},
                                             {Kind::kSwitch, "switch", ReadSwitch},
                                             {Kind::kSet, "set", ReadSet},
                                             {Kind::kWait, "wait", ReadWait},
                                             {Kind::kApproval, "approval", ReadApproval},
                                             {Kind::kForeach, "foreach", ReadForeach},
                                             {Kind::kLoop, "loop", ReadLoop},
                                             {Kind::kGroup, "group", ReadGroup},
                                             {Kind::kWorkflow, "workflow", ReadWorkflowCall},
                                             {Kind::kEmit, "emit", ReadEmit},
                                             {Kind::kNotify, "notify", ReadNotifyNode},
                                             {Kind::kFail, "fail", ReadFail}}};

/// The kinds that run on workers: they retry, time out and cut their own output.
bool Acts(Kind kind) { return kind == Kind::kShell || kind == Kind::kPython || kind == Kind::kHttp; }

void ReadKind(const Fields& fields, Node& node) {
  for (const auto& [key, value] : fields.map().entries) {
    const auto kind = std::ranges::find(kKinds, key->text, &KindReader::name);
    if (kind == kKinds.end()) continue;
    node.kind = kind->kind;
    node.body = kind->read(fields);
    return;
  }
}

void ReadTimes(const Fields& fields, Node& node) {
  const auto& loader = fields.loader();
  node.timeout = fields.Time("timeout");
  if (!node.timeout && Acts(node.kind)) {
    node.timeout = loader.default_timeout.value_or(node.kind == Kind::kHttp ? Duration(30s) : Duration(10min));
  }
  node.retry = ReadRetry(fields.Get("retry"));
  if (!node.retry && Acts(node.kind)) node.retry = loader.default_retry;
}

void ReadOnce(const Fields& fields, Node& node) {
  node.once = fields.Bool("once");
  if (!node.once) return;
  const auto* retry = fields.Get("retry");
  if (retry != nullptr && node.retry && node.retry->attempts > 1) {
    fields.problems().Error("conflict", KeyOf(*retry), "`once` and more than one attempt exclude each other",
                            "leave one of them out");
  }
  node.retry = Retry();
}

void CheckEnv(const Fields& fields) {
  const auto* env = fields.Get("env");
  if (env == nullptr) return;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (const auto& [key, value] : env->entries) {
    const auto& name = key->text;
    if (!name.empty() && std::ranges::all_of(name, allowed) && (name.front() < '0' || name.front() > '9')) continue;
    fields.problems().Error("value", *key, Quoted(name) + " cannot name an environment variable",
                            "use A-Z, a-z, 0-9 and _, with no digit first");
  }
}

std::shared_ptr<const Node> ReadCompensate(const Fields& fields, const std::string& queue) {
  const auto* body = fields.Get("compensate");
  if (body == nullptr || !body->IsMap()) return nullptr;
  auto site = fields.site();
  site.moment = Moment::kCompensation;
  const Fields inner(fields.loader(), *body, CompensateObject(), site);
  auto node = std::make_shared<Node>();
  ReadKind(inner, *node);
  ReadTimes(inner, *node);
  CheckEnv(inner);
  node->env = inner.Read("env");
  // What a node did is undone where it did it.
  if (node->kind != Kind::kWorkflow) node->queue = queue;
  return node;
}

void ReadJoin(const Fields& fields, Node& node) {
  const auto join = fields.Text("join");
  if (join == "all") node.join = Join::kAll;
  if (join == "first") node.join = Join::kFirst;
  if (join != "always") return;
  node.join = Join::kAlways;
  if (fields.Get("needs") == nullptr) {
    fields.problems().Error("missing", KeyOf(*fields.Get("join")), "`join: always` needs at least one need");
  }
}

void ReadNode(const Fields& fields, Node& node) {
  node.title = fields.Text("title").value_or("");
  ReadKind(fields, node);
  ReadJoin(fields, node);
  node.when = fields.Read("when");
  node.with = fields.Read("with");
  CheckEnv(fields);
  node.env = fields.Read("env");
  ReadTimes(fields, node);
  node.deadline = fields.Time("deadline");
  ReadOnce(fields, node);
  if (const auto on_error = fields.Inside("on_error")) node.continue_with = on_error->Read("continue");
  node.output = fields.Read("output");
  node.disabled = fields.Bool("disabled");
  node.queue = fields.Text("queue").value_or("");
  node.compensate = ReadCompensate(fields, node.queue);
  node.output_on_worker = Acts(node.kind) && node.output.AsExpression() != nullptr && node.output.ReadsOnlyDotAndVars();
}

}  // namespace

std::string_view KindName(Kind kind) { return std::ranges::find(kKinds, kind, &KindReader::kind)->name; }

std::optional<Retry> ReadRetry(const DocumentNode* node) {
  if (node == nullptr) return std::nullopt;
  Retry retry;
  if (const auto attempts = IntegerOf(node)) {
    retry.attempts = static_cast<int>(*attempts);
    return retry;
  }
  retry.attempts = static_cast<int>(IntegerOf(node->Get("attempts")).value_or(1));
  retry.delay = DurationOf(node->Get("delay")).value_or(retry.delay);
  retry.backoff = NumberOf(node->Get("backoff")).value_or(retry.backoff);
  retry.max_delay = DurationOf(node->Get("max_delay")).value_or(retry.max_delay);
  retry.jitter = NumberOf(node->Get("jitter")).value_or(retry.jitter);
  retry.on = TextsOf(node->Get("on"));
  retry.except = TextsOf(node->Get("except"));
  return retry;
}

void ReadRegion(Loader& loader, const DocumentNode& nodes, RegionScope& scope) {
  auto& region = *scope.region;
  region.nodes.resize(nodes.entries.size());
  for (std::size_t i = 0; i < nodes.entries.size(); ++i) {
    region.nodes[i].id = nodes.entries[i].key->text;
    region.index.emplace(region.nodes[i].id, i);
    scope.nodes.push_back(nodes.entries[i].value);
  }
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    if (!scope.nodes[i]->IsMap()) continue;
    const Site site{.moment = Moment::kNode, .region = &scope, .node = i, .names = &scope};
    ReadNode(Fields(loader, *scope.nodes[i], NodeObject(), site), region.nodes[i]);
  }
}

}  // namespace weft::dsl
