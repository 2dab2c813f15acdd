#include "server/route.h"

#include <algorithm>
#include <array>

namespace weft::server {
namespace {

constexpr std::array<std::pair<Permission, std::string_view>, 7> kPermissions{{
    {Permission::kPublic, "public"},
    {Permission::kView, "view"},
    {Permission::kOperate, "operate"},
    {Permission::kPublish, "publish"},
    {Permission::kEdit, "edit"},
    {Permission::kAdmin, "admin"},
    {Permission::kWorker, "worker"},
}};

}  // namespace

std::string_view NameOf(Permission permission) {
  return std::ranges::find(kPermissions, permission, &std::pair<Permission, std::string_view>::first)->second;
}

std::optional<Permission> PermissionOf(std::string_view name) {
  const auto found = std::ranges::find(kPermissions, name, &std::pair<Permission, std::string_view>::second);
  if (found == kPermissions.end()) return std::nullopt;
  return found->first;
}

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
