#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/id.h"
#include "cli/command.h"
#include "cli/display.h"
#include "cli/file.h"
#include "cli/interrupts.h"
#include "cli/local_system.h"
#include "cli/node_options.h"
#include "cli/output.h"
#include "cli/temporal.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "dsl/input_schema.h"
#include "machine/machine.h"
#include "progress/follow.h"
#include "temporalio/client/client.h"
#include "temporalio/client/result.h"
#include "temporalio/converter/payload.h"
#include "worker/host.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> events;
  std::string input;
  std::string temporal;
  std::string timeout;
  std::string sandbox = "bwrap";
  bool json = false;
};

constexpr std::chrono::seconds kLongestReport{60};

Error Usage(std::string message) { return {"usage", std::move(message)}; }

Result<void> CheckInput(const dsl::Workflow& workflow, const Value& input) {
  if (input.Dump().size() > contract::kMaxInput) return Fail("too_large", "the input is larger than 512 KB");
  if (workflow.input_schema.IsNull()) return {};
  WEFT_TRY(const auto schema, dsl::InputSchema::Compile(workflow.input_schema));
  const auto violations = schema.Validate(input);
  if (violations.empty()) return {};
  std::string message = "the input does not fit the workflow's `input` schema:";
  for (const auto& violation : violations) {
    message += "\n  " + (violation.path.empty() ? std::string("the input") : violation.path) + ": " + violation.message;
  }
  return Fail("validation", std::move(message));
}

struct Prepared {
  std::shared_ptr<const dsl::Workflow> workflow;
  std::vector<std::shared_ptr<const dsl::Workflow>> others;
  Value input;
};

/// A workflow that this version can run.
Result<std::shared_ptr<const dsl::Workflow>> Read(const std::string& path) {
  WEFT_TRY(auto file, ReadValidWorkflow(path));
  auto workflow = file.loaded.workflow;
  if (const auto* node = machine::FindNotRun(*workflow)) {
    return Fail("kind", "node `" + node->id + "`: nodes of kind `" + std::string(dsl::KindName(node->kind)) +
                            "` are checked, but this version does not run them yet");
  }
  return workflow;
}

/// Everything that can be known before something is started.
Result<Prepared> Prepare(const Options& options) {
  Prepared prepared;
  WEFT_TRY(prepared.workflow, Read(options.files.front()));
  std::map<std::string, std::string> files{
      {contract::WorkflowType(prepared.workflow->ns, prepared.workflow->name), options.files.front()}};
  for (std::size_t i = 1; i < options.files.size(); ++i) {
    WEFT_TRY(auto other, Read(options.files[i]));
    const auto [first, fresh] = files.emplace(contract::WorkflowType(other->ns, other->name), options.files[i]);
    if (!fresh) {
      return std::unexpected(Usage(first->second + " and " + options.files[i] + " both hold the workflow `" +
                                   other->name + "`; give one of them another name or namespace"));
    }
    prepared.others.push_back(std::move(other));
  }
  WEFT_TRY(prepared.input, ReadJsonArgument("--input", options.input));
  WEFT_TRY_VOID(CheckInput(*prepared.workflow, prepared.input));
  for (const auto& event : options.events) {
    const auto parsed = Value::Parse(event);
    if (!parsed || !parsed->Get("type").IsString()) {
      return std::unexpected(Usage("--event takes the JSON of a CloudEvent with a `type`, not: " + event));
    }
  }
  return prepared;
}

Result<std::string> StartRun(const temporalio::Client& client, const dsl::Workflow& workflow, const Value& input,
                             const std::string& id) {
  temporalio::StartOptions start;
  start.workflow_id = id;
  start.workflow_type = contract::WorkflowType(workflow.ns, workflow.name);
  start.task_queue = contract::kWorkerQueue;
  start.input = {temporalio::JsonPayload(contract::StartInput{}.ToJson()), temporalio::JsonPayload(workflow.normalised),
                 temporalio::JsonPayload(input.Dump())};
  start.summary = Value(workflow.title.empty() ? workflow.name : workflow.title).Dump();
  auto started = client.StartWorkflow(std::move(start));
  if (!started) return Fail("temporal", "the run could not be started: " + started.error().message);
  return started->run_id;
}

