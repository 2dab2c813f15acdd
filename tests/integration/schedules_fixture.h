#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/schedules.h"
#include "store/sql.h"
#include "store/trigger_states.h"
#include "temporalio/client/schedule.h"
#include "tests/integration/harness.h"
#include "triggers/schedule_control.h"
#include "triggers/schedule_reconciler.h"

namespace weft::testing {

Timestamp Now();

/// A database and a workflow of each test's own, and what a server does for its schedules, when the test says so.
class SchedulesTest : public ::testing::Test {
 protected:
  ~SchedulesTest() override;

  /// The workflow as a new revision, whose number it gives. `triggers` are items of the list, in one line.
  int Deploy(const std::string& triggers, const std::string& nodes = "{ a: { set: \"${ . }\" } }");
  /// Until nothing is due any more.
  static void ApplyAll(triggers::ScheduleReconciler& reconciler);
  void DeployAndApply(const std::string& triggers);

  [[nodiscard]] std::string IdOf(const std::string& trigger) const;
  [[nodiscard]] triggers::ScheduleStatus Status(const std::string& trigger) const;
  /// Which revision Temporal's schedule starts; 0: it has none.
  [[nodiscard]] int RevisionOf(const std::string& trigger) const;
  [[nodiscard]] bool Exists(const std::string& trigger) const { return schedules_.Describe(IdOf(trigger)).has_value(); }
  store::TriggerState StateOf(const std::string& trigger);
  std::vector<store::Schedule> Stored();

  const std::string name_ = NewName();
  const std::filesystem::path directory_ = NewDirectory();
  std::unique_ptr<store::Database> database_ = Open(directory_);
  std::vector<std::string> made_;
  const temporalio::ScheduleClient schedules_{Harness::Get().client()};
  triggers::ScheduleReconciler reconciler_{*database_, schedules_};

 private:
  static std::string NewName();
  static std::filesystem::path NewDirectory();
  static std::unique_ptr<store::Database> Open(const std::filesystem::path& directory);
};

/// A trigger that never fires by itself within a test.
inline const std::string kYearly = "{ id: tick, cron: \"0 0 1 1 *\" }";

}  // namespace weft::testing
