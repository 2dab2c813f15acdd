#include "activities/http_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/encode.h"

namespace weft::activities {
namespace {

std::string Part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* part = nullptr;
  std::string text;
  if (::curl_url_get(url, what, &part, flags) == CURLUE_OK) text = part;
  ::curl_free(part);
  return text;
}

}  // namespace

std::string WithQuery(std::string url, std::string_view name, std::string_view value) {
  const auto fragment = std::min(url.find('#'), url.size());
  const auto query = url.find('?');
  std::string_view separator = "?";
  if (query < fragment) separator = query + 1 == fragment || url[fragment - 1] == '&' ? "" : "&";
  return url.insert(fragment, std::string(separator) + PercentEncode(name) + '=' + PercentEncode(value));
}

void HttpUrl::Release::operator()(CURLU* url) const { ::curl_url_cleanup(url); }

Result<HttpUrl> HttpUrl::Set(Handle handle, const std::string& text) {
  if (const auto code =
          ::curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), CURLU_URLENCODE | CURLU_DISALLOW_USER);
      code != CURLUE_OK) {
    return Fail("http.url", std::string("the URL cannot be used: ") + ::curl_url_strerror(code));
  }
  const auto scheme = Part(handle.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return Fail("http.url", "the URL has the scheme `" + scheme + "`; only http and https are possible");
  }
  return HttpUrl(std::move(handle));
}

Result<HttpUrl> HttpUrl::Parse(const std::string& text) {
  if (text.contains('\0')) return Fail("http.url", "the URL holds a NUL");
  return Set(Handle(::curl_url()), text);
}

std::string HttpUrl::Text() const { return Part(handle_.get(), CURLUPART_URL); }

std::string HttpUrl::Origin() const {
  auto origin = Part(handle_.get(), CURLUPART_SCHEME) + "://" + Part(handle_.get(), CURLUPART_HOST) + ':' +
                Part(handle_.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::ranges::transform(origin, origin.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return origin;
}

Result<HttpUrl> HttpUrl::Resolve(const std::string& location) const {
  return Set(Handle(::curl_url_dup(handle_.get())), location);
}

}  // namespace weft::activities
