#include "server/route.h"

#include <algorithm>

namespace weft::server {

const std::string& Request::Parameter(std::string_view name) const {
  static const std::string kNone;
  const auto found = parameters.find(name);
  return found == parameters.end() ? kNone : found->second;
}

std::optional<std::string> Request::Query(std::string_view name) const {
  const auto found = std::ranges::find(query, name, [](const auto& entry) { return std::string_view(entry.first); });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string_view Request::Header(std::string_view lower_case_name) const {
  const auto found =
      std::ranges::find(headers, lower_case_name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace weft::server
