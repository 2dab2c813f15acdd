#pragma once

#include "expr/value.h"
#include "temporal/api/history/v1/message.pb.h"

namespace weft::server {

/// An event as people read it: `{ id, type, at, …its attributes }`, with JSON payloads in place of their bytes.
expr::Value HistoryEventJson(const temporal::api::history::v1::HistoryEvent& event);

}  // namespace weft::server
