// What a waiting run costs Core itself, without an interpreter: each schedules an activity, as a wait for an event
// does, and then waits for a signal that never comes.
//
//   engine_bare HOST:PORT [RUNS]      prints the growth of the process per run, in KB
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "temporalio/client/client.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"
#include "temporalio/worker/worker.h"

using namespace temporalio;

namespace {

constexpr const char* kQueue = "bare";
constexpr int kWarm = 50;

std::atomic<int> waiting = 0;

class Waiting : public Workflow {
 public:
  void Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                coresdk::workflow_completion::WorkflowActivationCompletion& completion) override {
    auto& commands = *completion.mutable_successful()->mutable_commands();
    for (const auto& job : activation.jobs()) {
      if (job.has_initialize_workflow()) {
        auto& activity = *commands.Add()->mutable_schedule_activity();
        activity.set_seq(1);
        activity.set_activity_id("subscribe");
        activity.set_activity_type("subscribe");
        activity.set_task_queue(kQueue);
        *activity.mutable_start_to_close_timeout() = ToDuration(std::chrono::seconds(60));
      } else if (job.has_resolve_activity()) {
        ++waiting;
        waiting.notify_all();
      }
    }
  }
};

double Kilobytes() {
  long pages = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1000.0;
}

Result<void> Wait(const Client& client, const char* name, int runs) {
  const int all = waiting + runs;
  for (int i = 0; i < runs; ++i) {
    StartOptions options;
    options.workflow_id = name + std::to_string(getpid()) + "-" + std::to_string(i);
    options.workflow_type = "waiting";
    options.task_queue = kQueue;
    options.input = {JsonPayload("null")};
    if (auto started = client.StartWorkflow(std::move(options)); !started) return std::unexpected(started.error());
  }
  for (int seen = waiting; seen < all; seen = waiting) waiting.wait(seen);
  return {};
}

Result<double> Measure(const std::string& target, int runs) {
  auto runtime = Runtime::Create();
  if (!runtime) return std::unexpected(runtime.error());
  ConnectionOptions where;
  where.target = target;
  auto connection = Connection::Connect(*runtime, where);
  if (!connection) return std::unexpected(connection.error());
  WorkerOptions options;
  options.task_queue = kQueue;
  options.max_cached_workflows = 10'000;
  options.workflows = [](const std::string&, const auto&) { return std::make_unique<Waiting>(); };
  options.activities["subscribe"] = [](ActivityContext&) -> ActivityResult { return JsonPayload("null"); };
  auto worker = Worker::Create(*connection, std::move(options));
  if (!worker) return std::unexpected(worker.error());
  const std::jthread working([&worker](const std::stop_token& stop) { std::ignore = (*worker)->Run(stop); });
  const Client client(*connection);
  if (auto warm = Wait(client, "warm-", kWarm); !warm) return std::unexpected(warm.error());
  const double before = Kilobytes();
  if (auto full = Wait(client, "waiting-", runs); !full) return std::unexpected(full.error());
  return (Kilobytes() - before) / runs;
}

}  // namespace

int main(int argc, char** argv) {
  const auto each = Measure(argc > 1 ? argv[1] : "127.0.0.1:7233", argc > 2 ? std::atoi(argv[2]) : 2000);
  if (!each) {
    std::fprintf(stderr, "%s\n", each.error().message.c_str());
    return 1;
  }
  std::printf("%.1f\n", *each);
}
