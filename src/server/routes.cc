#include "server/routes.h"

#include <iterator>

#include "server/embedded.h"
#include "server/handlers/session.h"
#include "server/handlers/system.h"
#include "server/handlers/triggers.h"
#include "server/handlers/ui.h"

namespace weft::server {

std::vector<Route> AllRoutes(Services& services) {
  std::vector<Route> all;
  const auto add = [&](std::vector<Route> routes) {
    all.insert(all.end(), std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end()));
  };
  add(SessionRoutes(services));
  add(SystemRoutes(services));
  add(TriggerRoutes(services));
  add(UiRoutes(services, UiFiles()));
  return all;
}

}  // namespace weft::server
