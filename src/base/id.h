#pragma once

#include <string>

namespace weft {

/// A new ULID (github.com/ulid/spec): 26 characters that sort by time, with 80 random bits from the system. Within one
/// process they also sort by the order of the calls. Any thread.
std::string NewUlid();

}  // namespace weft
