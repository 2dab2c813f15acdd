#include "cli/remote_instance.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "cli/remote.h"
#include "dsl/load.h"

namespace weft::cli {
namespace {

using expr::Value;
using machine::NodeStatus;
using progress::InstanceView;
using progress::NodeView;

Timestamp TimeOf(const Value& time) { return ParseTimestamp(time.StringView()).value_or(Timestamp{}); }

NodeStatus StatusOf(std::string_view name) {
  for (std::size_t i = 0; i < machine::kNodeStatuses; ++i) {
    if (const auto status = static_cast<NodeStatus>(i); machine::StatusName(status) == name) return status;
  }
  return NodeStatus::kPending;
}

/// Where a node stands in the file: for each part of its path the index in its region, or the iteration's number.
struct Place {
  std::vector<std::size_t> order;
  const dsl::Node* node = nullptr;
};

const dsl::Region* InnerOf(const dsl::Node& node) {
  if (const auto* each = std::get_if<dsl::Foreach>(&node.body)) return each->region.get();
  if (const auto* loop = std::get_if<dsl::Loop>(&node.body)) return loop->region.get();
  if (const auto* group = std::get_if<dsl::Group>(&node.body)) return group->region.get();
  return nullptr;
}

Place PlaceOf(const dsl::Workflow* workflow, std::string_view path) {
  Place place;
  const auto* region = workflow == nullptr ? nullptr : workflow->root.get();
  while (!path.empty() && region != nullptr) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    std::size_t number = 0;
    if (std::from_chars(part.data(), part.data() + part.size(), number).ec == std::errc{}) {
      place.order.push_back(number);
      continue;
    }
    const auto found = region->index.find(part);
    if (found == region->index.end()) break;
    place.order.push_back(found->second);
    place.node = &region->nodes[found->second];
    region = InnerOf(*place.node);
  }
  return place;
}

NodeView NodeOf(const std::string& path, const Value& json, const dsl::Node* definition) {
  NodeView node;
  node.path = path;
  if (definition != nullptr) node.kind = definition->kind;
  node.status = StatusOf(json.Get("status").StringView());
  node.attempts = static_cast<int>(json.Get("attempts").AsInteger());
  node.max_attempts = std::max(1, static_cast<int>(json.Get("maxAttempts").AsInteger()));
  node.started_at = TimeOf(json.Get("startedAt"));
  node.ended_at = TimeOf(json.Get("endedAt"));
  node.chosen_case = json.Get("case").AsString();
  node.reason = json.Get("reason");
  node.counts = json.Get("counts");
  const auto error = json.Get("error");
  if (error.IsObject()) {
    node.error = {.code = error.Get("code").AsString(),
                  .message = error.Get("message").AsString(),
                  .node = error.Get("node").AsString(),
                  .attempt = static_cast<int>(error.Get("attempt").AsInteger()),
                  .retryable = error.Get("retryable").AsBool(),
                  .cause = error.Get("cause"),
                  .data = error.Get("data")};
  }
  return node;
}

}  // namespace

Result<RemoteInstance> RemoteInstance::Get(ApiClient& client, const std::string& id) {
  RemoteInstance instance;
  WEFT_TRY(instance.document_, client.Get(InstancePath(id)));
  instance.LearnWorkflow(client);
  return instance;
}

/// Only for people's eyes: without it nodes are sorted by name.
void RemoteInstance::LearnWorkflow(ApiClient& client) {
  if (document_.Get("revision").IsNull()) return;
  WorkflowName name(document_.Get("workflow").AsString());
  name.ns = document_.Get("namespace").AsString();
  const auto revision = client.Get(name.path() + "/revisions/" + document_.Get("revision").Dump());
  if (revision) workflow_ = dsl::Load(revision->Get("source").StringView()).workflow;
}

Result<void> RemoteInstance::Follow(ApiClient& client, const Callbacks& callbacks) {
  const auto id = document_.Get("id").AsString();
  const auto told = [&] {
    if (callbacks.changed) callbacks.changed(View());
  };
  const auto on_event = [&](const ServerEvent& event) {
    const auto data = Value::Parse(event.data);
    if (!data) return true;
    if (event.event == "instance") {
      document_ = *data;
      told();
    } else if (event.event == "node") {
      Change(*data);
      told();
    }
    return event.event != "closed";
  };
  WEFT_TRY_VOID(client.Stream(InstancePath(id) + "/stream", on_event, callbacks.trouble));
  WEFT_TRY(document_, client.Get(InstancePath(id)));
  told();
  return {};
}

void RemoteInstance::Change(const Value& node) {
  const auto path = node.Get("path").AsString();
  auto nodes = document_.Get("nodes");
  if (node.Get("removed").Truthy()) {
    nodes.Erase(path);
  } else {
    auto known = nodes.Get(path);
    node.ForEachField([&](std::string_view field, const Value& value) {
      if (field == "path") return;
      known.Set(field, value);
    });
    nodes.Set(path, std::move(known));
  }
  document_.Set("nodes", std::move(nodes));
}

InstanceView RemoteInstance::View() const {
  InstanceView view;
  view.id = document_.Get("id").AsString();
  view.run_id = document_.Get("run").Get("id").AsString();
  view.workflow = document_.Get("workflow").AsString();
  view.ns = document_.Get("namespace").AsString();
  view.revision = static_cast<int>(document_.Get("revision").AsInteger());
  view.status = document_.Get("status").AsString();
  view.trigger = {.kind = document_.Get("trigger").Get("kind").AsString(),
                  .id = document_.Get("trigger").Get("id").AsString(),
                  .payload = {}};
  view.input = document_.Get("input");
  view.output = document_.Get("output");
  view.error = document_.Get("error");
  view.reason = document_.Get("reason");
  view.started_at = TimeOf(document_.Get("startedAt"));
  view.ended_at = TimeOf(document_.Get("endedAt"));
  std::map<std::pair<std::vector<std::size_t>, std::string>, NodeView> nodes;
  document_.Get("nodes").ForEachField([&](std::string_view path, const Value& json) {
    auto place = PlaceOf(workflow_.get(), path);
    nodes.emplace(std::pair(std::move(place.order), std::string(path)), NodeOf(std::string(path), json, place.node));
  });
  for (auto& [key, node] : nodes) view.nodes.push_back(std::move(node));
  return view;
}

bool IsClosed(const Value& document) {
  constexpr std::array<std::string_view, 3> kOpen{"queued", "running", "stuck"};
  return std::ranges::find(kOpen, document.Get("status").StringView()) == kOpen.end();
}

int ExitOf(const InstanceView& view) {
  return view.status == "completed" || view.status == "not_triggered" ? kOk : kFailed;
}

}  // namespace weft::cli
