#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cli/event_router.h"
#include "dsl/definition.h"
#include "expr/value.h"
#include "temporalio/activity/activity.h"
#include "temporalio/client/client.h"

namespace weft::cli {

/// What runs ask of a server (the queue `weft-system`), answered in this process for `weft run`: events between the
/// runs of one command, definitions from the files that were named, notifications as lines. Any thread.
class LocalSystem {
 public:
  /// `say` shows a line to a person.
  explicit LocalSystem(std::function<void(const std::string&)> say) : say_(std::move(say)) {}

  /// A definition that nodes of kind `workflow` may name; its texts are copied.
  void Deploy(const dsl::Workflow& workflow);

  /// To be called before any run starts.
  void Connect(const temporalio::Client& client) { client_ = std::make_shared<temporalio::Client>(client); }

  /// Stores an event and sends it to all that wait for it. `json` is a CloudEvent; `id`, `source` and `specversion` are
  /// filled in where they are missing. Fails with code `validation` when it is none.
  Result<void> Publish(std::string_view json);

  /// The activities of the system queue. They use this object.
  std::map<std::string, temporalio::ActivityHandler> Handlers();

 private:
  void Send(const temporalio::WorkflowRef& run, const std::string& id, const EventRouter::Event& event) const;
  Result<std::string> Subscribe(const temporalio::ActivityInfo& info, const expr::Value& args);
  Result<std::string> Unsubscribe(const temporalio::ActivityInfo& info, const expr::Value& args);
  Result<std::string> Emit(const expr::Value& args);
  Result<std::string> Notify(const expr::Value& args);
  Result<std::string> ResolveWorkflow(const expr::Value& args);

  std::function<void(const std::string&)> say_;
  std::shared_ptr<temporalio::Client> client_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> definitions_;       ///< normalised, by `namespace.name`
  EventRouter router_;                                   ///< subscriptions by instance and their own id
  std::map<std::string, temporalio::WorkflowRef> runs_;  ///< whose they are
};

}  // namespace weft::cli
