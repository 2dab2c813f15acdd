#include "store/migrations.h"

namespace weft::store {

const std::string_view kDefinitionTables = R"sql(
-- `revision` is the highest number ever given: a deleted workflow that comes back goes on counting.
CREATE TABLE workflows (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  revision BIGINT NOT NULL,
  deleted BIGINT NOT NULL DEFAULT 0,
  digest TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (ns, name)
);

CREATE TABLE revisions (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  revision BIGINT NOT NULL,
  digest TEXT NOT NULL,
  normalised TEXT NOT NULL,
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (ns, name, revision)
);

CREATE TABLE trigger_states (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  paused BIGINT NOT NULL,
  note TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (ns, name, trigger_id)
);

CREATE TABLE webhook_paths (
  ns TEXT NOT NULL,
  path TEXT NOT NULL,
  method TEXT NOT NULL,
  name TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  PRIMARY KEY (ns, path, method)
);
CREATE INDEX webhook_paths_by_workflow ON webhook_paths (ns, name);

CREATE TABLE event_triggers (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (ns, name, trigger_id)
);
CREATE INDEX event_triggers_by_type ON event_triggers (ns, type);

-- A schedule is due while `applied` is not `wanted`.
CREATE TABLE schedules (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  spec TEXT NOT NULL,
  removed BIGINT NOT NULL DEFAULT 0,
  wanted BIGINT NOT NULL,
  applied BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  next_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (ns, name, trigger_id)
);
CREATE INDEX schedules_due ON schedules (next_at) WHERE applied <> wanted;
)sql";

}  // namespace weft::store
