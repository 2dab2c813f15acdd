#include "store/migrations.h"

namespace weft::store {

// `id` is a ULID: its order is the order of arrival.
const std::string_view kDeliveryTables = R"sql(
CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  dedupe TEXT,
  payload TEXT,
  start_key TEXT,
  input TEXT,
  instance TEXT,
  run_id TEXT,
  status TEXT NOT NULL,
  error_code TEXT,
  error_message TEXT,
  attempts BIGINT NOT NULL,
  due_at BIGINT,
  received_at BIGINT NOT NULL,
  settled_at BIGINT
);
CREATE UNIQUE INDEX deliveries_dedupe ON deliveries (ns, name, trigger_id, dedupe);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_received ON deliveries (received_at);
CREATE INDEX deliveries_instance ON deliveries (instance);
)sql";

}  // namespace weft::store
