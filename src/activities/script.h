#pragma once

#include <string>
#include <utility>
#include <vector>

#include "activities/activity.h"

/// What shell and python have in common.
namespace weft::activities {

inline constexpr std::size_t kKeptOutput = std::size_t{64} * 1024;

/// `env` as it was given.
std::vector<std::pair<std::string, std::string>> EnvironmentOf(const expr::Value& arguments);

struct ScriptEnd {
  ProcessEnd process;
  StreamCapture::Kept out;
  StreamCapture::Kept err;
};

/// Runs a confined program, its output masked and logged. A time-out and a stop are failures, with the end of stderr.
/// `on_output` may look at what comes, unmasked.
Outcome<ScriptEnd> RunScript(const Call& call, const WorkDirectory& work, Confined confined,
                             std::optional<Duration> timeout, std::size_t max_result = 0,
                             const std::function<void(Stream, std::string_view)>& on_output = {});

/// The last 4 KB, for the data of a failure.
std::string LastOf(std::string_view text);

}  // namespace weft::activities
