// Who works on the task queues that workflows need, as the API tells it.
#include <gtest/gtest.h>

#include "expr/value.h"
#include "server/handlers/queues.h"
#include "server/testing.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/control_plane.h"

namespace weft::testing {
namespace {

using expr::Value;
using temporalio::test::Eventually;

constexpr std::string_view kScore = "weft: 1\nname: score\nnodes: { a: { shell: 'echo 1', queue: gpu } }\n";

class Queues : public ::testing::Test {
 protected:
  Queues() {
    services_.database = &plane_.database();
    services_.client = Harness::Get().client();
    services_.definitions = &definitions_;
    server_.emplace(server::QueueRoutes(services_));
  }

  Value Of(std::string_view name) {
    const auto answer = server::TestClient(server_->port()).Call("GET", "/api/v1/queues");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto items = Value::Parse(answer.body).value_or(Value()).Get("items");
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items.At(i).Get("name").AsString() == name) return items.At(i);
    }
    return {};
  }

  ControlPlane plane_;
  triggers::Definitions definitions_{plane_.database()};
  server::Services services_;
  std::optional<server::TestServer> server_;
};

TEST_F(Queues, NobodyThenSomebodyWorksOnAQueue) {
  EXPECT_TRUE(Of("gpu").IsNull());
  EXPECT_FALSE(Of("weft").Get("polled").AsBool());
  EXPECT_EQ(Of("weft-system").Get("usedBy").size(), 0U);
  plane_.Deploy(kScore);
  plane_.Deploy("weft: 1\nname: ask\nnodes: { a: { approval: {} } }\n");
  EXPECT_EQ(Of("gpu").Get("usedBy").Dump(), R"([{"name":"score","namespace":"default"}])");
  EXPECT_TRUE(Of("gpu").Get("workflows").IsNull()) << "no runs are put there";
  EXPECT_FALSE(Of("gpu").Get("polled").AsBool());
  EXPECT_EQ(Of("weft-system").Get("usedBy").Dump(), R"([{"name":"ask","namespace":"default"}])");
  EXPECT_EQ(Of("weft").Get("usedBy").size(), 2U);

  const LocalWorker worker;
  ASSERT_TRUE(Eventually([&] { return Of("weft").Get("polled").AsBool(); }));
  const auto run = Harness::Get().Start(kScore);
  ASSERT_TRUE(Eventually([&] { return Of("gpu").Get("activities").Get("backlog").AsInteger() == 1; }));
  ASSERT_TRUE(Eventually([&] { return Of("gpu").Get("activities").Get("backlogAgeMs").AsInteger() > 0; }));
  EXPECT_FALSE(Of("gpu").Get("polled").AsBool());

  const LocalWorker gpu(LocalWorker::NoSandbox(), {}, "gpu");
  EXPECT_EQ(Harness::Get().Wait(run).status, "completed");
  EXPECT_TRUE(Eventually([&] { return Of("gpu").Get("polled").AsBool(); }));
  const auto pollers = Of("gpu").Get("activities").Get("pollers");
  ASSERT_GE(pollers.size(), 1U);
  EXPECT_FALSE(pollers.At(0).Get("identity").AsString().empty());
  EXPECT_TRUE(ParseTimestamp(pollers.At(0).Get("lastAccessAt").AsString()));
  EXPECT_TRUE(Eventually([&] { return Of("gpu").Get("activities").Get("backlog").AsInteger() == 0; }));
}

TEST_F(Queues, ANewRevisionMayNeedAnother) {
  plane_.Deploy(kScore);
  EXPECT_FALSE(Of("gpu").IsNull());
  plane_.Deploy("weft: 1\nname: score\nnodes: { a: { shell: 'echo 1', queue: cpu } }\n");
  EXPECT_TRUE(Of("gpu").IsNull());
  EXPECT_FALSE(Of("cpu").IsNull());
}

}  // namespace
}  // namespace weft::testing
