#include "notify/outbox.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "notify/testing.h"
#include "store/testing.h"

namespace weft::notify {
namespace {

using expr::Value;
using store::NotificationStatus;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class OutboxTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store::StoreTest::SetUp();
    outbox_.emplace(
        db(), key_, transport_,
        Outbox::Options{
            .base_url = [] { return "https://weft.example"; }, .threads = 2, .clock = [this] { return now_; }});
    SaveChannel("ops", "webhook", R"({"url":"https://h.example/in?token=t0ps3cret"})");
  }

  void SaveChannel(const std::string& name, const std::string& kind, const std::string& config) {
    const auto saved = db().Write([&](store::Transaction& t) {
      return store::SaveChannel(t, key_,
                                {.name = name, .kind = kind, .language = "en", .events = {}, .config = config});
    });
    ASSERT_TRUE(saved) << saved.error().message;
  }

  void Add(const std::string& subject, std::vector<std::string> channels = {"ops"}) {
    const auto added = db().Write<int>([&](store::Transaction& t) {
      return Outbox::Add(t, {.subject = subject, .content = std::string(kReport), .channels = channels}, now_);
    });
    ASSERT_TRUE(added) << added.error().message;
  }

  std::vector<store::Notification> Log() {
    return *db().Read<std::vector<store::Notification>>(
        [](store::Transaction& t) { return store::ListNotifications(t, {}, {}, 100); });
  }

  const SealingKey key_ = NewSealingKey();
  FakeTransport transport_;
  Timestamp now_ = store::FromMillis(1'800'000'000'000);
  std::optional<Outbox> outbox_;
};
WEFT_ON_BOTH_ENGINES(OutboxTest);

TEST_P(OutboxTest, SendsOnceWhatWasAddedTwice) {
  Add("RUN.failed");
  Add("RUN.failed");
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_FALSE(outbox_->SendNext({}));
  ASSERT_THAT(transport_.posts(), SizeIs(1));
  EXPECT_THAT(transport_.posts()[0].body, HasSubstr(R"("link":"https://weft.example/instances/)"));
  const auto log = Log();
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].status, NotificationStatus::kSent);
  EXPECT_EQ(log[0].event, "failed");
  EXPECT_EQ(log[0].instance, "default.order-intake.hook.8841");
  EXPECT_EQ(log[0].answer, "ok");
}

TEST_P(OutboxTest, SendsAgainAfterFailuresThatMayPassWithGrowingPauses) {
  int status = 503;
  transport_.answer = [&](const Post&) -> Result<PostAnswer> { return PostAnswer{.status = status, .body = "busy"}; };
  Add("RUN.failed");
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].status, NotificationStatus::kPending);
  EXPECT_EQ(Log()[0].error, "the service answered with status 503");
  now_ += 4s;
  EXPECT_FALSE(outbox_->SendNext({}));
  now_ += 1s;
  EXPECT_TRUE(outbox_->SendNext({}));
  now_ += 14s;
  EXPECT_FALSE(outbox_->SendNext({}));
  now_ += 1s;
  status = 204;
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].status, NotificationStatus::kSent);
  EXPECT_EQ(Log()[0].attempts, 3);
  // The receiver can tell that it is the same message.
  EXPECT_EQ(transport_.posts()[0].headers, transport_.posts()[2].headers);
}

TEST_P(OutboxTest, GivesUpInTheEnd) {
  transport_.answer = [](const Post&) -> Result<PostAnswer> { return Fail("http.connect", "connection refused"); };
  Add("RUN.failed");
  for (int i = 0; i < 100; ++i) {
    outbox_->SendNext({});
    now_ += 1h;
  }
  EXPECT_EQ(Log()[0].status, NotificationStatus::kFailed);
  EXPECT_EQ(Log()[0].attempts, 12);
  EXPECT_EQ(Log()[0].error, "connection refused");
}

TEST_P(OutboxTest, WaitsForAsLongAsTheServiceAsks) {
  transport_.answer = [](const Post&) -> Result<PostAnswer> {
    return PostAnswer{.status = 429, .body = "slow down", .retry_after = 120s};
  };
  Add("RUN.failed");
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].due_at, now_ + 120s);
}

