#pragma once

#include <string>
#include <string_view>

namespace weft {

/// The host of an absolute URL, without port and without the brackets of an IPv6 address: `::1` of
/// `http://[::1]:8080/api`.
std::string HostOf(std::string_view url);

/// Whether a host leads to this machine and nowhere else: `localhost`, an address of 127.0.0.0/8, `::1` with or without
/// brackets. A name that only looks so, such as `127.example.com`, does not.
bool IsLoopbackHost(std::string_view host);

}  // namespace weft
