#include "server/routes.h"

#include <iterator>

#include "server/embedded.h"
#include "server/handlers/approvals.h"
#include "server/handlers/audit.h"
#include "server/handlers/channels.h"
#include "server/handlers/deliveries.h"
#include "server/handlers/drafts.h"
#include "server/handlers/events.h"
#include "server/handlers/hooks.h"
#include "server/handlers/instances.h"
#include "server/handlers/language.h"
#include "server/handlers/queues.h"
#include "server/handlers/secrets.h"
#include "server/handlers/session.h"
#include "server/handlers/system.h"
#include "server/handlers/test.h"
#include "server/handlers/tokens.h"
#include "server/handlers/triggers.h"
#include "server/handlers/ui.h"
#include "server/handlers/worker.h"
#include "server/handlers/workflows.h"

namespace weft::server {

std::vector<Route> AllRoutes(Services& services) {
  std::vector<Route> all;
  const auto add = [&](std::vector<Route> routes) {
    all.insert(all.end(), std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end()));
  };
  add(ApprovalRoutes(services));
  add(AuditRoutes(services));
  add(ChannelRoutes(services));
  add(DeliveryRoutes(services));
  add(DraftRoutes(services));
  add(EventRoutes(services));
  add(HookRoutes(services));
  add(InstanceRoutes(services));
  add(LanguageRoutes("/proc/self/exe"));
  add(QueueRoutes(services));
  add(SecretRoutes(services));
  add(SessionRoutes(services));
  add(SystemRoutes(services));
  add(TestRoutes(services));
  add(TokenRoutes(services));
  add(TriggerRoutes(services));
  add(WorkerRoutes(services, OriginFromTemporal(services)));
  add(WorkflowRoutes(services));
  add(UiRoutes(services, UiFiles()));
  return all;
}

}  // namespace weft::server
