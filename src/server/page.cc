#include "server/page.h"

#include <charconv>
#include <utility>

namespace weft::server {

using expr::Value;

Result<Page> PageOf(const Request& request) {
  constexpr int kMost = 500;
  Page page;
  page.after = request.Query("cursor").value_or("");
  if (const auto limit = request.Query("limit")) {
    const auto* const end = limit->data() + limit->size();
    const auto [read, problem] = std::from_chars(limit->data(), end, page.limit);
    if (problem != std::errc() || read != end || page.limit < 1 || page.limit > kMost) {
      return Fail("request", "`limit` must be a number from 1 to " + std::to_string(kMost) + ".");
    }
  }
  return page;
}

Response PageResponse(std::vector<Value> items, const std::string& next) {
  const auto body =
      Value::Object({{"items", Value::Array(std::move(items))}, {"next", next.empty() ? Value() : Value(next)}});
  return {.status = 200, .body = body.Dump(), .headers = {}};
}

}  // namespace weft::server
