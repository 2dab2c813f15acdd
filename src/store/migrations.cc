#include "store/migrations.h"

#include <vector>

namespace weft::store {

std::span<const Migration> Migrations() {
  static const std::vector<Migration> kAll{
      {1, "definitions", kDefinitionTables},
      {2, "deliveries", kDeliveryTables},
      {3, "events", kEventTables},
      {4, "notifications", kNotificationTables},
      {5, "instances", kInstanceTables},
      {6, "access", kAccessTables},
      {7, "recent instances", kRecentInstances},
      {8, "drafts", kDraftTables},
      {9, "log chunk names", kLogChunkNames},
  };
  return kAll;
}

}  // namespace weft::store
