#include "temporalio/worker/codec_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "temporalio/converter/aes_gcm_codec.h"
#include "temporalio/converter/failure.h"

namespace temporalio::internal {
namespace {

using coresdk::ActivityHeartbeat;
using coresdk::ActivityTaskCompletion;
using coresdk::activity_task::ActivityTask;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;
using testing::HasSubstr;
using testing::Not;

/// Hands out what it was given and keeps what it gets.
struct FakeCore : CoreWorker {
  template <class T>
  static Result<std::optional<T>> Next(std::deque<T>* from) {
    if (from->empty()) return std::nullopt;
    T next = std::move(from->front());
    from->pop_front();
    return next;
  }
  Result<std::optional<WorkflowActivation>> PollWorkflow() override { return Next(&activations); }
  Result<std::optional<ActivityTask>> PollActivity() override { return Next(&tasks); }
  void CompleteWorkflow(const WorkflowActivationCompletion& completion, std::function<void()> done) override {
    workflows.push_back(completion);
    done();
  }
  void CompleteActivity(const ActivityTaskCompletion& completion, std::function<void()> done) override {
    activities.push_back(completion);
    done();
  }
  void RecordHeartbeat(const ActivityHeartbeat& heartbeat) override { heartbeats.push_back(heartbeat); }
  void InitiateShutdown() override {}
  Result<void> FinalizeShutdown() override { return {}; }

  std::deque<WorkflowActivation> activations;
  std::deque<ActivityTask> tasks;
  std::vector<WorkflowActivationCompletion> workflows;
  std::vector<ActivityTaskCompletion> activities;
  std::vector<ActivityHeartbeat> heartbeats;
};

struct RefusingCodec : PayloadCodec {
  Result<void> Encode(std::span<Payload* const>) const override { return Fail(Error::Code::kInternal, "no encoding"); }
  Result<void> Decode(std::span<Payload* const>) const override { return {}; }
};

std::shared_ptr<const AesGcmCodec> Codec(char fill) {
  return AesGcmCodec::Create({{"k", std::string(32, fill)}}).value();
}

class CodecWorkerTest : public testing::Test {
 protected:
  CodecWorker With(std::shared_ptr<const PayloadCodec> codec) {
    auto core = std::make_unique<FakeCore>();
    core_ = core.get();
    return CodecWorker(std::move(core), std::move(codec));
  }
  FakeCore* core_ = nullptr;
};

WorkflowActivation ActivationFor(const std::string& run_id, const PayloadCodec& codec) {
  WorkflowActivation activation;
  activation.set_run_id(run_id);
  *activation.add_jobs()->mutable_signal_workflow()->add_input() = JsonPayload("\"visible\"");
  EXPECT_TRUE(EncodePayloads(codec, &activation));
  return activation;
}

TEST_F(CodecWorkerTest, DecodesWhatComesAndEncodesWhatGoes) {
  auto worker = With(Codec('a'));
  core_->activations.push_back(ActivationFor("r", *Codec('a')));
  const auto activation = worker.PollWorkflow().value();
  EXPECT_EQ(activation->jobs(0).signal_workflow().input(0).data(), "\"visible\"");
  EXPECT_FALSE(worker.PollWorkflow().value());

  WorkflowActivationCompletion completion;
  *completion.mutable_successful()->add_commands()->mutable_complete_workflow_execution()->mutable_result() =
      JsonPayload("\"visible\"");
  worker.CompleteWorkflow(completion, [] {});
  EXPECT_THAT(core_->workflows.at(0).SerializeAsString(), Not(HasSubstr("visible")));

  ActivityTaskCompletion result;
  *result.mutable_result()->mutable_failed()->mutable_failure() = ToFailure({.type = "t", .message = "visible"});
  worker.CompleteActivity(result, [] {});
  EXPECT_THAT(core_->activities.at(0).SerializeAsString(), Not(HasSubstr("visible")));

  ActivityHeartbeat heartbeat;
  *heartbeat.add_details() = JsonPayload("\"visible\"");
  worker.RecordHeartbeat(heartbeat);
  EXPECT_THAT(core_->heartbeats.at(0).SerializeAsString(), Not(HasSubstr("visible")));
}

TEST_F(CodecWorkerTest, AnswersWhatItCannotDecodeAndGoesOn) {
  auto worker = With(Codec('b'));
  core_->activations.push_back(ActivationFor("foreign", *Codec('a')));
  core_->activations.push_back(ActivationFor("own", *Codec('b')));
  EXPECT_EQ(worker.PollWorkflow().value()->run_id(), "own");
  ASSERT_EQ(core_->workflows.size(), 1u);
  EXPECT_EQ(core_->workflows[0].run_id(), "foreign");
  EXPECT_THAT(core_->workflows[0].failed().failure().message(), HasSubstr("`k`"));

  ActivityTask task;
  task.set_task_token("token");
  *task.mutable_start()->add_input() = JsonPayload("1");
  ASSERT_TRUE(EncodePayloads(*Codec('a'), &task));
  core_->tasks.push_back(task);
  EXPECT_FALSE(worker.PollActivity().value());
  ASSERT_EQ(core_->activities.size(), 1u);
  EXPECT_EQ(core_->activities[0].task_token(), "token");
  EXPECT_EQ(core_->activities[0].result().failed().failure().application_failure_info().type(), "DATA_LOSS");
  EXPECT_TRUE(worker.FinalizeShutdown());
}

TEST_F(CodecWorkerTest, SendsNothingThatItCouldNotEncode) {
  auto worker = With(std::make_shared<RefusingCodec>());
  WorkflowActivationCompletion completion;
  completion.set_run_id("r");
  *completion.mutable_successful()->add_commands()->mutable_complete_workflow_execution()->mutable_result() =
      JsonPayload("\"visible\"");
  worker.CompleteWorkflow(completion, [] {});
  EXPECT_EQ(core_->workflows.at(0).run_id(), "r");
  EXPECT_EQ(core_->workflows.at(0).failed().failure().message(), "no encoding");

  ActivityTaskCompletion result;
  result.set_task_token("token");
  *result.mutable_result()->mutable_completed()->mutable_result() = JsonPayload("\"visible\"");
  worker.CompleteActivity(result, [] {});
  EXPECT_EQ(core_->activities.at(0).result().failed().failure().message(), "no encoding");

  ActivityHeartbeat heartbeat;
  heartbeat.set_task_token("token");
  *heartbeat.add_details() = JsonPayload("\"visible\"");
  worker.RecordHeartbeat(heartbeat);
  EXPECT_EQ(core_->heartbeats.at(0).task_token(), "token");
  EXPECT_EQ(core_->heartbeats.at(0).details_size(), 0);
}

}  // namespace
}  // namespace temporalio::internal
