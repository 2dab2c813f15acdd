#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "expr/value.h"

namespace weft::cli {

/// Which event goes to which wait, as servers decide it, by type, source and key; the run itself tests `match`. Events
/// are kept, for waits that begin later. Not thread-safe.
class EventRouter {
 public:
  struct Event {
    std::string type, source;
    std::optional<std::string> key;
    std::string json;  ///< all of it, as text, so that threads can hand it on
  };

  /// Reads a CloudEvent; `id` (the given one), `source` and `specversion` are filled in where they are missing. Fails
  /// with code `validation` when it is none.
  static Result<Event> Complete(expr::Value event, std::string_view id);

  /// Keeps the event. The ids of the subscriptions to which it goes.
  std::vector<std::string> Publish(const Event& event);

  /// `args` are those of the activity `subscribe`. The events so far that go to it, oldest first.
  std::vector<Event> Subscribe(const std::string& id, const expr::Value& args);
  void Unsubscribe(const std::string& id) { subscriptions_.erase(id); }

 private:
  struct Subscription {
    std::vector<std::string> types;
    std::string source;  ///< empty: any
    std::optional<std::string> key;
  };

  static bool Fits(const Subscription& subscription, const Event& event);

  std::vector<Event> events_;
  std::map<std::string, Subscription> subscriptions_;
};

}  // namespace weft::cli
