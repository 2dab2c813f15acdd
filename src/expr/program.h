#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "expr/expression.h"

extern "C" {
#include <jq.h>
}

namespace weft::expr {

/// Bounds what libjq does on this thread while it lives, and tells `mode` and `now` to it. Not nested.
class Budget {
 public:
  Budget(Mode mode, Timestamp now, std::uint64_t bytes);
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget();

  /// Which bound was hit, as a sentence about the expression; empty if none was.
  [[nodiscard]] static std::string Exhausted();
  [[nodiscard]] Spent Used() const;

 private:
  std::uint64_t bytes_;
};

/// This thread's jq_state for parsing.
jq_state* Parser();

/// The first result of a program for `input`, null if it has none. Byte code is kept per thread, by text and mode. The
/// error's message does not name the program. `spent` may be null.
Result<Value> RunProgram(const std::string& program, Mode mode, const Value& input, Timestamp now, Spent* spent);

}  // namespace weft::expr
