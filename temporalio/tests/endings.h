#pragma once

#include "temporalio/tests/support.h"

namespace temporalio::test {

/// Workflows that end in every way there is, by their type:
/// - `echo` completes with its input;
/// - `fail` fails with type `broken`, the message "It broke." and its input as details;
/// - `continue` continues as new as `echo`;
/// - `wait` completes with the input of its first signal, or becomes cancelled when asked to;
/// - `work` runs the activity `work` on `task_queue` with its input, completes with the result, or fails with the
///   activity's failure.
WorkflowFactory Endings(const std::string& task_queue);

}  // namespace temporalio::test
