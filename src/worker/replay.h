#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/bridge/runtime.h"

namespace weft::worker {

/// A history as JSON, in the form that Temporal's tools write (`temporal workflow show -o json`). Fails with code
/// `validation`.
Result<temporal::api::history::v1::History> ParseHistory(std::string_view json);

/// The same form, for files.
std::string FormatHistory(const temporal::api::history::v1::History& history);

/// Runs a recorded history through the present interpreter twice: folded, comparing also what each command says, and on
/// Core as a worker does; both must get the same batches. Not empty: at least the first event is there. Older servers
/// did not write the workflow id into it; then it is `fallback_id`. Fails with code `replay` and the first difference.
Result<void> Replay(const std::shared_ptr<temporalio::Runtime>& runtime, const std::string& fallback_id,
                    const temporal::api::history::v1::History& history);

}  // namespace weft::worker
