#include <algorithm>

#include "dsl/keys.h"
#include "dsl/loader.h"

namespace weft::dsl {
namespace {

constexpr std::size_t kMaxNodes = 10'000;

void CollectIds(Loader& loader) {
  for (const auto& scope : loader.regions) {
    for (std::size_t i = 0; i < scope.nodes.size(); ++i) {
      const auto [first, is_new] = loader.ids.try_emplace(scope.region->nodes[i].id, &scope, i);
      if (is_new) continue;
      const auto& key = KeyOf(*scope.nodes[i]);
      const auto& other = KeyOf(*first->second.first->nodes[first->second.second]);
      loader.problems.Error(
          "duplicate-id", key,
          "the node " + Quoted(key.text) + " exists already, in line " + std::to_string(other.begin.line),
          "ids are unique in the file, nested nodes included");
    }
  }
}

/// Resolves the needs of one region.
class Linker {
 public:
  Linker(Loader& loader, RegionScope& scope) : loader_(loader), scope_(scope), region_(*scope.region) {}

  bool Link() {
    bool ok = true;
    scope_.needs.resize(region_.nodes.size());
    for (std::size_t i = 0; i < region_.nodes.size(); ++i) {
      const auto* needs = scope_.nodes[i]->Get("needs");
      if (needs == nullptr) continue;
      if (needs->IsString()) ok = LinkOne(i, *needs) && ok;
      for (const auto* item : needs->items) {
        if (item->IsString()) ok = LinkOne(i, *item) && ok;
      }
    }
    Derive();
    return FindCycles() && ok;
  }

 private:
  bool LinkOne(std::size_t node, const DocumentNode& text) {
    const auto dot = text.text.find('.');
    const auto id = std::string_view(text.text).substr(0, dot);
    const auto found = region_.index.find(id);
    if (found == region_.index.end()) return ReportUnknown(text, id);
    Need need{.source = found->second, .port = Port::kSucceeded, .case_name = {}};
    if (dot != std::string::npos && !SetPort(text, std::string_view(text.text).substr(dot + 1), need)) return false;
    if (dot == std::string::npos && region_.nodes[need.source].kind == Kind::kApproval) {
      need.port = Port::kCase;
      need.case_name = "approved";
    }
    region_.nodes[node].needs.push_back(std::move(need));
    scope_.needs[node].push_back(&text);
    return true;
  }

  bool ReportUnknown(const DocumentNode& text, std::string_view id) {
    std::string hint;
    if (loader_.ids.contains(id)) {
      hint = "there is a node " + Quoted(id) + ", but in another region; `needs` names nodes of the same region";
    } else {
      std::vector<std::string_view> known;
      for (const auto& [name, index] : region_.index) known.push_back(name);
      if (const auto meant = DidYouMean(id, known); !meant.empty()) hint = "did you mean " + Quoted(meant) + "?";
    }
    loader_.problems.Error("unknown-node", {text, 0, std::max<std::size_t>(id.size(), 1)},
                           "there is no node " + Quoted(id) + " here", std::move(hint));
    return false;
  }

  bool SetPort(const DocumentNode& text, std::string_view name, Need& need) {
    const auto& source = region_.nodes[need.source];
    std::vector<std::string_view> ports{"failed", "done", "skipped"};
    if (name == "failed") need.port = Port::kFailed;
    if (name == "done") need.port = Port::kDone;
    if (name == "skipped") need.port = Port::kSkipped;
    if (need.port != Port::kSucceeded) return true;
    if (const auto* branches = std::get_if<Switch>(&source.body)) {
      for (const auto& branch : branches->cases) ports.push_back(branch.name);
    }
    if (source.kind == Kind::kApproval) ports.insert(ports.end(), {"approved", "rejected"});
    if (std::find(ports.begin() + 3, ports.end(), name) != ports.end()) {
      need.port = Port::kCase;
      need.case_name = name;
      return true;
    }
    std::string hint = Quoted(source.id) + " has " + QuotedAlternatives(ports);
    if (const auto meant = DidYouMean(name, ports); !meant.empty())
      hint += "; did you mean `" + source.id + '.' + std::string(meant) + "`?";
    if (name == "succeeded" || name == "success") hint = "write `" + source.id + "` alone";
    loader_.problems.Error("unknown-port", {text, source.id.size() + 1, std::max<std::size_t>(name.size(), 1)},
                           "the node " + Quoted(source.id) + " has no port " + Quoted(name), std::move(hint));
    return false;
  }