/// Asks a run to end: a first time in good order, a second time at once.
class Ending {
 public:
  void Watch(const temporalio::Client& client, temporalio::WorkflowRef run) {
    const std::scoped_lock lock(mutex_);
    client_.emplace(client);
    run_ = std::move(run);
    for (int i = 0; i < asked_; ++i) Ask(i + 1);
  }
  void Interrupt(int count) {
    const std::scoped_lock lock(mutex_);
    asked_ = count;
    if (closed_) {
      interrupted_.request_stop();
    } else if (client_) {
      Ask(count);
    }
  }
  /// The run has closed: from now on an interrupt ends what is still waited for.
  std::stop_token Closed() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    return interrupted_.get_token();
  }

 private:
  void Ask(int count) {
    if (count == 1) {
      Report("cancelling the run; interrupt again to terminate it");
      if (const auto asked = client_->RequestCancel(run_, "interrupted"); !asked) Report(asked.error().message);
    } else if (const auto ended = client_->Terminate(run_, "interrupted twice"); !ended) {
      Report(ended.error().message);
    }
  }

  std::mutex mutex_;
  std::optional<temporalio::Client> client_;
  temporalio::WorkflowRef run_;
  int asked_ = 0;
  bool closed_ = false;
  std::stop_source interrupted_;
};

/// A run that notifies leaves that to a child of its own; the worker must not go before it has ended. Gives up when it
/// takes too long or `stop` is requested: the run itself has closed.
void WaitForReport(const temporalio::Client& client, const std::string& run_id, const std::string& status,
                   const std::stop_token& stop) {
  std::stop_source enough;
  const std::stop_callback forward(stop, [&enough] { enough.request_stop(); });
  const std::jthread limit([&enough](const std::stop_token& done) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, done, kLongestReport, [] { return false; });
    if (!done.stop_requested()) enough.request_stop();
  });
  const auto reported =
      temporalio::GetResult(client, {"weft-notify." + run_id + "." + status, ""}, true, enough.get_token());
  if (reported || reported.error().code == temporalio::Error::Code::kNotFound) return;
  Report(enough.stop_requested() ? "the run's notification has not ended; not waiting for it any longer"
                                 : reported.error().message);
}

int Finish(const Options& options, const progress::InstanceView& view) {
  if (options.json) PrintOutput(view.ToJson().DumpPretty() + "\n");
  if (view.status == "completed") {
    if (!options.json) PrintOutput(view.output.DumpPretty() + "\n");
    return kOk;
  }
  Report(DescribeFailure(view));
  return kFailed;
}

int Refuse(const Error& error) {
  Report(error.message);
  return error.code == "temporal" ? kUnreachable : error.code == "replay" ? kFailed : kUsage;
}

