#pragma once

#include <span>
#include <string_view>

namespace weft::store {

/// One step of the schema. Numbers go up by one and never change once released; the text is several statements in the
/// common SQL of both engines (`sql.h`).
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// All steps in order.
std::span<const Migration> Migrations();

// The tables of each topic: one `tables_<topic>.cc` beside the repositories that use them.
extern const std::string_view kDefinitionTables;    ///< workflows, revisions, webhook paths, schedules
extern const std::string_view kDeliveryTables;      ///< the inbox
extern const std::string_view kEventTables;         ///< events, subscriptions, event deliveries, approvals, slots
extern const std::string_view kNotificationTables;  ///< channels, notifications
extern const std::string_view kInstanceTables;      ///< archive, logs
extern const std::string_view kAccessTables;        ///< tokens, secrets, audit
extern const std::string_view kRecentInstances;     ///< what statistics of the archive read
extern const std::string_view kDraftTables;         ///< drafts
extern const std::string_view kLogChunkNames;       ///< of kInstanceTables' logs

}  // namespace weft::store
