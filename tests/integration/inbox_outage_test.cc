// What is accepted while Temporal is away starts once it is back.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <set>

#include "temporalio/testing/dev_server.h"
#include "tests/integration/inbox_fixture.h"

namespace weft::testing {
namespace {

using store::DeliveryStatus;

class Outage : public InboxTest {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(data_.data()), nullptr);
    StartTemporal();
    client_.emplace(connection_);
    Open(*client_, {.direct_timeout = Duration(500), .first_pause = Duration(50), .most_pause = Duration(200)});
    RunDispatcher();
    Deploy(R"(weft: 1
name: w
triggers:
  - { id: hook, webhook: w, input: { a: 1 } }
  - { id: keyed, webhook: keyed, key: "${ .body.order }", input: "${ .body }" }
nodes: { a: { wait: 24h } }
)");
  }
  void TearDown() override {
    StopDispatcher();
    temporal_.reset();
    std::filesystem::remove_all(data_);
  }
  /// On the same port and with the same data as before, if there was one before.
  void StartTemporal() {
    temporalio::testing::DevServerOptions options;
    options.cli = TEMPORAL_CLI;
    options.db_filename = data_ + "/temporal.db";
    if (connection_) options.port = static_cast<std::uint16_t>(std::stoi(connection_->target().substr(10)));
    auto started = temporalio::testing::DevServer::Start(Harness::Get().runtime(), std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    temporal_ = *std::move(started);
    if (connection_) return;
    temporalio::ConnectionOptions to;
    to.target = temporal_->target();
    auto connection = temporalio::Connection::Connect(Harness::Get().runtime(), std::move(to));
    ASSERT_TRUE(connection) << connection.error().message;
    connection_ = *std::move(connection);
  }
  void KillTemporal() {
    ::kill(temporal_->pid(), SIGKILL);
    temporal_.reset();
  }

  std::string data_ = std::filesystem::temp_directory_path() / "weft-outage-XXXXXX";
  std::unique_ptr<temporalio::testing::DevServer> temporal_;
  std::shared_ptr<temporalio::Connection> connection_;
  std::optional<temporalio::Client> client_;
};

TEST_F(Outage, EverythingAcceptedMeanwhileStartsOnceItIsBack) {
  ASSERT_EQ(Post("w", "{}").status, 202);
  KillTemporal();
  std::vector<std::string> deliveries;
  for (int i = 0; i < 20; ++i) {
    const auto answer = Post("w", "{}", "Idempotency-Key: " + std::to_string(i) + "\r\n");
    ASSERT_EQ(answer.status, 202) << answer.body;
    deliveries.push_back(Member(answer.body, "delivery"));
  }
  EXPECT_EQ(DeliveryOf(deliveries.back()).status, DeliveryStatus::kPending);
  EXPECT_EQ(Post("w", "{}", "Idempotency-Key: 0\r\n").body, Post("w", "{}", "Idempotency-Key: 0\r\n").body);
  const auto by_hand = Call("POST", "/api/v1/workflows/default/w/instances",
                            "Content-Type: application/json\r\nIdempotency-Key: hand\r\n", "{}");
  EXPECT_EQ(by_hand.status, 202) << by_hand.body;
  deliveries.push_back(Member(by_hand.body, "delivery"));

  std::vector<std::string> keyed;
  for (int i = 0; i < 5; ++i) {
    keyed.push_back(Member(Post("keyed", R"({"order":"8841","n":)" + std::to_string(i) + "}").body, "delivery"));
  }

  StartTemporal();
  std::set<std::string> runs;
  int started = 0;
  for (const auto& id : keyed) {
    const auto settled = Settled(id);
    runs.insert(settled.run_id);
    if (settled.status == DeliveryStatus::kStarted) ++started;
    if (settled.status != DeliveryStatus::kStarted) EXPECT_EQ(settled.status, DeliveryStatus::kJoined);
  }
  EXPECT_EQ(started, 1) << "one of a key starts the run, the others join it";
  EXPECT_EQ(runs.size(), 1U);
  for (const auto& id : deliveries) {
    const auto settled = Settled(id);
    EXPECT_EQ(settled.status, DeliveryStatus::kStarted) << settled.error_message;
    const auto described = client_->Describe({settled.instance, ""});
    ASSERT_TRUE(described) << described.error().message;
    EXPECT_EQ(described->info.run_id, settled.run_id);
  }
}

}  // namespace
}  // namespace weft::testing
