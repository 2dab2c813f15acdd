#pragma once

#include <string>
#include <string_view>

namespace weft {

/// A new ULID (github.com/ulid/spec): 26 characters that sort by time, with 80 random bits from the system. Within one
/// process they also sort by the order of the calls. Any thread.
std::string NewUlid();

/// Whether it is written as one.
bool IsUlid(std::string_view text);

}  // namespace weft