int Run(const Options& options) {
  auto prepared = Prepare(options);
  if (!prepared) return Refuse(prepared.error());
  const auto& workflow = prepared->workflow;
  std::optional<Duration> limit;
  if (!options.timeout.empty()) {
    const auto parsed = ParseDuration(options.timeout);
    if (!parsed) return Refuse(Usage("--timeout: " + parsed.error().message));
    limit = *parsed;
  }

  LogToStderr("error");
  Ending ending;
  const Interrupts interrupts([&ending](int count) { ending.Interrupt(count); });
  const auto runtime = StartRuntime();
  if (!runtime) return Refuse(runtime.error());
  std::unique_ptr<temporalio::testing::DevServer> server;
  std::string address = options.temporal;
  if (address.empty() && !EnvironmentNamesTemporal()) {
    auto started = StartPrivateTemporal(*runtime);
    if (!started) return Refuse(started.error());
    server = *std::move(started);
    address = server->target();
  }
  const auto connection = Connect(*runtime, address);
  if (!connection) return Refuse(connection.error());
  const temporalio::Client client(*connection);
  const auto display = Display::ForStderr();

  activities::Settings settings;
  settings.sandbox = SandboxOf(options.sandbox);
  settings.code_network = true;
  settings.http_loopback = true;
  std::vector<worker::Queue> queues;
  queues.push_back({.name = std::string(contract::kWorkerQueue),
                    .workflows = true,
                    .activities = MakeHandlers(
                        std::move(settings), *connection,
                        [&display](const std::string& node, std::string_view line) { display->ShowLog(node, line); })});
  // On somebody else's Temporal its servers answer; ours would take their work.
  LocalSystem system([&display](const std::string& text) { display->Say(text); });
  system.Connect(client);
  system.Deploy(*workflow);
  for (const auto& other : prepared->others) system.Deploy(*other);
  if (server) {
    queues.push_back(
        {.name = std::string(contract::kSystemQueue), .workflows = false, .activities = system.Handlers()});
  }
  auto host = worker::Host::Create(*connection, std::move(queues));
  if (!host) return Refuse(host.error());
  std::jthread working([&host](std::stop_token stop) {
    if (const auto ended = (*host)->Run(std::move(stop)); !ended) Report("the worker ended: " + ended.error().message);
  });

  const auto id = contract::InstanceId(workflow->ns, workflow->name, "manual", NewUlid());
  const auto run_id = StartRun(client, *workflow, prepared->input, id);
  if (!run_id) return Refuse(run_id.error());
  const temporalio::WorkflowRef run{id, *run_id};
  ending.Watch(client, run);
  for (const auto& event : options.events) {
    if (const auto published = system.Publish(event); !published) return Refuse(published.error());
  }

  const auto deadline = std::chrono::steady_clock::now() + limit.value_or(Duration(0));
  const auto view = progress::Follow(
      client, run,
      {.changed =
           [&, told = false](const progress::InstanceView& now) mutable {
             display->Show(now);
             if (!limit || told || std::chrono::steady_clock::now() < deadline) return;
             told = true;
             display->Say("the run did not end within " + FormatDuration(*limit) + "; cancelling it");
             if (const auto asked = client.RequestCancel(run, "--timeout"); !asked) display->Say(asked.error().message);
           },
       .trouble = [&](const std::string& message) { display->Say("Temporal does not answer: " + message); }});
  if (view) WaitForReport(client, *run_id, view->status, ending.Closed());
  working.request_stop();
  working.join();
  return view ? Finish(options, *view) : Refuse(view.error());
}

}  // namespace

void AddRun(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "run", "Run one workflow to its end and show it live.",
                           "weft run workflow.yaml\n"
                           "weft run workflow.yaml --input '{\"orderId\":\"8841\"}'\n"
                           "weft run workflow.yaml --input @order.json --json > instance.json\n"
                           "weft run order.yaml ship.yaml --event '{\"type\":\"paid\",\"subject\":\"8841\"}'");
  verb->add_option("FILE", options->files,
                   "Workflow file; - is standard input. Further files are for nodes of kind workflow")
      ->required();
  verb->add_option("--input", options->input, "The run's input: JSON, @FILE, or - for standard input");
  verb->add_option("--event", options->events,
                   "A CloudEvent (JSON) that is published once the run has started; repeatable")
      ->allow_extra_args(false);
  verb->add_flag("--json", options->json, "Print the whole instance document instead of the output");
  verb->add_option("--timeout", options->timeout, "Cancel the run after so long (30s, 5m)");
  verb->add_option("--temporal", options->temporal,
                   "Temporal's HOST:PORT; without it a private server is started and stopped afterwards")
      ->group(kSettings);
  AddSandboxOption(*verb, options->sandbox);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
