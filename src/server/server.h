#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "activities/settings.h"
#include "base/error.h"
#include "server/listener.h"
#include "store/sql.h"
#include "temporalio/bridge/connection.h"

namespace weft::server {

struct ServerOptions {
  ListenerOptions listener;
  store::DatabaseOptions database;
  /// Holds the key of secrets and sessions (`key`, 0600); made when it is missing.
  std::filesystem::path data;
  bool authenticate = true;
  /// A token with every permission of a person, besides those of the store; empty: none.
  std::string own_token;
  /// One with which a worker in this process asks for secrets and sends its logs; empty: none.
  std::string worker_token;
  /// The address people reach the server by, for links in notifications; empty: the listener's.
  std::string public_url;
  /// Names by which clients may call, besides those of loopback and of `public_url`.
  std::vector<std::string> hosts;
  /// What notifications may connect to.
  activities::Settings outgoing;
};

/// All that servers do: the HTTP interface, what starts and wakes instances, what tells people, and the queue on which
/// runs ask for it. Any number of them share a database and a Temporal namespace.
class Server {
 public:
  /// Opens the database, listens and answers; what runs in the background waits for Run. Fails with `store.*`,
  /// `settings`, `listen`, `usage`.
  static Result<std::unique_ptr<Server>> Start(const std::shared_ptr<temporalio::Connection>& connection,
                                               ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Works until stop is requested, then ends in order. Once; blocks.
  void Run(const std::stop_token& stop);

  /// `http://127.0.0.1:8080`
  [[nodiscard]] std::string url() const;
  /// The same, without a proxy before it; for this process.
  [[nodiscard]] std::string local_url() const;
  /// `url` with a token that signs one browser in, once.
  [[nodiscard]] std::string OneTimeUrl();

  /// For files that this process deploys itself.
  store::Database& database();
  /// Something was deployed: Temporal's schedules may have to follow.
  void Deployed();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace weft::server
