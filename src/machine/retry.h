#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "dsl/definition.h"
#include "expr/value.h"

namespace weft::machine {

/// Whether an error may be tried again at all: by its code (and, for `http.status`, its status), and by `on` and
/// `except`. An entry of those lists names a code or a family of codes (`http` covers `http.status`).
bool IsRetryable(std::string_view code, const expr::Value& data, const dsl::Retry& retry);

/// The wait before attempt `attempt + 1`, jitter included. `seed` is the same for one attempt of one node of one run
/// and differs between them, so that many runs do not retry in step; nothing random is used.
Duration RetryDelay(const dsl::Retry& retry, int attempt, std::string_view seed);

}  // namespace weft::machine
