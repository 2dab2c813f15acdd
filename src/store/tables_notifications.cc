#include "store/migrations.h"

namespace weft::store {

const std::string_view kNotificationTables = R"sql(
CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  events TEXT NOT NULL,
  config BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  channel TEXT NOT NULL,
  event TEXT NOT NULL,
  namespace TEXT NOT NULL,
  workflow TEXT NOT NULL,
  instance TEXT NOT NULL,
  content TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT,
  error TEXT,
  answer TEXT,
  sent TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (subject, channel)
);
CREATE INDEX notifications_due ON notifications (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_instance ON notifications (instance);
CREATE TABLE failing_triggers (
  namespace TEXT NOT NULL,
  workflow TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  failed_at BIGINT NOT NULL,
  PRIMARY KEY (namespace, workflow, trigger_id)
);
CREATE TABLE scans (
  name TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  holder TEXT NOT NULL,
  leased_until BIGINT NOT NULL
);
)sql";

}  // namespace weft::store
