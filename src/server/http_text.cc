#include "server/http_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/ascii.h"
#include "base/utf8.h"

namespace weft::server {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += plus_is_space && text[at] == '+' ? ' ' : text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[at + 1]);
    const int low = HexDigit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  if (FindInvalidUtf8(decoded)) return std::nullopt;
  return decoded;
}

std::string DateNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> text;
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

constexpr std::array<std::pair<int, std::string_view>, 27> kReasons{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
}};

// Of every answer that does not say otherwise: not cached, not a document, not for pages of other sites.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kDefaults{{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
}};

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text) {
  auto decoded = Decode(text, false);
  if (!decoded || std::ranges::any_of(*decoded, IsControl)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = Decode(part.substr(0, equals), true);
    auto value = Decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    query.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

std::string MediaType(std::string_view content_type) {
  return LowerCase(Trim(content_type.substr(0, content_type.find(';'))));
}

std::string_view CookieOf(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto part = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), part.size() + 1));
    const auto cookie = Trim(part);
    if (cookie.size() > name.size() && cookie.starts_with(name) && cookie[name.size()] == '=') {
      return cookie.substr(name.size() + 1);
    }
  }
  return {};
}

std::string_view ReasonOf(int status) {
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? std::string_view("Status") : found->second;
}

std::string HeadOf(const Response& response, std::optional<std::size_t> length, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += ReasonOf(response.status);
  head += "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (std::ranges::any_of(name, IsControl) || std::ranges::any_of(value, IsControl)) return;
    head.append(name).append(": ").append(value).append("\r\n");
  };
  add("Date", DateNow());
  const bool has_body = response.status >= 200 && response.status != 204 && response.status != 304;
  if (has_body && !response.content_type.empty()) add("Content-Type", response.content_type);
  if (has_body && length) add("Content-Length", std::to_string(*length));
  if (!keep_alive) add("Connection", "close");
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const auto& [name, value] : kDefaults) {
    if (std::ranges::none_of(response.headers,
                             [&](const auto& header) { return LowerCase(header.first) == LowerCase(name); })) {
      add(name, value);
    }
  }
  head += "\r\n";
  return head;
}

}  // namespace weft::server
