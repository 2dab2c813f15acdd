#include "store/deliveries.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/conditions.h"

namespace weft::store {
namespace {

constexpr std::string_view kColumns =
    "id, kind, ns, name, trigger_id, revision, dedupe, start_key, instance, run_id, status, error_code, "
    "error_message, attempts, due_at, received_at, settled_at";

const std::string kAllColumns = std::string(kColumns) + ", payload, input";

constexpr std::array<std::string_view, 5> kStatuses{"pending", "started", "joined", "ignored", "failed"};

Delivery DeliveryOf(const Row& row, bool whole) {
  Delivery d;
  d.id = row.Text(0);
  d.kind = row.Text(1);
  d.ns = row.Text(2);
  d.workflow = row.Text(3);
  d.trigger = row.Text(4);
  d.revision = static_cast<int>(row.Int(5));
  d.dedupe = row.Text(6);
  d.key = row.Text(7);
  d.instance = row.Text(8);
  d.run_id = row.Text(9);
  d.status = StatusNamed(row.Text(10)).value_or(DeliveryStatus::kFailed);
  d.error_code = row.Text(11);
  d.error_message = row.Text(12);
  d.attempts = static_cast<int>(row.Int(13));
  d.due_at = FromMillis(row.Int(14));
  d.received_at = FromMillis(row.Int(15));
  if (!row.IsNull(16)) d.settled_at = FromMillis(row.Int(16));
  if (whole) {
    d.payload = row.Text(17);
    d.input = row.Text(18);
  }
  return d;
}

std::vector<Delivery> DeliveriesOf(const Rows& rows, bool whole) {
  std::vector<Delivery> all;
  all.reserve(rows.size());
  for (const auto& row : rows) all.push_back(DeliveryOf(row, whole));
  return all;
}

}  // namespace

std::string_view StatusName(DeliveryStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

std::optional<DeliveryStatus> StatusNamed(std::string_view name) {
  const auto found = std::ranges::find(kStatuses, name);
  if (found == kStatuses.end()) return std::nullopt;
  return static_cast<DeliveryStatus>(found - kStatuses.begin());
}

Result<std::optional<Delivery>> AddDelivery(Transaction& t, const Delivery& d) {
  if (!d.dedupe.empty()) {
    WEFT_TRY_VOID(
        t.Execute("DELETE FROM deliveries WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3 AND dedupe = ?4 "
                  "AND status = 'failed'",
                  {d.ns, d.workflow, d.trigger, d.dedupe}));
  }
  const bool pending = d.status == DeliveryStatus::kPending;
  WEFT_TRY(
      const auto added,
      t.Execute("INSERT INTO deliveries (" + kAllColumns +
                    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) "
                    "ON CONFLICT (ns, name, trigger_id, dedupe) DO NOTHING",
                {d.id, d.kind, d.ns, d.workflow, d.trigger, std::int64_t{d.revision}, OrNull(d.dedupe), OrNull(d.key),
                 OrNull(d.instance), OrNull(d.run_id), std::string(StatusName(d.status)), OrNull(d.error_code),
                 OrNull(d.error_message), std::int64_t{d.attempts}, pending ? SqlValue(ToMillis(d.due_at)) : SqlValue(),
                 ToMillis(d.received_at), pending ? SqlValue() : SqlValue(ToMillis(d.received_at)), OrNull(d.payload),
                 OrNull(d.input)}));
  if (added > 0) return std::nullopt;
  WEFT_TRY(const auto rows, t.Query("SELECT " + kAllColumns +
                                        " FROM deliveries WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3 "
                                        "AND dedupe = ?4",
                                    {d.ns, d.workflow, d.trigger, d.dedupe}));
  if (rows.empty()) return Fail("store.unavailable", "the delivery's twin is gone; try again");
  return DeliveryOf(rows.front(), true);
}

Result<std::vector<Delivery>> ClaimDeliveries(Transaction& t, Timestamp now, Duration lease, int limit) {
  // `due_at` once more outside: of two servers that chose the same row the second finds it leased when its turn comes.
  WEFT_TRY(const auto rows,
           t.Query("UPDATE deliveries SET attempts = attempts + 1, due_at = ?2 WHERE id IN "
                   "(SELECT id FROM deliveries WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, id LIMIT ?3) "
                   "AND due_at <= ?1 RETURNING " +
                       kAllColumns,
                   {ToMillis(now), ToMillis(now + lease), std::int64_t{limit}}));
  return DeliveriesOf(rows, true);
}

Result<std::optional<Timestamp>> NextDelivery(Transaction& t) {
  WEFT_TRY(const auto rows, t.Query("SELECT min(due_at) FROM deliveries WHERE due_at IS NOT NULL"));
  if (rows.empty() || rows.front().IsNull(0)) return std::nullopt;
  return FromMillis(rows.front().Int(0));
}

Result<void> SettleDelivery(Transaction& t, const Delivery& delivery, Timestamp now) {
  WEFT_TRY_VOID(
      t.Execute("UPDATE deliveries SET status = ?2, run_id = ?3, error_code = ?4, error_message = ?5, due_at = NULL, "
                "settled_at = ?6 WHERE id = ?1 AND status = 'pending'",
                {delivery.id, std::string(StatusName(delivery.status)), OrNull(delivery.run_id),
                 OrNull(delivery.error_code), OrNull(delivery.error_message), ToMillis(now)}));
  return {};
}

Result<void> PutOffDelivery(Transaction& t, std::string_view id, const Error& error, Timestamp due_at) {
  WEFT_TRY_VOID(
      t.Execute("UPDATE deliveries SET error_code = ?2, error_message = ?3, due_at = ?4 WHERE id = ?1 AND status = "
                "'pending'",
                {std::string(id), OrNull(error.code), OrNull(error.message), ToMillis(due_at)}));
  return {};
}

Result<std::optional<Timestamp>> WhenAskedFor(Transaction& t, std::string_view instance, std::string_view run_id) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT min(received_at + CASE WHEN kind = 'event' THEN 1 ELSE 0 END) FROM deliveries "
                   "WHERE instance = ?1 AND (status = 'pending' OR (status = 'started' AND run_id = ?2))",
                   {std::string(instance), std::string(run_id)}));
  if (rows.empty() || rows.front().IsNull(0)) return std::nullopt;
  return FromMillis(rows.front().Int(0));
}

