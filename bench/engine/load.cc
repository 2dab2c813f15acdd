// Starts runs on a Temporal server, keeps so many in flight, waits for the end of each and prints when each began and
// ended. The same program loads both sides of the comparison.
//
//   engine_load --target HOST:PORT --queue Q (--type T | --definition FILE) [--input JSON] --runs N --in-flight K --id
//   P
//
// With --signal, all runs are started first; when every one of them waits, it prints a line, and after a line on stdin
// it signals them.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "dsl/load.h"
#include "temporalio/client/client.h"
#include "temporalio/client/result.h"
#include "temporalio/converter/payload.h"
#include "temporalio/worker/worker.h"

namespace {

using temporalio::Client;
using temporalio::JsonPayload;

struct Options {
  std::string target;
  std::string queue;
  std::string type;
  std::string definition;
  std::string input = "{}";
  std::string id;
  std::string signal;
  std::string signal_input;
  int runs = 1;
  int in_flight = 1;
};

struct Run {
  std::string run_id;
  double began = 0;
  double ended = 0;
  bool completed = false;
};

constexpr std::chrono::milliseconds kLookInterval{20};
constexpr int kSampledRuns = 10;

double Now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// `work(0)` … `work(count - 1)`, so many at once.
void ForEach(int count, int at_once, const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < at_once; ++i) {
    threads.emplace_back([&] {
      for (int index = next++; index < count; index = next++) work(index);
    });
  }
}

class Load {
 public:
  Load(Client client, Options options, std::vector<temporalio::Payload> payloads)
      : client_(std::move(client)),
        options_(std::move(options)),
        payloads_(std::move(payloads)),
        runs_(static_cast<std::size_t>(options_.runs)) {}

  void StartAndAwait() {
    ForEach(options_.runs, options_.in_flight, [this](int index) {
      if (Start(index)) Await(index);
    });
  }

  void StartThenSignal() {
    ForEach(options_.runs, options_.in_flight, [this](int index) {
      if (Start(index)) AwaitIdle(index);
    });
    fmt::print("{{\"waiting\":{}}}\n", options_.runs);
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    ForEach(options_.runs, options_.in_flight, [this](int index) {
      Of(index).began = Now();
      const auto sent = client_.SignalWorkflow(
          Ref(index), {.name = options_.signal, .input = {JsonPayload(options_.signal_input)}, .request_id = {}});
      if (!sent) return Report(sent.error());
      Await(index);
    });
  }

  /// Events and bytes are the mean of some runs spread over all.
  void Print() {
    std::int64_t events = 0;
    std::int64_t bytes = 0;
    const int samples = std::min(kSampledRuns, options_.runs);
    for (int i = 0; i < samples; ++i) {
      const auto description = client_.Describe(Ref(i * options_.runs / samples));
      if (!description) return Report(description.error());
      events += description->info.history_length;
      bytes += description->info.history_bytes;
    }
    std::size_t input = 0;
    for (const auto& payload : payloads_) input += payload.ByteSizeLong();
    std::string rows;
    for (const auto& run : runs_) {
      rows += fmt::format("{}[{:.6f},{:.6f},{}]", rows.empty() ? "" : ",", run.began, run.ended, run.completed);
    }
    fmt::print("{{\"events\":{},\"history_bytes\":{},\"input_bytes\":{},\"output\":{},\"runs\":[{}]}}\n",
               static_cast<double>(events) / samples, bytes / samples, input, output_.empty() ? "null" : output_, rows);
  }

 private:
  Run& Of(int index) { return runs_[static_cast<std::size_t>(index)]; }
  temporalio::WorkflowRef Ref(int index) {
    return {fmt::format("{}-{}", options_.id, index), runs_[static_cast<std::size_t>(index)].run_id};
  }

  static void Report(const temporalio::Error& error) { fmt::print(stderr, "engine_load: {}\n", error.message); }

  bool Start(int index) {
    temporalio::StartOptions start;
    start.workflow_id = Ref(index).workflow_id;
    start.workflow_type = options_.type;
    start.task_queue = options_.queue;
    start.input = payloads_;
    Of(index).began = Now();
    const auto started = client_.StartWorkflow(std::move(start));
    if (!started) {
      Report(started.error());
      return false;
    }
    Of(index).run_id = started->run_id;
    return true;
  }

