#include "store/migrations.h"

namespace weft::store {

// Ids are ULIDs: their order is the order of arrival.
const std::string_view kEventTables = R"sql(
CREATE TABLE events (
  id TEXT NOT NULL PRIMARY KEY,
  namespace TEXT NOT NULL,
  source TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  event_key TEXT,
  body TEXT NOT NULL,
  data_bytes BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX events_once ON events (namespace, source, event_id);
CREATE INDEX events_type ON events (namespace, type, received_at);
CREATE INDEX events_received ON events (received_at);

CREATE TABLE subscriptions (
  id TEXT NOT NULL PRIMARY KEY,
  instance TEXT NOT NULL,
  run TEXT NOT NULL,
  name TEXT NOT NULL,
  workflow TEXT NOT NULL,
  node TEXT NOT NULL,
  taker TEXT NOT NULL,
  source TEXT,
  match_text TEXT,
  names TEXT,
  created_at BIGINT NOT NULL,
  closed_at BIGINT
);
-- The run, because an instance's id comes again with its key, and with it the names of its waits.
CREATE UNIQUE INDEX subscriptions_once ON subscriptions (instance, name, run);
CREATE INDEX subscriptions_closed ON subscriptions (closed_at) WHERE closed_at IS NOT NULL;
CREATE TABLE subscription_types (
  subscription TEXT NOT NULL,
  namespace TEXT NOT NULL,
  type TEXT NOT NULL,
  event_key TEXT,
  PRIMARY KEY (subscription, type)
);
CREATE INDEX subscription_types_type ON subscription_types (namespace, type, event_key);

CREATE TABLE event_deliveries (
  event TEXT NOT NULL,
  subscription TEXT NOT NULL,
  instance TEXT NOT NULL,
  taker TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (event, subscription)
);
CREATE INDEX event_deliveries_due ON event_deliveries (event) WHERE status = 'due';
CREATE INDEX event_deliveries_order ON event_deliveries (instance, event) WHERE status = 'due';
CREATE INDEX event_deliveries_taken ON event_deliveries (instance, taker, event) WHERE status = 'sent';
CREATE INDEX event_deliveries_subscription ON event_deliveries (subscription, status);

CREATE TABLE approvals (
  id TEXT NOT NULL PRIMARY KEY,
  instance TEXT NOT NULL,
  run TEXT NOT NULL,
  name TEXT NOT NULL,
  workflow TEXT NOT NULL,
  node TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  title TEXT,
  form TEXT,
  assignees TEXT,
  since BIGINT NOT NULL,
  status TEXT NOT NULL,
  answer TEXT,
  answered_at BIGINT,
  due_at BIGINT
);
CREATE UNIQUE INDEX approvals_once ON approvals (instance, name, run);
CREATE INDEX approvals_instance ON approvals (instance);
CREATE INDEX approvals_open ON approvals (id) WHERE status = 'open';
CREATE INDEX approvals_due ON approvals (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX approvals_ended ON approvals (since) WHERE status <> 'open';

CREATE TABLE slots (
  id TEXT NOT NULL PRIMARY KEY,
  namespace TEXT NOT NULL,
  workflow TEXT NOT NULL,
  slot_key TEXT NOT NULL,
  instance TEXT NOT NULL,
  run TEXT NOT NULL,
  slots BIGINT NOT NULL,
  held BIGINT NOT NULL
);
CREATE UNIQUE INDEX slots_once ON slots (namespace, workflow, slot_key, instance, run);
CREATE INDEX slots_instance ON slots (instance);
)sql";

}  // namespace weft::store
