#pragma once

#include <optional>

#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::triggers {
class Definitions;
class ScheduleReconciler;
}  // namespace weft::triggers

namespace weft::server {

/// What handlers need of the process. The server fills in all of it before it makes the routes; a test what its routes
/// use. Nothing is owned: it outlives the routes.
struct Services {
  store::Database* database = nullptr;
  std::optional<temporalio::Client> client;
  triggers::Definitions* definitions = nullptr;
  triggers::ScheduleReconciler* schedules = nullptr;
};

}  // namespace weft::server
