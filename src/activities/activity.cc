#include "activities/activity.h"

#include <chrono>
#include <utility>

#include "activities/output.h"
#include "base/clock.h"
#include "contract/names.h"

namespace weft::activities {
namespace {

Outcome<expr::Value> RunKind(std::string_view type, const Call& call) {
  if (type == contract::kShellActivity) return RunShell(call);
  if (type == contract::kPythonActivity) return RunPython(call);
  if (type == contract::kHttpActivity) return CallHttp(call);
  return Failure("internal", "this worker cannot run activities of type `" + std::string(type) + "`");
}

Outcome<std::string> RunFilled(std::string_view type, const contract::ActivityInput& input, const Call& call) {
  auto raw = RunKind(type, call);
  if (!raw) return std::unexpected(std::move(raw).error());
  const auto now = Now();
  return FinishOutput(input, call.masker.Mask(*raw), now);
}

}  // namespace

std::unexpected<contract::ActivityFailure> Failure(std::string code, std::string message, expr::Value data) {
  return std::unexpected(contract::ActivityFailure{
      .code = std::move(code), .message = std::move(message), .data = std::move(data), .retry_after_ms = 0});
}

std::unexpected<contract::ActivityFailure> Failure(Error error) {
  return Failure(std::move(error.code), std::move(error.message));
}

Result<void> Activities::ProbeSandbox() const {
  if (settings_.sandbox == Settings::Sandbox::kOff) return {};
  return sandbox_.Probe();
}

Outcome<std::string> Activities::Run(std::string_view type, std::string_view input_json, const Attempt& attempt) {
  auto input = contract::ActivityInput::FromJson(input_json);
  if (!input) return Failure(std::move(input).error());
  Masker masker;
  const auto& secrets = attempt.secrets ? attempt.secrets : secrets_;
  if (auto filled = FillSecrets(*input, secrets, masker); !filled) return Failure(std::move(filled).error());
  const Call call{.arguments = input->args,
                  .secrets = input->secrets,
                  .masker = masker,
                  .attempt = attempt,
                  .settings = settings_,
                  .sandbox = sandbox_,
                  .http = http_};
  auto result = RunFilled(type, *input, call);
  if (result) return result;
  auto failure = std::move(result).error();
  failure.message = masker.Mask(failure.message);
  failure.data = masker.Mask(failure.data);
  return std::unexpected(std::move(failure));
}

}  // namespace weft::activities
