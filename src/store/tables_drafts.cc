#include "store/migrations.h"

namespace weft::store {

const std::string_view kDraftTables = R"sql(
CREATE TABLE drafts (
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  revision BIGINT NOT NULL,
  author TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  version TEXT NOT NULL,
  PRIMARY KEY (ns, name)
);
)sql";

}  // namespace weft::store
