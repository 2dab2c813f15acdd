#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/route.h"

namespace weft::server {

/// Finds the route of a request. Built once, then read by any thread.
class Router {
 public:
  /// Two routes of one method and pattern, or patterns that name a parameter differently in one place, are faults of
  /// the program and abort.
  explicit Router(std::vector<Route> routes);
  Router(Router&&) = default;
  Router(const Router&) = delete;

  struct Match {
    const Route* route;
    std::map<std::string, std::string, std::less<>> parameters;
  };
  struct NoSuchPath {};
  struct NoSuchMethod {
    std::string allow;  ///< of the path: `GET, HEAD, POST`
  };
  struct BadPath {};  ///< a broken escape

  /// `path`: as it came, without its query. Segments match literally before parameters, and `{rest*}` only where
  /// nothing else fits the path. An encoded slash stays inside its parameter. HEAD finds the routes of GET.
  [[nodiscard]] std::variant<Match, NoSuchPath, NoSuchMethod, BadPath> Find(std::string_view method,
                                                                            std::string_view path) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  struct Search;
  static void Visit(const Node& node, Search& search, std::size_t depth);

  std::vector<Route> routes_;
  std::shared_ptr<const Node> root_;
};

}  // namespace weft::server
