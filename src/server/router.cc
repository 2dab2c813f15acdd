#include "server/router.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <set>

#include "server/http_text.h"

namespace weft::server {
namespace {

/// `/a/b` to `a`, `b`; `/` to one empty segment.
std::vector<std::string_view> Segments(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

[[noreturn]] void Abort(const Route& route, std::string_view why) {
  spdlog::critical("route {} {}: {}", route.method, route.pattern, why);
  std::abort();
}

}  // namespace

/// A place in the tree of patterns, one level per segment.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::string parameter_name;
  std::map<std::string, const Route*, std::less<>> methods;  // of patterns that end here
  std::map<std::string, const Route*, std::less<>> rest;     // of patterns that take all that follows
  std::string rest_name;

  void Add(std::map<std::string, const Route*, std::less<>>& routes, const Route& route) {
    if (!routes.emplace(route.method, &route).second) Abort(route, "is there twice");
  }
};

struct Router::Search {
  std::string_view method;
  std::vector<std::string> segments;
  std::vector<std::pair<const std::string*, std::size_t>> bound = {};  // parameters on the way, with their depth

  const Route* found = nullptr;
  std::map<std::string, std::string, std::less<>> parameters = {};
  std::set<std::string> allowed = {};
  bool path_known = false;

  /// Of the routes at one place the one that fits the method.
  void Take(const std::map<std::string, const Route*, std::less<>>& routes) {
    if (found != nullptr || routes.empty()) return;
    path_known = true;
    for (const std::string_view wanted :
         {method, method == "HEAD" ? std::string_view("GET") : method, std::string_view("*")}) {
      if (const auto entry = routes.find(wanted); entry != routes.end()) {
        found = entry->second;
        for (const auto& [name, depth] : bound) parameters[*name] = segments[depth];
        return;
      }
    }
    for (const auto& [name, route] : routes) {
      allowed.insert(name);
      if (name == "GET") allowed.insert("HEAD");
    }
  }
};

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  const auto root = std::make_shared<Node>();
  for (const Route& route : routes_) {
    Node* node = root.get();
    bool rest = false;
    for (const auto segment : Segments(route.pattern)) {
      if (rest) Abort(route, "has segments behind its rest");
      if (segment.starts_with('{') && segment.ends_with("*}")) {
        node->rest_name = segment.substr(1, segment.size() - 3);
        node->Add(node->rest, route);
        rest = true;
      } else if (segment.starts_with('{') && segment.ends_with('}')) {
        const auto name = segment.substr(1, segment.size() - 2);
        if (!node->parameter) {
          node->parameter = std::make_unique<Node>();
          node->parameter_name = name;
        }
        if (node->parameter_name != name) Abort(route, "names a parameter differently than another route");
        node = node->parameter.get();
      } else {
        auto& child = node->literals[std::string(segment)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
      }
    }
    if (!rest) node->Add(node->methods, route);
  }
  root_ = root;
}

void Router::Visit(const Node& node, Search& search, std::size_t depth) {
  if (depth == search.segments.size()) {
    search.Take(node.methods);
    return;
  }
  const std::string& segment = search.segments[depth];
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    Visit(*literal->second, search, depth + 1);
  }
  if (search.found == nullptr && node.parameter && !segment.empty()) {
    search.bound.emplace_back(&node.parameter_name, depth);
    Visit(*node.parameter, search, depth + 1);
    search.bound.pop_back();
  }
  if (search.path_known || node.rest.empty()) return;
  search.Take(node.rest);
  if (search.found == nullptr) return;
  std::string& rest = search.parameters[node.rest_name];
  for (std::size_t at = depth; at < search.segments.size(); ++at) {
    if (at > depth) rest += '/';
    rest += search.segments[at];
  }
}

std::variant<Router::Match, Router::NoSuchPath, Router::NoSuchMethod, Router::BadPath> Router::Find(
    std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return BadPath{};
  Search search{.method = method, .segments = {}};
  for (const auto segment : Segments(path)) {
    auto decoded = PercentDecode(segment);
    if (!decoded) return BadPath{};
    search.segments.push_back(*std::move(decoded));
  }
  Visit(*root_, search, 0);
  if (search.found != nullptr) return Match{search.found, std::move(search.parameters)};
  if (!search.path_known) return NoSuchPath{};
  NoSuchMethod refused;
  for (const auto& allowed : search.allowed) refused.allow += (refused.allow.empty() ? "" : ", ") + allowed;
  return refused;
}

}  // namespace weft::server
