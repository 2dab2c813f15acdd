#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

using CURLU = struct Curl_URL;

namespace weft::activities {

/// `url` with `name=value` at the end of its query, both percent-encoded here.
std::string WithQuery(std::string url, std::string_view name, std::string_view value);

/// An absolute http or https URL. Problems have the code `http.url`.
class HttpUrl {
 public:
  static Result<HttpUrl> Parse(const std::string& text);

  [[nodiscard]] std::string Text() const;
  /// Scheme, host and port: requests to another origin carry no credentials along.
  [[nodiscard]] std::string Origin() const;

  /// Where a `Location` leads from here.
  [[nodiscard]] Result<HttpUrl> Resolve(const std::string& location) const;

 private:
  struct Release {
    void operator()(CURLU* url) const;
  };
  using Handle = std::unique_ptr<CURLU, Release>;

  explicit HttpUrl(Handle handle) : handle_(std::move(handle)) {}
  static Result<HttpUrl> Set(Handle handle, const std::string& text);

  Handle handle_;
};

}  // namespace weft::activities
