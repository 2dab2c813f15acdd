#include "store/migrations.h"

namespace weft::store {

const std::string_view kInstanceTables = R"sql(
CREATE TABLE archived_instances (
  id TEXT NOT NULL,
  first_run TEXT NOT NULL,
  last_run TEXT NOT NULL,
  ns TEXT NOT NULL,
  workflow TEXT NOT NULL,
  revision BIGINT NOT NULL,
  trigger_kind TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  search TEXT NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (id, first_run)
);
CREATE INDEX archived_instances_started ON archived_instances (started_at, first_run);
CREATE INDEX archived_instances_workflow ON archived_instances (ns, workflow, started_at, first_run);
CREATE INDEX archived_instances_ended ON archived_instances (ended_at);

CREATE TABLE archived_runs (
  id TEXT NOT NULL,
  run TEXT NOT NULL,
  first_run TEXT NOT NULL,
  part BIGINT NOT NULL,
  events BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (id, run)
);
CREATE INDEX archived_runs_chain ON archived_runs (id, first_run, part);
CREATE INDEX archived_runs_ended ON archived_runs (ended_at);

-- A compressed history in pieces, so that no row is larger than an engine likes.
CREATE TABLE archived_history (
  id TEXT NOT NULL,
  run TEXT NOT NULL,
  piece BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (id, run, piece)
);

-- `total`: bytes of the node up to and with this chunk.
CREATE TABLE logs (
  instance TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  run TEXT NOT NULL,
  path TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  stream TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  total BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (instance, sequence)
);
CREATE INDEX logs_node ON logs (instance, run, path, sequence);
CREATE INDEX logs_received ON logs (received_at);
)sql";

// What statistics read, without the rows, which are large.
const std::string_view kRecentInstances = R"sql(
CREATE INDEX archived_instances_recent ON archived_instances (ended_at, ns, workflow, status, trigger_kind, started_at);
DROP INDEX archived_instances_ended;
)sql";

const std::string_view kLogChunkNames = R"sql(
-- The worker's name for it. A worker that got no answer sends it again.
ALTER TABLE logs ADD COLUMN chunk TEXT;
CREATE UNIQUE INDEX logs_chunk ON logs (instance, chunk);
)sql";

}  // namespace weft::store
