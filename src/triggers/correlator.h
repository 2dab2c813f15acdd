#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/deliveries.h"
#include "store/sql.h"
#include "store/subscriptions.h"
#include "temporalio/client/client.h"
#include "triggers/cloud_event.h"
#include "triggers/definitions.h"

namespace weft::triggers {

/// Which event goes to which wait and which trigger. What it decides is written in one transaction, before anybody is
/// told that the event was accepted; dispatchers act on it afterwards. Any thread, any number of servers.
class Correlator {
 public:
  struct Options {
    /// Something was written for the dispatcher of events, or into the inbox of starts.
    std::function<void()> deliveries_due = [] {};
    std::function<void()> starts_due = [] {};
    /// For tests: called at the steps between which a process may die.
    std::function<void(std::string_view step)> at = [](std::string_view) {};
  };

  Correlator(store::Database& database, temporalio::Client client, Definitions& definitions, Options options);
  Correlator(store::Database& database, temporalio::Client client, Definitions& definitions)
      : Correlator(database, std::move(client), definitions, Options()) {}

  struct Accepted {
    std::string id;          ///< of the stored event; empty for a duplicate
    bool duplicate = false;  ///< an event of that source and id was accepted before: nothing happens
  };
  /// Stores events with all that follows from them: all, or none. Fails with `store.*`.
  Result<std::vector<Accepted>> Publish(std::string_view ns, const std::vector<CloudEvent>& events);

  /// A wait begins: events that came since its instance started, and that its node was not sent yet, go to it. `id` and
  /// `created_at` are filled in here. Repeating it changes nothing. Fails with `store.*`, `temporal`.
  Result<void> Subscribe(store::Subscription subscription);
  Result<void> Unsubscribe(std::string_view instance, std::string_view name);

 private:
  Result<std::vector<store::Delivery>> StartsOf(std::string_view ns, const CloudEvent& event);
  Result<Timestamp> StartOf(const std::string& instance, const std::string& run) const;

  store::Database& database_;
  temporalio::Client client_;
  Definitions& definitions_;
  const Options options_;
};

}  // namespace weft::triggers