TEST_P(OutboxTest, WhatTheServiceRefusesIsNotSentAgain) {
  transport_.answer = [](const Post& post) -> Result<PostAnswer> {
    return PostAnswer{.status = 404, .body = "no hook " + post.url};
  };
  Add("RUN.failed");
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].status, NotificationStatus::kFailed);
  EXPECT_THAT(Log()[0].answer, Not(HasSubstr("t0ps3cret")));
}

TEST_P(OutboxTest, AMissingChannelIsAFailureInTheLog) {
  Add("RUN.failed", {"nobody", "ops"});
  while (outbox_->SendNext({})) {
  }
  const auto log = Log();
  ASSERT_THAT(log, SizeIs(2));
  for (const auto& n : log) {
    EXPECT_EQ(n.status, n.channel == "ops" ? NotificationStatus::kSent : NotificationStatus::kFailed);
    if (n.channel == "nobody") {
      EXPECT_THAT(n.error, HasSubstr("no channel `nobody`"));
    }
  }
}

TEST_P(OutboxTest, WhatADeadServerHadInHandIsSentWhenItsLeaseIsOver) {
  Add("RUN.failed");
  // It dies between the service's answer and the store.
  ASSERT_TRUE(*db().Write<std::optional<store::Notification>>(
      [&](store::Transaction& t) { return store::ClaimNotification(t, now_, 90s); }));
  EXPECT_FALSE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].status, NotificationStatus::kSending);
  now_ += 90s;
  EXPECT_TRUE(outbox_->SendNext({}));
  EXPECT_EQ(Log()[0].status, NotificationStatus::kSent);
  EXPECT_EQ(Log()[0].attempts, 2);
}

TEST_P(OutboxTest, TellingGivesReceiptsOnceAllIsSent) {
  std::jthread running([&](const std::stop_token& stop) { outbox_->Run(stop); });
  const auto told = outbox_->Tell(
      {.subject = "I/R/tell#1", .content = std::string(kReport), .channels = {"ops", "nobody", "ops"}}, {});
  ASSERT_TRUE(told) << told.error().message;
  ASSERT_TRUE(*told);
  EXPECT_FALSE((*told)->delivered);
  EXPECT_THAT((*told)->problem, HasSubstr("nobody: there is no channel"));
  EXPECT_EQ((*told)->json.Get("channels").size(), 2U);
  // The same again: what is done stays done.
  const auto again = outbox_->Tell({.subject = "I/R/tell#1", .content = std::string(kReport), .channels = {"ops"}}, {});
  ASSERT_TRUE(again && *again);
  EXPECT_TRUE((*again)->delivered);
  EXPECT_EQ((*again)->json.Get("channels").At(0).Get("attempts").AsInteger(), 1);
  EXPECT_THAT(transport_.posts(), SizeIs(1));
}

TEST_P(OutboxTest, TellingDoesNotWaitForALaterAttempt) {
  transport_.answer = [](const Post&) -> Result<PostAnswer> { return PostAnswer{.status = 500}; };
  std::jthread running([&](const std::stop_token& stop) { outbox_->Run(stop); });
  const auto told = outbox_->Tell({.subject = "RUN.failed", .content = std::string(kReport), .channels = {"ops"}}, {});
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_FALSE(*told);
  EXPECT_EQ(Log()[0].attempts, 1);
}

TEST_P(OutboxTest, ATestIsSentOnceAndStandsInTheLog) {
  EXPECT_EQ(outbox_->Test("nobody", {}).error().code, "not_found");
  transport_.answer = [](const Post&) -> Result<PostAnswer> { return PostAnswer{.status = 500, .body = "oops"}; };
  const auto tested = outbox_->Test("ops", {});
  ASSERT_TRUE(tested) << tested.error().message;
  EXPECT_EQ(tested->status, NotificationStatus::kFailed);
  EXPECT_EQ(tested->answer, "oops");
  now_ += 24h;
  EXPECT_FALSE(outbox_->SendNext({}));
  EXPECT_THAT(Log(), SizeIs(1));
}

}  // namespace
}  // namespace weft::notify
