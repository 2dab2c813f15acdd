#include "progress/changes.h"

#include <fmt/format.h>

#include <utility>

namespace weft::progress {
namespace {

using expr::Value;

std::uint64_t Hash(std::uint64_t seed, std::string_view text) {
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return seed;
}

std::uint64_t Hash(std::uint64_t seed, std::int64_t number) { return Hash(seed, std::to_string(number) + ' '); }

/// Of all that can change once a node is shown. Input and output change only together with attempts or status.
std::uint64_t DigestOf(const NodeView& node) {
  auto h = Hash(14695981039346656037ULL, node.path);
  h = Hash(h, static_cast<int>(node.status));
  h = Hash(h, node.attempts);
  h = Hash(h, node.started_at.time_since_epoch().count());
  h = Hash(h, node.ended_at.time_since_epoch().count());
  h = Hash(h, static_cast<std::int64_t>(node.tries.size()));
  h = Hash(h, (node.handled ? 1 : 0) + (node.omitted ? 2 : 0));
  h = Hash(h, node.chosen_case);
  h = Hash(h, node.child);
  h = Hash(h, node.error ? node.error->message : "");
  if (!node.reason.IsNull()) h = Hash(h, node.reason.Dump());
  if (!node.counts.IsNull()) h = Hash(h, node.counts.Dump());
  return h;
}

Value Difference(const std::string& path, const Value& before, const Value& now) {
  auto difference = Value::Object({{"path", Value(path)}});
  now.ForEachField([&](std::string_view name, const Value& value) {
    if (!before.Has(name) || before.Get(name) != value) difference.Set(name, value);
  });
  before.ForEachField([&](std::string_view name, const Value&) {
    if (!now.Has(name)) difference.Set(name, Value());
  });
  return difference;
}

/// What is not told by nodes. The number of events changes all the time and is part of the version.
std::string HeadOf(const InstanceView& view) {
  auto head = view.Head();
  head.Erase("children");
  head.Set("run", Value(view.run_id));
  return head.Dump();
}

}  // namespace

Changes::News Changes::Take(const InstanceView& view) {
  News news;
  auto head = HeadOf(view);
  news.whole = head != head_;
  auto digest = Hash(14695981039346656037ULL, head);
  head_ = std::move(head);
  std::map<std::string, Node, std::less<>> nodes;
  for (const auto& node : view.nodes) {
    const auto its = DigestOf(node);
    // Order does not matter: paths are part of each digest.
    digest += its * 0x9E3779B97F4A7C15ULL;
    const auto before = nodes_.find(node.path);
    if (before != nodes_.end() && before->second.digest == its) {
      nodes.emplace(node.path, std::move(before->second));
      nodes_.erase(before);
      continue;
    }
    auto json = node.ToJson();
    const auto known = before == nodes_.end() ? Value::EmptyObject() : std::move(before->second.json);
    if (before != nodes_.end()) nodes_.erase(before);
    if (!news.whole) news.nodes.push_back(Difference(node.path, known, json).Dump());
    nodes.emplace(node.path, Node{its, std::move(json)});
  }
  for (const auto& [path, gone] : nodes_) {
    if (!news.whole) news.nodes.push_back(Value::Object({{"path", Value(path)}, {"removed", Value(true)}}).Dump());
  }
  nodes_ = std::move(nodes);
  version_ = fmt::format("{}:{}.{:016x}", view.run_id, view.events, digest);
  return news;
}

}  // namespace weft::progress
