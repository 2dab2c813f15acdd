#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "expr/value.h"
#include "store/approvals.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::triggers {

/// Answers to nodes that wait for a person. The first answer takes the wait's row, then its run is told; when this
/// process dies in between, or Temporal is away, another one tells it. Any thread, any number of servers.
class Approvals {
 public:
  Approvals(store::Database& database, temporalio::Client client) : database_(database), client_(std::move(client)) {}

  struct Answer {
    std::string instance;
    std::string node;      ///< path
    std::string decision;  ///< `approved` or `rejected`
    expr::Value data;      ///< must fit the node's form when it is approved
    std::string by;        ///< who answers
  };
  /// Fails with `not_found` (no such instance, or nothing waits there; a wait that has only just begun is given some
  /// seconds to be known), `conflict` (answered already, or over), `validation`, `store.*`, `temporal`. An answer that
  /// was accepted while Temporal is away is told later.
  Result<void> Approve(const Answer& answer);

  /// Tells runs the answers that are due, once; the number of them. Fails with `store.*`, `temporal`.
  Result<std::size_t> SendDue(Timestamp now);
  /// The same until stop is requested.
  void Run(const std::stop_token& stop);

 private:
  Result<store::Approval> FindOpen(const std::string& instance, const std::string& node);
  Result<void> CheckOpen(const std::string& instance) const;
  Result<void> Send(const store::Approval& approval);

  store::Database& database_;
  const temporalio::Client client_;
};

}  // namespace weft::triggers
