#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/system_activities.h"
#include "store/sql.h"
#include "tests/integration/harness.h"
#include "triggers/approvals.h"
#include "triggers/correlator.h"
#include "triggers/definitions.h"
#include "triggers/event_dispatcher.h"
#include "triggers/inbox.h"
#include "triggers/slots.h"
#include "triggers/start.h"
#include "triggers/wait_reconciler.h"

namespace weft::testing {

/// What servers do for events, approvals and slots, in this process: as much of it as a test opens.
class ControlPlane {
 public:
  /// An empty database of its own, without `url`.
  explicit ControlPlane(const std::string& url = {});
  ~ControlPlane();

  /// Answers the queue of system activities.
  void OpenSystem();
  void CloseSystem() { system_.reset(); }
  /// Delivers events and starts what they start, from the first call on.
  void OpenDispatchers(triggers::EventDispatcher::Options options = {});

  /// A workflow's text becomes its latest revision.
  int Deploy(std::string_view yaml);
  /// JSON of a CloudEvent; what is missing is filled in. False: a duplicate.
  bool Publish(std::string_view json);
  /// How many waits for events, and for people, are open.
  std::size_t OpenWaits();
  std::size_t OpenApprovals();

  [[nodiscard]] const std::string& url() const { return url_; }
  store::Database& database() { return *database_; }
  triggers::Correlator& correlator() { return *correlator_; }
  triggers::Approvals& approvals() { return *approvals_; }
  triggers::Slots& slots() { return *slots_; }
  triggers::EventDispatcher& dispatcher() { return *dispatcher_; }

 private:
  std::filesystem::path directory_;
  std::string url_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<triggers::Starter> starter_;
  std::unique_ptr<triggers::Inbox> inbox_;
  std::unique_ptr<triggers::EventDispatcher> dispatcher_;
  std::unique_ptr<triggers::Correlator> correlator_;
  std::unique_ptr<triggers::Approvals> approvals_;
  std::unique_ptr<triggers::Slots> slots_;
  std::optional<server::SystemServices> services_;
  std::vector<std::jthread> threads_;
  std::unique_ptr<LocalHost> system_;
};

/// How many signals of that name the run, and those that continue it, have got.
int SignalsOf(const temporalio::WorkflowRef& run, std::string_view name);

}  // namespace weft::testing
