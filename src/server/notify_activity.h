#pragma once

#include <stop_token>
#include <string>

#include "base/error.h"
#include "expr/value.h"
#include "notify/outbox.h"
#include "temporalio/activity/activity.h"

namespace weft::server {

/// The activity `notify`: of a node, or of the workflow that reports a run's end. Answers with the receipt
/// `{ delivered, channels: [{ channel, status, attempts, at, error }] }`. Repeating it tells nobody twice. Fails with
/// `queued` while a message has to be sent again later (to be repeated), `notify` when a channel was not told in the
/// end, `store.*`.
Result<std::string> NotifyActivity(notify::Outbox& outbox, const temporalio::ActivityInfo& info,
                                   const expr::Value& args, const std::stop_token& stop);

}  // namespace weft::server
