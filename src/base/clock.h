#pragma once

#include <stop_token>

#include "base/time.h"

/// The system's clock. Not for the interpreter, which is told what time it is.
namespace weft {

Timestamp Now();

/// Waits so long, or until stop is requested: then false. Any thread.
bool Rest(const std::stop_token& stop, Duration span);

}  // namespace weft
