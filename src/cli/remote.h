#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/api_client.h"

/// What the verbs that talk to a server share.
namespace weft::cli {

/// Opens the server and does the rest; says what failed. The verb's exit code.
int WithServer(const ServerOptions& options, const std::function<Result<int>(ApiClient&)>& act);

/// `NAME` or `NAMESPACE/NAME`, taken apart; without a namespace it is `default`.
struct WorkflowName {
  std::string ns = "default", name;
  explicit WorkflowName(std::string_view text);
  [[nodiscard]] std::string path() const;  ///< `/api/v1/workflows/NAMESPACE/NAME`
};

/// `/api/v1/instances/ID`
std::string InstancePath(std::string_view id);

/// Columns under their titles, for people. Nothing when there are no rows.
std::string Table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows);

/// Prints all of a list as such a table, a row of each item. The verb's exit code.
int ShowList(const ServerOptions& options, const std::string& path, const std::vector<std::string>& titles,
             const std::function<std::vector<std::string>(const expr::Value& item)>& row);

/// The time of a document in few characters: `2026-03-01 02:03:04`, UTC; `-` for null.
std::string ShortTime(const expr::Value& time);

}  // namespace weft::cli
