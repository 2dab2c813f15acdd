#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "notify/outbox.h"
#include "store/sql.h"

namespace weft::server {

/// Tells of instances that have waited for an event or a person as long as a rule `waiting` of their workflow says; of
/// each wait once per rule. The rules are those of the latest revision that is deployed, so that a new rule holds for
/// what waits already. Every server runs one, one at a time looks.
class LongWaits {
 public:
  LongWaits(store::Database& database, notify::Outbox& outbox, std::function<Timestamp()> clock = {});

  /// Looks until stop is requested; blocks.
  void Run(const std::stop_token& stop);

  /// Looks once; false: another server's turn. Fails with `store.*`.
  Result<bool> Look();

 private:
  struct Rule {
    Duration waited{};
    std::vector<std::string> channels;
  };
  struct Rules {
    std::string digest;  ///< of the revision they are from
    int revision = 0;
    std::vector<Rule> rules;
  };

  [[nodiscard]] Timestamp Now() const;
  Result<void> ReadRules();
  Result<void> TellOf(const std::string& ns, const std::string& workflow, int revision, const Rule& rule);

  store::Database& database_;
  notify::Outbox& outbox_;
  const std::function<Timestamp()> clock_;
  const std::string holder_;
  std::map<std::pair<std::string, std::string>, Rules> rules_;  ///< by namespace and name
};

}  // namespace weft::server