  void Await(int index) {
    const auto outcome = temporalio::GetResult(client_, Ref(index));
    Of(index).ended = Now();
    if (!outcome) return Report(outcome.error());
    const auto* completed = std::get_if<temporalio::Completed>(&outcome->how);
    Of(index).completed = completed != nullptr;
    if (index == 0 && completed != nullptr && !completed->result.empty()) output_ = completed->result.front().data();
  }

  /// Nothing is under way for the run: it waits for its signal.
  void AwaitIdle(int index) {
    constexpr std::int64_t kFirstTask = 4;  // started; task scheduled, started, completed
    for (;;) {
      const auto description = client_.Describe(Ref(index));
      if (!description) return Report(description.error());
      if (description->info.history_length >= kFirstTask && !description->raw.has_pending_workflow_task() &&
          description->raw.pending_activities().empty())
        return;
      std::this_thread::sleep_for(kLookInterval);
    }
  }

  Client client_;
  Options options_;
  std::vector<temporalio::Payload> payloads_;
  std::vector<Run> runs_;
  std::string output_;
};

/// What a server would do for runs that wait for events: say that it has noted them.
temporalio::Result<std::unique_ptr<temporalio::Worker>> MakeSystemWorker(
    const std::shared_ptr<temporalio::Connection>& connection) {
  temporalio::WorkerOptions options;
  options.task_queue = weft::contract::kSystemQueue;
  for (const auto type : {weft::contract::kSubscribeActivity, weft::contract::kUnsubscribeActivity}) {
    options.activities.emplace(
        type, [](temporalio::ActivityContext&) -> temporalio::ActivityResult { return JsonPayload("null"); });
  }
  return temporalio::Worker::Create(connection, std::move(options));
}

/// Weft's runs take what started them, their definition and their input.
std::optional<std::vector<temporalio::Payload>> ReadDefinition(Options& options) {
  std::ifstream file(options.definition);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto loaded = weft::dsl::Load(text);
  for (const auto& problem : loaded.diagnostics) fmt::print(stderr, "{}: {}\n", options.definition, problem.message);
  if (!loaded.workflow) return std::nullopt;
  options.type = weft::contract::WorkflowType(loaded.workflow->ns, loaded.workflow->name);
  return std::vector{JsonPayload(weft::contract::StartInput{}.ToJson()), JsonPayload(loaded.workflow->normalised),
                     JsonPayload(options.input)};
}

int Work(Options options) {
  std::vector<temporalio::Payload> payloads = {JsonPayload(options.input)};
  if (!options.definition.empty()) {
    auto read = ReadDefinition(options);
    if (!read) return 2;
    payloads = *std::move(read);
  }
  const auto refuse = [](const temporalio::Error& error) {
    fmt::print(stderr, "engine_load: {}\n", error.message);
    return 1;
  };
  const auto runtime = temporalio::Runtime::Create();
  if (!runtime) return refuse(runtime.error());
  temporalio::ConnectionOptions where;
  where.target = options.target;
  const auto connection = temporalio::Connection::Connect(*runtime, std::move(where));
  if (!connection) return refuse(connection.error());

  std::unique_ptr<temporalio::Worker> system;
  std::jthread working;
  if (!options.definition.empty() && !options.signal.empty()) {
    auto made = MakeSystemWorker(*connection);
    if (!made) return refuse(made.error());
    system = *std::move(made);
    working = std::jthread([&system](std::stop_token stop) {
      if (const auto ended = system->Run(std::move(stop)); !ended) fmt::print(stderr, "{}\n", ended.error().message);
    });
  }
  const bool signals = !options.signal.empty();
  Load load(Client(*connection), std::move(options), std::move(payloads));
  signals ? load.StartThenSignal() : load.StartAndAwait();
  load.Print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Starts runs, awaits them and prints their times.");
  app.add_option("--target", options.target)->required();
  app.add_option("--queue", options.queue)->required();
  auto* type = app.add_option("--type", options.type, "Workflow type; its input is --input");
  app.add_option("--definition", options.definition, "A Weft workflow file; its input is --input")->excludes(type);
  app.add_option("--input", options.input, "JSON");
  app.add_option("--id", options.id, "Prefix of the workflow ids")->required();
  app.add_option("--runs", options.runs)->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.in_flight)->check(CLI::PositiveNumber);
  app.add_option("--signal", options.signal, "Start all, wait until all wait, then send each this signal");
  app.add_option("--signal-input", options.signal_input, "JSON");
  CLI11_PARSE(app, argc, argv);
  return Work(std::move(options));
}
