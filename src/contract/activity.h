#pragma once

#include <string>
#include <vector>

#include "expr/template.h"
#include "expr/value.h"

/// The inputs and failures of activities as they stand in histories, as JSON. Fields with default values are left out;
/// unknown fields are ignored by readers. Add, never rename.
namespace weft::contract {

/// What every activity of a worker queue is given: evaluated arguments, nothing else of the run.
///
/// `{ "args": {…}, "secrets": [{ "path": […], "segments": ["text", { "secret": NAME, "encode": true }] }],
///    "output": JQ, "vars": {…} }`
///
/// `args` by activity type (defaults left out):
///   shell:  { run, interpreter, env, stdin, cwd, output: "json" / "lines", ok_codes }
///   python: { code, requirements, env, input }
///   http:   { url, method, query, headers, body, form, auth, success: [[200, 299]], response: true, redirects,
///             max_body, tls, idempotency_key }
/// The attempt's own time-out is the task's start_to_close less kStartToCloseMarginMs and the InstallAllowance.
struct ActivityInput {
  expr::Value args;
  std::vector<expr::SecretText> secrets;  ///< paths are inside `args`
  std::string output;                     ///< jq text of `output:` if the worker evaluates it, else empty
  expr::Value vars;                       ///< what that text reads of $vars

  [[nodiscard]] std::string ToJson() const;
  static Result<ActivityInput> FromJson(std::string_view json);
};

/// What an attempt with such arguments may take beside the node's `timeout`: installing requirements is not counted.
Duration InstallAllowance(const expr::Value& args);

/// Why an activity failed, as the details of its ApplicationFailure (type = code, message = message):
/// `{ "data": …, "retry_after_ms": N }`.
struct ActivityFailure {
  std::string code;
  std::string message;
  expr::Value data;
  std::int64_t retry_after_ms = 0;  ///< from Retry-After; 0: none

  [[nodiscard]] std::string DetailsJson() const;
  static ActivityFailure FromParts(std::string code, std::string message, std::string_view details_json);
};

/// The details of an activity's heartbeats, left out while there is no output:
/// `{ "log": [{ "stream": "stdout" / "stderr", "text": LINE }, …] }`, the last lines, together at most this many bytes.
inline constexpr std::size_t kHeartbeatLog = std::size_t{4} * 1024;

}  // namespace weft::contract
