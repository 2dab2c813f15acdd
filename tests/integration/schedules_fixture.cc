#include "tests/integration/schedules_fixture.h"

#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include "base/id.h"
#include "dsl/diagnostic.h"
#include "triggers/deploy.h"
#include "triggers/schedule.h"

namespace weft::testing {

Timestamp Now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

std::string SchedulesTest::NewName() {
  auto ulid = NewUlid();
  for (auto& c : ulid) c = static_cast<char>(std::tolower(c));
  return "w" + ulid;
}

std::filesystem::path SchedulesTest::NewDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "weft-schedules-XXXXXX").string();
  return ::mkdtemp(pattern.data());
}

std::unique_ptr<store::Database> SchedulesTest::Open(const std::filesystem::path& directory) {
  auto opened = store::Database::Open({.url = (directory / "weft.db").string()});
  if (!opened) throw std::runtime_error(opened.error().message);
  return *std::move(opened);
}

SchedulesTest::~SchedulesTest() {
  for (const auto& id : made_) (void)schedules_.Delete(id);
  std::filesystem::remove_all(directory_);
}

int SchedulesTest::Deploy(const std::string& triggers, const std::string& nodes) {
  const auto yaml = fmt::format("weft: 1\nname: {}\ntriggers: [{}]\nnodes: {}\n", name_, triggers, nodes);
  const auto deployed = triggers::Deploy(*database_, yaml, "test", Now());
  if (!deployed) {
    ADD_FAILURE() << deployed.error().message;
    return 0;
  }
  EXPECT_GT(deployed->revision, 0) << dsl::FormatDiagnostics("file", yaml, deployed->diagnostics);
  for (const auto& stored : Stored()) made_.push_back(IdOf(stored.trigger_id));
  return deployed->revision;
}

void SchedulesTest::ApplyAll(triggers::ScheduleReconciler& reconciler) {
  while (true) {
    const auto applied = reconciler.ApplyDue(Now());
    ASSERT_TRUE(applied) << applied.error().message;
    if (*applied == 0) return;
  }
}

void SchedulesTest::DeployAndApply(const std::string& triggers) {
  Deploy(triggers);
  ApplyAll(reconciler_);
}

std::string SchedulesTest::IdOf(const std::string& trigger) const {
  return triggers::ScheduleId("default", name_, trigger);
}

triggers::ScheduleStatus SchedulesTest::Status(const std::string& trigger) const {
  // People are not kept waiting for a schedule for long; on a busy machine one look may be too short.
  constexpr int kLooks = 10;
  auto status = triggers::StatusOf(schedules_, IdOf(trigger));
  for (int look = 1; !status && look < kLooks; ++look) status = triggers::StatusOf(schedules_, IdOf(trigger));
  EXPECT_TRUE(status) << status.error().message;
  return status.value_or(triggers::ScheduleStatus{});
}

int SchedulesTest::RevisionOf(const std::string& trigger) const {
  const auto found = schedules_.Describe(IdOf(trigger));
  return found ? triggers::VersionOf(found->schedule).revision : 0;
}

store::TriggerState SchedulesTest::StateOf(const std::string& trigger) {
  const auto state = database_->Read<std::optional<store::TriggerState>>(
      [&](store::Transaction& t) { return store::FindTriggerState(t, "default", name_, trigger); });
  return state && *state ? **state : store::TriggerState{};
}

std::vector<store::Schedule> SchedulesTest::Stored() {
  return database_
      ->Read<std::vector<store::Schedule>>(
          [&](store::Transaction& t) { return store::ListSchedules(t, "default", name_); })
      .value();
}

}  // namespace weft::testing
