#include "server/notifications.h"

#include <thread>
#include <utility>
#include <vector>

#include "server/notify_activity.h"

namespace weft::server {

Notifications::Notifications(store::Database& database, const temporalio::Client& client, const SealingKey& key,
                             const activities::Settings& outgoing, std::function<std::string()> base_url)
    : transport_(outgoing),
      outbox_(database, key, transport_, {.base_url = std::move(base_url)}),
      closed_(database, client, outbox_, {}),
      waits_(database, outbox_),
      stuck_(database, client, outbox_, {}) {}

void Notifications::Run(const std::stop_token& stop) {
  const std::stop_callback end(stop, [this] { ending_.request_stop(); });
  std::vector<std::jthread> loops;
  loops.emplace_back([&] { closed_.Run(stop); });
  loops.emplace_back([&] { waits_.Run(stop); });
  loops.emplace_back([&] { stuck_.Run(stop); });
  outbox_.Run(stop);
}

Result<std::string> Notifications::Notify(const temporalio::ActivityInfo& info, const expr::Value& args) {
  return NotifyActivity(outbox_, info, args, ending_.get_token());
}

}  // namespace weft::server
