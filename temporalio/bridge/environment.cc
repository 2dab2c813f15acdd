#include "temporalio/bridge/environment.h"

#include <temporal-sdk-core-c-bridge.h>

#include <cstring>

#include "temporalio/bridge/core.h"
#include "temporalio/converter/payload.h"

namespace temporalio::internal {
namespace {

std::string ToJson(const std::map<std::string, std::string>& variables) {
  std::string json;
  for (const auto& [name, value] : variables) {
    json += json.empty() ? "{" : ",";
    json += JsonString(name) + ":" + JsonString(value);
  }
  return json.empty() ? "{}" : json + "}";
}

}  // namespace

Result<std::string> LoadProfile(const ProfileSource& source) {
  // To the bridge, empty variables mean those of the process; the shortest object is not empty.
  const std::string variables = source.environment ? ToJson(*source.environment) : "";
  TemporalCoreClientEnvConfigProfileLoadOptions options;
  std::memset(&options, 0, sizeof options);
  options.profile = Borrow(source.profile);
  options.path = Borrow(source.config_file);
  options.data = Borrow("");
  options.disable_env = !source.read_environment;
  options.env_vars = Borrow(variables);
  const TemporalCoreClientEnvConfigProfileOrFail loaded = temporal_core_client_env_config_profile_load(&options);
  const std::optional<std::string> failure = Take(loaded.fail);
  std::optional<std::string> profile = Take(loaded.success);
  if (failure || !profile) return Fail(Error::Code::kInvalidArgument, failure.value_or("No profile was loaded."));
  return *std::move(profile);
}

}  // namespace temporalio::internal
