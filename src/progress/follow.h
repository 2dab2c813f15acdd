#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "progress/view.h"
#include "temporalio/client/client.h"

namespace weft::progress {

struct FollowCallbacks {
  /// The run as it is now: at first, and after each change. On the thread that called Follow.
  std::function<void(const InstanceView&)> changed;
  /// Temporal does not answer; the follower goes on trying. On the thread that called Follow.
  std::function<void(const std::string& message)> trouble;
};

/// Watches a run, and those that continue it, until it is closed; blocks. The history comes by long poll, what only the
/// server knows by one Describe a second. Returns the last view.
///
/// Fails with `cancelled` when stop was requested, `not_found` when there is no such run, `replay` when its history is
/// not what this version would have done, `temporal` for any other refusal of Temporal.
Result<InstanceView> Follow(const temporalio::Client& client, temporalio::WorkflowRef run,
                            const FollowCallbacks& callbacks, std::stop_token stop = {});

}  // namespace weft::progress
