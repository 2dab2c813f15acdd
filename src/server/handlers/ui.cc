#include "server/handlers/ui.h"

#include <algorithm>
#include <array>

#include "server/auth.h"

namespace weft::server {
namespace {

// The interface's own files only; styles are also set by script, the layout runs in a worker.
constexpr std::string_view kPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Weft</title>"
    "<h1>Weft</h1><p>This binary was built without the web interface. Build it, then the binary again:</p>"
    "<pre>cd ui &amp;&amp; npm ci &amp;&amp; npm run build</pre>"
    "<p>The API is at <code>/api/v1</code>, described by <code>/api/v1/openapi.yaml</code>.</p></html>";

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
}};

std::string_view TypeOf(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto extension = dot == std::string_view::npos ? std::string_view() : path.substr(dot);
  const auto found = std::ranges::find(kTypes, extension, &std::pair<std::string_view, std::string_view>::first);
  return found == kTypes.end() ? std::string_view("application/octet-stream") : found->second;
}

Response Page(std::string body) {
  return {.content_type = "text/html; charset=utf-8",
          .body = std::move(body),
          .headers = {{"Content-Security-Policy", std::string(kPolicy)},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cache-Control", "no-cache"}}};
}

Response Serve(const Request& request, const EmbeddedFile& file) {
  auto response = Page({});
  response.content_type = TypeOf(file.path);
  auto& headers = response.headers;
  // The build puts a hash of the contents into the names of these.
  if (file.path.starts_with("assets/")) headers.back().second = "public, max-age=31536000, immutable";
  const std::string tag = "\"" + std::string(file.digest) + "\"";
  headers.emplace_back("ETag", tag);
  if (file.gzip) headers.emplace_back("Vary", "Accept-Encoding");
  if (request.Header("if-none-match").contains(tag)) {
    response.status = 304;
    return response;
  }
  if (file.gzip && request.Header("accept-encoding").contains("gzip")) {
    headers.emplace_back("Content-Encoding", "gzip");
    response.body = BytesOf(file);
  } else {
    response.body = ContentsOf(file);
  }
  return response;
}

Response File(const Request& request, const std::vector<EmbeddedFile>& files) {
  const auto find = [&](std::string_view path) { return std::ranges::find(files, path, &EmbeddedFile::path); };
  const auto& path = request.Parameter("file");
  if (const auto file = find(path); file != files.end()) return Serve(request, *file);
  // Addresses of pages are the interface's own business; those of calls and of lost files are not pages.
  const bool page = request.Header("accept").contains("text/html") && !path.starts_with("api/") &&
                    !path.starts_with("hooks/") && !path.starts_with("assets/");
  if (!page && !path.empty()) return ProblemOf({"not_found", "Nothing is at " + request.path + "."});
  if (const auto index = find("index.html"); index != files.end()) return Serve(request, *index);
  return Page(std::string(kNotBuilt));
}

/// The address that `weft dev` prints becomes a session; its token leaves the address bar.
Response Enter(const Request& request, Auth& auth, std::string_view token) {
  Response response{.status = 303, .content_type = {}, .body = {}, .headers = {{"Location", "/"}}};
  if (auto cookie = auth.Redeem(request, token)) response.headers.emplace_back("Set-Cookie", *std::move(cookie));
  return response;
}

}  // namespace

std::vector<Route> UiRoutes(Services& services, const std::vector<EmbeddedFile>& files) {
  const auto serve = [&services, &files](const Request& request) {
    if (const auto token = request.Query("token"); token && request.path == "/") {
      return Enter(request, *services.auth, *token);
    }
    return File(request, files);
  };
  std::vector<Route> routes;
  for (const auto* pattern : {"/", "/{file*}"}) {
    routes.push_back({.method = "GET",
                      .pattern = pattern,
                      .permission = Permission::kPublic,
                      .handler = Handler(serve),
                      .accepts = {},
                      .quick = true});
  }
  return routes;
}

}  // namespace weft::server
