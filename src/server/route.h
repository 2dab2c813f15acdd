#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

/// What a resource's handlers see of HTTP: `handlers/<resource>.cc` gives a list of routes, `routes.cc` puts all of
/// them into one table, the listener does the rest.
namespace weft::server {

/// What a caller may do. Every route names one.
enum class Permission : std::uint8_t {
  kPublic,   ///< no credentials: health, webhooks (which have their own checks), the UI's files
  kView,     ///< see workflows, instances, logs
  kOperate,  ///< start, cancel, approve, rerun, pause
  kPublish,  ///< send events
  kEdit,     ///< deploy and delete workflows
  kAdmin,    ///< channels, secrets, tokens, audit
  kWorker,   ///< what workers ask servers for
};

/// `view`, `operate`, …, as tokens and the OpenAPI document write them.
std::string_view NameOf(Permission permission);
std::optional<Permission> PermissionOf(std::string_view name);

/// Who calls, after authentication.
struct Principal {
  std::string name;  ///< of the token or session, for audits; `anonymous` without authentication
  std::set<Permission> permissions;
  std::vector<std::string> namespaces{};  ///< it is for these only; none: all
};

struct Request {
  std::string method;
  std::string path;  ///< percent-decoded; parameters of the pattern are in `parameters`
  std::map<std::string, std::string, std::less<>> parameters;
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, in order
  std::string body;
  std::string remote;  ///< the peer's address
  Principal principal;

  [[nodiscard]] const std::string& Parameter(std::string_view name) const;  ///< one of the pattern
  [[nodiscard]] std::optional<std::string> Query(std::string_view name) const;
  /// Empty when it is missing; of several the first.
  [[nodiscard]] std::string_view Header(std::string_view lower_case_name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Problems of RFC 9457: `{ type, title, status, detail, code, … }`. `extra` is a JSON object whose members are added.
Response Problem(int status, const Error& error, std::string_view extra = "{}");
/// The status that belongs to an error's code (`not_found` 404, `validation` 422, `store.unavailable` and `temporal`
/// 503 with Retry-After, unknown ones 500), as a problem.
Response ProblemOf(const Error& error);

/// One client's Server-Sent Events. Any thread; never blocks: a client that does not read fast enough is cut off after
/// a bounded backlog and comes back with Last-Event-ID.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// `data` may have several lines; an empty id sends none. False once the client is gone.
  virtual bool Send(std::string_view event, std::string_view id, std::string_view data) = 0;
  /// Ends the stream in order, after what was sent.
  virtual void Close() = 0;
};

/// What keeps a stream fed (a subscription of the hub); destroyed, on any thread, when the client is gone.
using StreamSource = std::shared_ptr<void>;

/// Runs on the pool for blocking work, may block on the store and on Temporal.
using Handler = std::function<Response(const Request&)>;
/// Answers with a problem, or starts to feed the stream.
using StreamHandler = std::function<std::variant<Response, StreamSource>(const Request&, std::shared_ptr<EventStream>)>;

struct Route {
  std::string method;   ///< `GET`, …; `*`: any
  std::string pattern;  ///< `/api/v1/workflows/{ns}/{name}`; `{rest*}` at the end takes all that follows
  Permission permission = Permission::kAdmin;
  std::variant<Handler, StreamHandler> handler;
  /// Content types a body may have, in lower case, `*/*` for any; empty: the call needs no body, and JSON, which many
  /// clients send all the same, is ignored. A call without a body always reaches the handler.
  std::vector<std::string> accepts;
  std::size_t max_body = std::size_t{1024} * 1024;
  /// The handler never blocks: it runs on the listener's own thread, also while the pool is full.
  bool quick = false;
};

}  // namespace weft::server
