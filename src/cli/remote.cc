#include "cli/remote.h"

#include <algorithm>

#include "base/encode.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/output.h"

namespace weft::cli {

int WithServer(const ServerOptions& options, const std::function<Result<int>(ApiClient&)>& act) {
  auto client = ApiClient::Open(options);
  if (!client) return ReportFailure(client.error());
  const auto code = act(*client);
  return code ? *code : ReportFailure(code.error());
}

WorkflowName::WorkflowName(std::string_view text) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) ns = text.substr(0, slash);
  name = slash == std::string_view::npos ? text : text.substr(slash + 1);
}

std::string WorkflowName::path() const { return "/api/v1/workflows/" + PercentEncode(ns) + '/' + PercentEncode(name); }

std::string InstancePath(std::string_view id) { return "/api/v1/instances/" + PercentEncode(id); }

std::string Table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return {};
  const auto width = [](std::string_view text) {
    int columns = 0;
    while (!text.empty()) columns += DisplayWidth(TakeCodePoint(text));
    return columns;
  };
  std::vector<int> widths;
  for (const auto& title : titles) widths.push_back(width(title));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += cells[i];
      if (i + 1 < cells.size()) line.append(static_cast<std::size_t>(widths[i] - width(cells[i]) + 2), ' ');
    }
    text += line.erase(line.find_last_not_of(' ') + 1) + '\n';
  };
  add(titles);
  for (const auto& row : rows) add(row);
  return text;
}

int ShowList(const ServerOptions& options, const std::string& path, const std::vector<std::string>& titles,
             const std::function<std::vector<std::string>(const expr::Value& item)>& row) {
  return WithServer(options, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto items, client.List(path));
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items) rows.push_back(row(item));
    PrintOutput(Table(titles, rows));
    return kOk;
  });
}

std::string ShortTime(const expr::Value& time) {
  constexpr std::size_t kSeconds = 19;
  auto text = time.AsString().substr(0, kSeconds);
  if (text.size() < kSeconds) return "-";
  text[10] = ' ';
  return text;
}

}  // namespace weft::cli
