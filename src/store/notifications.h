#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// Messages to channels: what is to be sent, and the log of what was.
namespace weft::store {

/// kSending: a server has it in hand. When that server dies in between, nobody knows whether the message went out; it
/// is sent again once its lease is over.
enum class NotificationStatus : std::uint8_t { kPending, kSending, kSent, kFailed };
std::string_view StatusName(NotificationStatus status);

struct Notification {
  std::string id;       ///< ULID
  std::string subject;  ///< what it tells of, once per channel: `RUN.failed`, `INSTANCE/RUN/PATH#ATTEMPT`
  std::string channel;  ///< name
  std::string event;    ///< `failed`, …; `message` of a node of kind `notify`; `test`
  std::string ns, workflow, instance;
  std::string content;  ///< what to tell, JSON
  NotificationStatus status = NotificationStatus::kPending;
  int attempts = 0;
  std::optional<Timestamp> due_at;  ///< of the next attempt; of one in hand: when its lease is over
  std::string error;                ///< of the last attempt
  std::string answer;               ///< what the service said to the last attempt
  std::string sent;                 ///< the message as it went out, without secrets
  Timestamp created_at{}, updated_at{};
};

/// Adds it unless the channel was told of the subject already (false).
Result<bool> AddNotification(Transaction& t, const Notification& notification);

/// Takes the one that has been due for longest, for as long as the lease; its attempts are counted up. With several
/// servers each goes to one.
Result<std::optional<Notification>> ClaimNotification(Transaction& t, Timestamp now, Duration lease);

/// How an attempt ended.
struct NotificationOutcome {
  NotificationStatus status = NotificationStatus::kSent;
  std::optional<Timestamp> due_at{};  ///< of the next attempt, of a pending one
  std::string error{}, answer{}, sent{};
};

/// False: the lease was over and the notification is somebody else's; nothing was changed.
Result<bool> FinishNotification(Transaction& t, const Notification& claimed, const NotificationOutcome& outcome,
                                Timestamp now);

Result<std::vector<Notification>> NotificationsOf(Transaction& t, std::string_view subject);

struct NotificationFilter {
  std::string channel{}, status{}, event{}, ns{}, workflow{}, instance{};  ///< empty: any
};

/// Newest first, those before `before` (an id; empty: from the newest), at most `limit`.
Result<std::vector<Notification>> ListNotifications(Transaction& t, const NotificationFilter& filter,
                                                    std::string_view before, int limit);

/// Removes those that ended before then.
Result<std::int64_t> DropNotifications(Transaction& t, Timestamp before);

/// The trigger's run that ended then failed. Only the latest counts.
Result<void> MarkTriggerFailing(Transaction& t, std::string_view ns, std::string_view workflow,
                                std::string_view trigger, Timestamp at);
/// The trigger's run that ended then completed. True: the one before it had failed.
Result<bool> MarkTriggerRecovered(Transaction& t, std::string_view ns, std::string_view workflow,
                                  std::string_view trigger, Timestamp at);

/// Types (`NAMESPACE.NAME`) of workflows of which a trigger is failing.
Result<std::vector<std::string>> FailingWorkflows(Transaction& t);

/// Lets one server at a time go on with a scan: takes the named lease, or extends it, and gives the position where the
/// scan stands (`start` when it never ran). nullopt: another server has it.
Result<std::optional<Timestamp>> TakeScan(Transaction& t, std::string_view name, std::string_view holder,
                                          Timestamp start, Timestamp now, Duration lease);
/// Moves the position on; only the holder can.
Result<void> MoveScan(Transaction& t, std::string_view name, std::string_view holder, Timestamp position);

}  // namespace weft::store
