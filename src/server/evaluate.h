#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// Trying an expression on sample data. A program that people are still writing may do anything to libjq, so it runs in
/// a process of its own.
namespace weft::server {

/// The process's part: evaluates `{ expression, condition, data, names }` and gives `{ value }`, or `{ error: { code,
/// message, hint, offset, length } }`. `expression` is what stands in a file: text with `${ … }`, or, without any, an
/// expression itself; `condition: true`: as in `when`. `data` is the value of `.`. `names` has the values of `dot`
/// (which is `.`), `input`, `nodes`, `trigger`, `vars`, `item`, `index`, `previous`, `error` and `run`; other names are
/// items that a `foreach` has named with `as`.
std::string Evaluate(std::string_view request);

/// Bounds this process's memory and time, then answers standard input on standard output.
int EvaluateStandardInput();

/// Runs `program VERB` with the request as its input and gives its answer. Fails with `rate` when too many run
/// already, and with `expression` when the process did not survive. Any thread; blocks up to some seconds.
Result<std::string> EvaluateInChild(const std::string& program, std::string_view request);

/// The verb by which the binary runs EvaluateStandardInput; not shown to people.
inline constexpr const char* kEvaluateVerb = "evaluate-expression";

}  // namespace weft::server
