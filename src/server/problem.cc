#include <algorithm>
#include <array>
#include <utility>

#include "expr/value.h"
#include "server/http_text.h"
#include "server/route.h"

namespace weft::server {
namespace {

using expr::Value;

// By code, else by what stands before its last dot; in order of status.
constexpr std::array<std::pair<std::string_view, int>, 24> kStatuses{{
    {"request", 400},    {"usage", 400},  {"unauthorized", 401}, {"forbidden", 403},    {"not_found", 404},
    {"no_file", 404},    {"method", 405}, {"conflict", 409},     {"store.exists", 409}, {"too_large", 413},
    {"media_type", 415}, {"host", 421},   {"validation", 422},   {"expression", 422},   {"duration", 422},
    {"value", 422},      {"schema", 422}, {"file", 422},         {"rate", 429},         {"workflow.failed", 502},
    {"busy", 503},       {"store", 503},  {"temporal", 503},     {"timeout", 504},
}};

int StatusOf(std::string_view code) {
  for (;;) {
    const auto found = std::ranges::find(kStatuses, code, &std::pair<std::string_view, int>::first);
    if (found != kStatuses.end() && !code.empty()) return found->second;
    const auto dot = code.rfind('.');
    if (dot == std::string_view::npos) return 500;
    code = code.substr(0, dot);
  }
}

}  // namespace

Response Problem(int status, const Error& error, std::string_view extra) {
  auto problem = Value::Parse(extra).value_or(Value::EmptyObject());
  problem.Set("type", Value("/docs/errors/" + error.code));
  problem.Set("title", Value(ReasonOf(status)));
  problem.Set("status", Value(status));
  problem.Set("detail", Value(error.message));
  problem.Set("code", Value(error.code));
  Response response{
      .status = status, .content_type = "application/problem+json", .body = problem.Dump(), .headers = {}};
  if (status == 503 || status == 429) response.headers.emplace_back("Retry-After", "1");
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"weft\"");
  return response;
}

Response ProblemOf(const Error& error) { return Problem(StatusOf(error.code), error); }

}  // namespace weft::server