Result<std::optional<Delivery>> FindDelivery(Transaction& t, std::string_view id) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + kAllColumns + " FROM deliveries WHERE id = ?1", {std::string(id)}));
  if (rows.empty()) return std::nullopt;
  return DeliveryOf(rows.front(), true);
}

Result<std::vector<Delivery>> ListDeliveries(Transaction& t, const DeliveryFilter& filter, std::string_view before,
                                             int limit) {
  Conditions conditions;
  conditions.AddText("ns", filter.ns);
  conditions.AddText("name", filter.workflow);
  conditions.AddText("trigger_id", filter.trigger);
  conditions.AddText("kind", filter.kind);
  conditions.AddText("status", filter.status);
  conditions.AddText("instance", filter.instance);
  conditions.AddText("id", before, " < ");
  const auto sql = "SELECT " + std::string(kColumns) + " FROM deliveries" + conditions.sql() +
                   " ORDER BY id DESC LIMIT " + conditions.Next();
  WEFT_TRY(const auto rows, t.Query(sql, conditions.WithLimit(limit)));
  return DeliveriesOf(rows, false);
}

Result<std::int64_t> DropDeliveries(Transaction& t, Timestamp before, int limit) {
  return t.Execute(
      "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE received_at < ?1 AND status <> 'pending' "
      "LIMIT ?2)",
      {ToMillis(before), std::int64_t{limit}});
}

}  // namespace weft::store