  void Derive() {
    for (std::size_t i = 0; i < region_.nodes.size(); ++i) {
      for (std::size_t k = 0; k < region_.nodes[i].needs.size(); ++k) {
        const auto& need = region_.nodes[i].needs[k];
        auto& source = region_.nodes[need.source];
        if (source.dependents.empty() || source.dependents.back() != i) source.dependents.push_back(i);
        if (need.port == Port::kFailed || need.port == Port::kDone) source.has_handler = true;
        if (need.port == Port::kFailed && !source.continue_with.empty()) {
          loader_.problems.Error("conflict", *scope_.needs[i][k],
                                 Quoted(source.id) + " never fails: it has `on_error: { continue: … }`",
                                 "leave out `on_error` there, or this edge");
        }
      }
    }
  }

  /// Nodes that wait for each other, one diagnostic per ring.
  bool FindCycles() {
    auto& nodes = region_.nodes;
    std::vector<std::size_t> open(nodes.size(), 0);  // needs that are not yet behind us
    std::vector<std::size_t> ready;
    std::size_t passed = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      open[i] = nodes[i].needs.size();
      if (open[i] == 0) ready.push_back(i);
    }
    std::vector<bool> done(nodes.size(), false);
    const auto pass = [&] {
      while (!ready.empty()) {
        const auto at = ready.back();
        ready.pop_back();
        done[at] = true;
        ++passed;
        for (const auto dependent : nodes[at].dependents) {
          const auto edges = std::ranges::count(nodes[dependent].needs, at, &Need::source);
          open[dependent] -= static_cast<std::size_t>(edges);
          if (open[dependent] == 0 && !done[dependent]) ready.push_back(dependent);
        }
      }
    };
    pass();
    const bool acyclic = passed == nodes.size();
    while (passed < nodes.size()) {
      const auto ring = RingAmong(done);
      ReportRing(ring);
      // Cut it, and look for others behind.
      open[ring.front()] = 0;
      ready.push_back(ring.front());
      pass();
    }
    return acyclic;
  }

  /// Walks against the edges until a node comes again.
  std::vector<std::size_t> RingAmong(const std::vector<bool>& done) const {
    auto at = static_cast<std::size_t>(std::ranges::find(done, false) - done.begin());
    std::vector<std::size_t> walk;
    std::vector<bool> seen(done.size(), false);
    while (!seen[at]) {
      seen[at] = true;
      walk.push_back(at);
      at = std::ranges::find_if(region_.nodes[at].needs, [&](const Need& need) { return !done[need.source]; })->source;
    }
    walk.erase(walk.begin(), std::ranges::find(walk, at));
    std::ranges::rotate(walk, std::ranges::min_element(walk));
    return walk;
  }

  void ReportRing(const std::vector<std::size_t>& ring) {
    const auto first = ring.front();
    const auto next = ring[ring.size() > 1 ? 1 : 0];
    std::string path = '`' + region_.nodes[first].id + '`';
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 1; i < std::min(ring.size(), kShown); ++i)
      path += " needs `" + region_.nodes[ring[i]].id + '`';
    if (ring.size() > kShown) path += " …";
    path += " needs `" + region_.nodes[first].id + '`';
    const auto& needs = region_.nodes[first].needs;
    const auto edge = static_cast<std::size_t>(std::ranges::find(needs, next, &Need::source) - needs.begin());
    loader_.problems.Error("cycle", *scope_.needs[first][edge], "these nodes wait for each other: " + path,
                           "to repeat nodes use `loop`; otherwise take one of these needs out");
  }

  Loader& loader_;
  RegionScope& scope_;
  Region& region_;
};

}  // namespace

bool LinkRegions(Loader& loader) {
  std::size_t count = 0;
  for (const auto& scope : loader.regions) count += scope.nodes.size();
  if (count > kMaxNodes) {
    loader.problems.Error("limit", KeyOf(*loader.regions.front().nodes.front()->parent),
                          "the workflow has more than 10,000 nodes", "split it");
    return false;
  }
  CollectIds(loader);
  for (auto& scope : loader.regions) scope.linked = Linker(loader, scope).Link();
  return true;
}

}  // namespace weft::dsl
