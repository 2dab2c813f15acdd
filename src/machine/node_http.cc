#include <algorithm>

#include "machine/node_activity.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr int kAttemptsOfSafeMethods = 3;

bool IsSafe(std::string_view method) {
  std::string upper(method);
  for (auto& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return upper.empty() || upper == "GET" || upper == "HEAD";
}

}  // namespace

Result<void> HttpArguments(const dsl::Http& http, const std::string& idempotency_key, Arguments& arguments) {
  static const dsl::Http kDefaults;
  WEFT_TRY_VOID(arguments.Add("url", http.url));
  WEFT_TRY_VOID(arguments.Add("method", http.method));
  WEFT_TRY_VOID(arguments.Add("query", http.query));
  WEFT_TRY_VOID(arguments.AddTexts("headers", http.headers));
  WEFT_TRY_VOID(arguments.Add("body", http.body));
  WEFT_TRY_VOID(arguments.Add("form", http.form));
  WEFT_TRY_VOID(arguments.Add("auth", http.auth));
  WEFT_TRY_VOID(arguments.Add("tls", http.tls));
  if (http.success != kDefaults.success) {
    auto ranges = Value::EmptyArray();
    for (const auto& [low, high] : http.success) ranges.Append(Value::Array({Value(low), Value(high)}));
    arguments.Set("success", std::move(ranges));
  }
  if (http.whole_response) arguments.Set("response", Value(true));
  if (http.follow_redirects != kDefaults.follow_redirects) arguments.Set("redirects", Value(http.follow_redirects));
  if (http.max_body != kDefaults.max_body) arguments.Set("max_body", Value(static_cast<std::int64_t>(http.max_body)));
  const auto* method = http.method.AsLiteral();
  if (!http.method.empty() && (method == nullptr || !IsSafe(method->StringView()))) {
    arguments.Set("idempotency_key", Value(idempotency_key));
  }
  return {};
}

void StartHttp(Run& run, NodeRef ref) {
  const auto& http = std::get<dsl::Http>(ref.definition().body);
  if (!ref.definition().retry) {
    auto method = http.method.empty() ? Result<Value>(Value("GET")) : run.Evaluate(http.method, ref, ref.state().input);
    ref.state().max_attempts = method && IsSafe(method->StringView()) ? kAttemptsOfSafeMethods : 1;
  }
  StartActivity(run, ref);
}

}  // namespace weft::machine
