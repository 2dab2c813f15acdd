#include "tests/integration/control_plane.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "base/id.h"
#include "contract/names.h"
#include "store/approvals.h"
#include "store/subscriptions.h"
#include "triggers/cloud_event.h"
#include "triggers/deploy.h"

namespace weft::testing {
namespace {

using expr::Value;

Timestamp Now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

}  // namespace

ControlPlane::ControlPlane(const std::string& url) : url_(url) {
  const auto& client = Harness::Get().client();
  if (url_.empty()) {
    directory_ = std::filesystem::temp_directory_path() / ("weft-events-" + std::to_string(::getpid()) + NewUlid());
    std::filesystem::create_directories(directory_);
    url_ = (directory_ / "weft.db").string();
  }
  database_ = *store::Database::Open({.url = url_});
  starter_ = std::make_unique<triggers::Starter>(*database_, client);
  inbox_ = std::make_unique<triggers::Inbox>(*database_, *starter_, triggers::InboxOptions{});
  triggers::Correlator::Options options;
  options.deliveries_due = [this] {
    if (dispatcher_) dispatcher_->Wake();
  };
  options.starts_due = [this] { inbox_->Wake(); };
  correlator_ = std::make_unique<triggers::Correlator>(*database_, client, starter_->definitions(), std::move(options));
  approvals_ = std::make_unique<triggers::Approvals>(*database_, client);
  slots_ = std::make_unique<triggers::Slots>(*database_, client);
  services_.emplace(server::SystemServices{
      .database = *database_,
      .correlator = *correlator_,
      .slots = *slots_,
      .notify = [](const auto&, const auto&) -> Result<std::string> { return "{\"delivered\":false}"; }});
}

ControlPlane::~ControlPlane() {
  system_.reset();
  threads_.clear();
  database_.reset();
  if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

void ControlPlane::OpenSystem() {
  system_ = std::make_unique<LocalHost>(std::vector<worker::Queue>{{.name = std::string(contract::kSystemQueue),
                                                                    .workflows = false,
                                                                    .activities = server::SystemActivities(*services_),
                                                                    .limits = {}}});
}

void ControlPlane::OpenDispatchers(triggers::EventDispatcher::Options options) {
  if (dispatcher_) return;
  dispatcher_ = std::make_unique<triggers::EventDispatcher>(*database_, Harness::Get().client(), std::move(options));
  threads_.emplace_back([this](const std::stop_token& stop) { dispatcher_->Run(stop); });
  threads_.emplace_back([this](const std::stop_token& stop) { inbox_->Run(stop); });
}

int ControlPlane::Deploy(std::string_view yaml) {
  const auto deployed = triggers::Deploy(*database_, yaml, "test", Now());
  EXPECT_TRUE(deployed) << deployed.error().message;
  EXPECT_NE(deployed->revision, 0) << dsl::FormatDiagnostics("workflow.yaml", yaml, deployed->diagnostics);
  return deployed->revision;
}

bool ControlPlane::Publish(std::string_view json) {
  std::vector<std::string> problems;
  auto event = triggers::ReadCloudEvent(triggers::CompleteCloudEvent(*Value::Parse(json)), {}, problems);
  EXPECT_TRUE(event) << problems.front();
  const auto accepted = correlator_->Publish("default", {*std::move(event)});
  EXPECT_TRUE(accepted) << accepted.error().message;
  return accepted && !accepted->front().duplicate;
}

std::size_t ControlPlane::OpenWaits() {
  return database_
      ->Read<std::vector<store::Subscription>>(
          [](store::Transaction& t) { return store::ListOpenSubscriptions(t, {}, 100'000); })
      ->size();
}

std::size_t ControlPlane::OpenApprovals() {
  return database_
      ->Read<std::vector<store::Approval>>(
          [](store::Transaction& t) { return store::ListOpenApprovals(t, {}, {}, 100'000); })
      ->size();
}

int SignalsOf(const temporalio::WorkflowRef& run, std::string_view name) {
  int signals = 0;
  auto part = run;
  while (true) {
    const auto history = Harness::Get().HistoryOf(part);
    for (const auto& event : history.events()) {
      if (event.has_workflow_execution_signaled_event_attributes() &&
          event.workflow_execution_signaled_event_attributes().signal_name() == name) {
        ++signals;
      }
    }
    const auto& last = history.events(history.events_size() - 1);
    if (!last.has_workflow_execution_continued_as_new_event_attributes()) return signals;
    part.run_id = last.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
  }
}

}  // namespace weft::testing
