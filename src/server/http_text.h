#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/route.h"

/// The letters of HTTP: escapes, queries, media types, heads of answers. Pure functions.
namespace weft::server {

/// `%41` to `A`. Nothing for a broken escape, and for what would not be UTF-8 text without control characters.
std::optional<std::string> PercentDecode(std::string_view text);

/// `a=1&b=x+y`, in order; nothing as for PercentDecode.
std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text);

/// `Application/JSON; charset=utf-8` to `application/json`.
std::string MediaType(std::string_view content_type);

/// The value of a cookie of a `Cookie` header; empty when it has none of that name.
std::string_view CookieOf(std::string_view header, std::string_view name);

/// `Not Found`.
std::string_view ReasonOf(int status);

/// Status line and headers of an answer, with the empty line. Headers that would break the head are left out.
/// `length`: of the body, nothing when the end of the connection ends it.
std::string HeadOf(const Response& response, std::optional<std::size_t> length, bool keep_alive);

}  // namespace weft::server
