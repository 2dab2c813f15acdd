#include "temporalio/worker/workflow_cache.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace temporalio::internal {
namespace {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;

WorkflowActivation Start(const std::string& run_id) {
  WorkflowActivation activation;
  activation.set_run_id(run_id);
  activation.add_jobs()->mutable_initialize_workflow()->set_workflow_type("Greet");
  return activation;
}

WorkflowActivation Signal(const std::string& run_id) {
  WorkflowActivation activation;
  activation.set_run_id(run_id);
  activation.add_jobs()->mutable_signal_workflow()->set_signal_name("go");
  return activation;
}

WorkflowActivation Evict(const std::string& run_id) {
  WorkflowActivation activation;
  activation.set_run_id(run_id);
  activation.add_jobs()->mutable_remove_from_cache();
  return activation;
}

using Body = std::function<void(const WorkflowActivation&, WorkflowActivationCompletion&)>;

class Scripted : public Workflow {
 public:
  Scripted(Body body, int* alive) : body_(std::move(body)), alive_(alive) { ++*alive_; }
  ~Scripted() override { --*alive_; }
  void Activate(const WorkflowActivation& activation, WorkflowActivationCompletion& completion) override {
    body_(activation, completion);
  }

 private:
  Body body_;
  int* alive_;
};

class WorkflowCacheTest : public ::testing::Test {
 protected:
  WorkflowCache Cache(Body body) {
    return WorkflowCache([this, body](const auto&, const auto&) { return std::make_unique<Scripted>(body, &alive_); });
  }
  int alive_ = 0;
};

TEST_F(WorkflowCacheTest, PassesLaterActivationsToTheSameWorkflow) {
  int activations = 0;
  WorkflowCache cache = Cache([&](const auto&, auto&) { ++activations; });
  EXPECT_TRUE(cache.Handle(Start("r1")).has_successful());
  EXPECT_TRUE(cache.Handle(Signal("r1")).has_successful());
  EXPECT_EQ(activations, 2);
  EXPECT_EQ(alive_, 1);
}

TEST_F(WorkflowCacheTest, DropsAnEvictedRunWithoutCallingIt) {
  int activations = 0;
  WorkflowCache cache = Cache([&](const auto&, auto&) { ++activations; });
  cache.Handle(Start("r1"));
  const auto completion = cache.Handle(Evict("r1"));
  EXPECT_EQ(completion.run_id(), "r1");
  EXPECT_TRUE(completion.has_successful());
  EXPECT_EQ(activations, 1);
  EXPECT_EQ(alive_, 0);
}

TEST_F(WorkflowCacheTest, AnswersAnEvictionOfARunItDoesNotHold) {
  WorkflowCache cache = Cache([](const auto&, auto&) {});
  EXPECT_TRUE(cache.Handle(Evict("unknown")).has_successful());
}

TEST_F(WorkflowCacheTest, StartsAnewIfTheRunStartsAgain) {
  WorkflowCache cache = Cache([](const auto&, auto&) {});
  cache.Handle(Start("r1"));
  cache.Handle(Start("r1"));
  EXPECT_EQ(alive_, 1);
}

TEST_F(WorkflowCacheTest, FailsTheTaskOfARunItDoesNotHold) {
  WorkflowCache cache = Cache([](const auto&, auto&) {});
  const auto completion = cache.Handle(Signal("unknown"));
  EXPECT_EQ(completion.run_id(), "unknown");
  EXPECT_TRUE(completion.has_failed());
}

TEST_F(WorkflowCacheTest, FailsTheTaskIfTheWorkflowThrows) {
  WorkflowCache cache = Cache([](const auto&, auto& completion) {
    completion.mutable_successful()->add_commands()->mutable_complete_workflow_execution();
    throw std::runtime_error("broken");
  });
  const auto completion = cache.Handle(Start("r1"));
  ASSERT_TRUE(completion.has_failed());
  EXPECT_EQ(completion.failed().failure().message(), "broken");
}

TEST_F(WorkflowCacheTest, FailsTheTaskIfTheFactoryRefuses) {
  WorkflowCache cache([](const auto&, const auto&) -> Result<std::unique_ptr<Workflow>> {
    return Fail(Error::Code::kFailedPrecondition, "a newer worker is needed");
  });
  const auto completion = cache.Handle(Start("r1"));
  ASSERT_TRUE(completion.has_failed());
  EXPECT_EQ(completion.failed().failure().message(), "a newer worker is needed");
  EXPECT_EQ(completion.failed().failure().application_failure_info().type(), "FAILED_PRECONDITION");
}

TEST_F(WorkflowCacheTest, FailsTheTaskOfAnUnknownWorkflowType) {
  WorkflowCache cache([](const auto&, const auto&) { return nullptr; });
  const auto completion = cache.Handle(Start("r1"));
  ASSERT_TRUE(completion.has_failed());
  EXPECT_TRUE(completion.failed().failure().message().contains("\"Greet\""));
}

}  // namespace
}  // namespace temporalio::internal
