#include <algorithm>

#include "dsl/node_kinds.h"

namespace weft::dsl {
namespace {

/// A text where the table wants a map is one expression that gives it.
void WantExpression(const Fields& body, std::string_view key) {
  const auto* value = body.Get(key);
  if (value == nullptr || !value->IsString() || value->text.contains("${")) return;
  body.problems().Error("type", *value, Quoted(key) + " must be a map, or an expression that gives one");
}

void CheckMethod(const Fields& body) {
  const auto method = body.Text("method").value_or("GET");
  const auto is_token = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'; };
  if (method.contains("${") || std::ranges::all_of(method, is_token)) return;
  body.problems().Error("value", *body.Get("method"), Quoted(method) + " is not an HTTP method");
}

void CheckUrl(const Fields& holder, std::string_view key) {
  const auto url = holder.Text(key).value_or("http://");
  if (url.starts_with("http://") || url.starts_with("https://") || url.starts_with("${")) return;
  holder.problems().Error("value", *holder.Get(key), Quoted(url) + " is not the URL of an HTTP server",
                          "it begins with http:// or https://, or with one expression that gives all of it");
}

}  // namespace

Body ReadHttp(const Fields& node) {
  Http http;
  const auto body = node.Inside("http");
  if (!body) {
    CheckUrl(node, "http");
    http.url = node.Read("http", expr::Place::kUrl);
    return http;
  }
  for (const auto* key : {"query", "headers", "form", "auth", "tls"}) WantExpression(*body, key);
  CheckUrl(*body, "url");
  CheckMethod(*body);
  http.url = body->Read("url", expr::Place::kUrl);
  http.method = body->Read("method");
  http.query = body->Read("query");
  http.headers = body->Read("headers", expr::Place::kHeader);
  http.body = body->Read("body");
  http.form = body->Read("form");
  http.auth = body->Read("auth");
  http.tls = body->Read("tls");
  if (const auto* form = body->Get("form"); form != nullptr && body->Get("body") != nullptr) {
    node.problems().Error("conflict", KeyOf(*form), "`body` and `form` exclude each other", "a request has one body");
  }
  if (const auto* success = body->Get("success")) {
    http.success.clear();
    for (const auto* item : success->items) {
      if (const auto range = StatusRangeOf(*item)) http.success.push_back(*range);
    }
  }
  http.whole_response = body->Text("output") == "response";
  http.follow_redirects = body->Integer("follow_redirects", http.follow_redirects);
  http.max_body = SizeOf(body->Get("max_body")).value_or(http.max_body);
  return http;
}

}  // namespace weft::dsl
