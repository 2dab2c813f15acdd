#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "expr/template.h"
#include "expr/value.h"

/// The meaning of a workflow file: what the interpreter runs. Everything in here is checked (see dsl/load.h), resolved
/// (needs are indices, defaults are filled in) and immutable, so that instances share it. Its literals are jv values,
/// whose counts are not atomic: one thread per copy. Templates are `empty()` where nothing was written.
namespace weft::dsl {

enum class Kind {
  kShell,
  kPython,
  kHttp,
  kEvent,
  kSwitch,
  kSet,
  kWait,
  kApproval,
  kForeach,
  kLoop,
  kGroup,
  kWorkflow,
  kEmit,
  kNotify,
  kFail,
};
/// The key that names the kind in a file: `shell`, `foreach`, …
std::string_view KindName(Kind kind);

/// Where an in-edge leaves its source. kCase covers a switch's cases and an approval's `approved` and `rejected`.
enum class Port { kSucceeded, kFailed, kDone, kSkipped, kCase };

struct Need {
  std::size_t source = 0;  ///< index in the region
  Port port = Port::kSucceeded;
  std::string case_name;  ///< for kCase
};

/// `needs: a` of an approval is stored as the case `approved`.
enum class Join { kDefault, kAll, kFirst, kAlways };

struct Retry {
  int attempts = 1;
  Duration delay{1000};
  double backoff = 2;
  Duration max_delay{60'000};
  double jitter = 0.1;
  std::vector<std::string> on;
  std::vector<std::string> except;
};

struct Shell {
  std::string script;
  std::vector<std::string> interpreter{"bash", "-euo", "pipefail", "-c"};
  expr::Template stdin_text;
  expr::Template cwd;
  enum class Output { kText, kJson, kLines } output = Output::kText;
  std::vector<int> ok_codes{0};
};

struct Python {
  std::string code;
  std::vector<std::string> requirements;
};

struct Http {
  expr::Template url;
  expr::Template method;  ///< empty: GET
  expr::Template query;
  expr::Template headers;
  expr::Template body;
  expr::Template form;
  expr::Template auth;  ///< `{ basic: { user, password } }`, `{ bearer: TOKEN }`
  std::vector<std::pair<int, int>> success{{200, 299}};
  bool whole_response = false;  ///< `output: response`
  int follow_redirects = 5;
  std::uint64_t max_body = std::uint64_t{10} * 1024 * 1024;
  expr::Template tls;  ///< `{ verify: bool, ca: PEM, cert: PEM, key: PEM }`
};

struct Event {
  std::vector<std::string> types;
  expr::Template key;
  expr::Template match;
  int count = 1;
  bool counted = false;  ///< `count` was written: the result is a list
  std::string source;
};

struct Switch {
  struct Case {
    std::string name;
    expr::Template when;  ///< empty: the default
  };
  std::vector<Case> cases;
};

struct Set {
  expr::Template value;
};

struct Wait {
  expr::Template duration;  ///< gives a duration's text
  expr::Template until;     ///< gives an RFC 3339 time
};

struct Approval {
  expr::Template title;
  expr::Value form;  ///< JSON Schema, or null
  expr::Template assignees;
};

struct Region;

struct Foreach {
  expr::Template list;
  std::string as = "item";
  int concurrency = 10;
  bool continue_on_item_error = false;
  std::shared_ptr<const Region> region;
};

struct Loop {
  expr::Template while_condition;  ///< one of the two is set
  expr::Template until_condition;
  int max = 1000;
  Duration delay{0};
  std::shared_ptr<const Region> region;
};

struct Group {
  std::shared_ptr<const Region> region;
};

struct WorkflowCall {
  std::string name;
  std::optional<int> revision;  ///< none: latest
  bool detach = false;
};

struct Emit {
  expr::Template type, source, subject, data, key;
};

struct Notify {
  std::vector<std::string> to;
  expr::Template title, text;
};

struct FailNode {
  expr::Template code, message;
};

using Body = std::variant<Shell, Python, Http, Event, Switch, Set, Wait, Approval, Foreach, Loop, Group, WorkflowCall,
                          Emit, Notify, FailNode>;

struct Node {
  std::string id;
  std::string title;  ///< not part of the normalised form
  Kind kind = Kind::kSet;
  Body body = Set{};
  std::vector<Need> needs;
  Join join = Join::kDefault;
  expr::Template when;
  expr::Template with;
  expr::Template env;               ///< a map of strings
  std::optional<Duration> timeout;  ///< with the kind's and the file's default filled in
  std::optional<Duration> deadline;
  /// The node's own `retry` over the file's; none when neither was written (then the kind's default holds) or with
  /// `once`, whose single attempt is `attempts: 1`.
  std::optional<Retry> retry;
  bool once = false;
  expr::Template continue_with;  ///< `on_error: { continue: VALUE }`
  std::shared_ptr<const Node> compensate;
  expr::Template output;
  bool disabled = false;
  std::string queue;

  // Derived while loading.
  /// Nodes of the same region with an in-edge from here, by declaration order, each once.
  std::vector<std::size_t> dependents;
  /// `output:` reads only `.` and `$vars` and the node acts: the worker evaluates it.
  bool output_on_worker = false;
  /// Some node needs this one's `.failed` or `.done`.
  bool has_handler = false;
};

/// Nodes in declaration order, which breaks every tie.
struct Region {
  std::vector<Node> nodes;
  std::map<std::string, std::size_t, std::less<>> index;
  /// The alias of `$item` inside (`foreach … as:`), or empty outside of any foreach.
  std::string item_alias;
};

struct CronTrigger {
  std::string cron, timezone = "UTC", overlap = "skip";
  Duration catchup{3'600'000}, jitter{0};
  std::optional<Timestamp> start, end;
  bool pause_on_failure = false;
};

struct WebhookTrigger {
  std::string path;
  std::vector<std::string> methods{"POST"};
  expr::Value auth;  ///< as written, checked; null: the server's default
  bool respond_result = false;
  std::optional<Duration> respond_timeout;
  std::uint64_t max_body = std::uint64_t{1} * 1024 * 1024;
};

struct EventTrigger {
  std::string type, source;
};

struct Trigger {
  std::string id;
  std::variant<CronTrigger, WebhookTrigger, EventTrigger> kind;
  expr::Template when, key, input;
  bool paused = false;
};

struct Concurrency {
  expr::Template key;
  int limit = 1;
  bool skip = false;  ///< policy `skip`; otherwise `queue`
};

struct NotifyRule {
  std::vector<std::string> on, to;
  std::optional<Duration> waiting;
};

struct Workflow {
  std::string name;
  std::string ns = "default";
  std::string title, description;  ///< not part of the normalised form
  expr::Value labels, ui;          ///< not part of the normalised form
  expr::Value input_schema;        ///< null: any input
  expr::Value vars;                ///< an object
  std::vector<std::string> secrets;
  bool manual = true;
  std::vector<Trigger> triggers;
  std::shared_ptr<const Region> root;
  expr::Template output;
  std::optional<Duration> timeout;
  bool finish_on_failure = false;  ///< `on_failure: finish`
  std::optional<Concurrency> concurrency;
  std::vector<NotifyRule> notify;
  std::string error_workflow;

  /// Canonical JSON of all that has meaning; loading it gives an equal Workflow. It travels in the run's start input.
  std::string normalised;
  /// Lower-case hex SHA-256 of `normalised`.
  std::string digest;
};

}  // namespace weft::dsl
