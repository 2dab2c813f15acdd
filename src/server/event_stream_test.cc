#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "server/testing.h"

namespace weft::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// A resource that many watch: `GET /watch/{id}`.
class EventStreamTest : public testing::Test {
 protected:
  void Start(const ListenerOptions& options = {}, AuthOptions auth = {}) {
    const StreamHandler watch = [this](const Request& request,
                                       std::shared_ptr<EventStream> stream) -> std::variant<Response, StreamSource> {
      const auto id = request.Parameter("id");
      if (id == "missing") return ProblemOf({"not_found", "There is none."});
      stream->Send("hello", "", "from " + std::string(request.Header("last-event-id")));
      const std::scoped_lock lock(mutex_);
      streams_.push_back(stream);
      changed_.notify_all();
      return std::shared_ptr<void>(nullptr, [this](void*) {
        const std::scoped_lock gone_lock(mutex_);
        ++gone_;
        changed_.notify_all();
      });
    };
    std::vector<Route> routes;
    routes.push_back(
        {.method = "GET", .pattern = "/watch/{id}", .permission = Permission::kView, .handler = watch, .accepts = {}});
    server_ = std::make_unique<TestServer>(std::move(routes), std::move(auth), options);
  }

  TestClient Watch(const std::string& headers = {}) {
    TestClient client(server_->port());
    client.Send("GET /watch/1 HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    EXPECT_THAT(client.Until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
    return client;
  }

  /// The streams, once there are so many.
  std::vector<std::shared_ptr<EventStream>> AwaitStreams(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return streams_.size() >= count; });
    return streams_;
  }
  void AwaitGone(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return gone_ >= count; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<EventStream>> streams_;
  int gone_ = 0;
  std::unique_ptr<TestServer> server_;
};

TEST_F(EventStreamTest, SendsEventsAndEndsInOrder) {
  Start();
  auto client = Watch("Last-Event-ID: 41\r\n");
  const auto stream = AwaitStreams(1).front();
  EXPECT_TRUE(stream->Send("node", "42", "{\n\"a\":1}\r\nb"));
  EXPECT_TRUE(stream->Send("", "", ""));
  stream->Close();
  EXPECT_FALSE(stream->Send("late", "", ""));
  EXPECT_EQ(client.UntilClosed(),
            "retry: 2000\n\nevent: hello\ndata: from 41\n\nid: 42\nevent: node\ndata: {\ndata: \"a\":1}\ndata: "
            "b\n\ndata: \n\n");
  AwaitGone(1);
}

TEST_F(EventStreamTest, AFieldCannotBeBrokenOutOf) {
  Start();
  auto client = Watch();
  const auto stream = AwaitStreams(1).front();
  stream->Send("a\ndata: x", "1\n\nevent: y", "z");
  stream->Close();
  EXPECT_THAT(client.UntilClosed(), EndsWith("\n\ndata: z\n\n"));
}

TEST_F(EventStreamTest, AProblemIsAnsweredInsteadOfAStream) {
  Start();
  EXPECT_EQ(TestClient(server_->port()).Call("GET", "/watch/missing").status, 404);
  EXPECT_EQ(TestClient(server_->port()).Call("HEAD", "/watch/1").Header("Content-Type"), "text/event-stream");
}

TEST_F(EventStreamTest, ACommentKeepsAnIdleStreamOpen) {
  Start({.stream_keep_alive = std::chrono::milliseconds(10)});
  auto client = Watch();
  EXPECT_THAT(client.Until(": \n\n"), HasSubstr("hello"));
  EXPECT_EQ(client.Until(": \n\n"), ": \n\n");
}

TEST_F(EventStreamTest, EndsSoonAfterItsTokenWasRevoked) {
  std::atomic<int> asked = 0;
  std::atomic<bool> revoked = false;
  std::atomic<bool> store_away = true;
  AuthOptions auth;
  auth.check = [&](std::string_view token) -> Result<std::optional<Principal>> {
    // Not to be able to tell is no reason to end.
    if (asked++ > 0 && store_away) return Fail("store.unavailable", "away");
    if (token != "mine" || revoked) return std::nullopt;
    return Principal{.name = "ann", .permissions = {Permission::kView}};
  };
  Start({.stream_keep_alive = std::chrono::milliseconds(10), .stream_recheck = std::chrono::milliseconds(10)}, auth);
  auto client = Watch("Authorization: Bearer mine\r\n");
  while (asked < 3) EXPECT_FALSE(client.Until(": \n\n").empty());
  store_away = false;
  const int before = asked;
  while (asked < before + 2) EXPECT_FALSE(client.Until(": \n\n").empty());
  revoked = true;
  const auto stream = AwaitStreams(1).front();
  // However much is told meanwhile.
  while (stream->Send("node", "", "x")) std::this_thread::yield();
  client.UntilClosed();
  AwaitGone(1);
}

TEST_F(EventStreamTest, TheSourceEndsWhenTheClientGoes) {
  Start();
  auto client = Watch();
  const auto stream = AwaitStreams(1).front();
  client.Close();
  AwaitGone(1);
  EXPECT_FALSE(stream->Send("node", "", "x"));
}

TEST_F(EventStreamTest, AClientThatDoesNotReadIsCutOff) {
  Start({.stream_backlog = 100'000});
  auto client = Watch();
  const auto stream = AwaitStreams(1).front();
  const std::string data(50'000, 'x');
  while (stream->Send("node", "", data)) {
  }
  client.UntilClosed();
  AwaitGone(1);
  EXPECT_EQ(server_->metrics().CounterOf("weft_sse_cut_off_total", "").value(), 1U);
}

TEST_F(EventStreamTest, OneEventMayBeLargerThanTheBacklog) {
  Start({.stream_backlog = 1000});
  auto client = Watch();
  const auto stream = AwaitStreams(1).front();
  EXPECT_THAT(client.Until("data: from \n\n"), HasSubstr("hello"));
  EXPECT_TRUE(stream->Send("instance", "", std::string(500'000, 'x')));
  EXPECT_EQ(client.Until("\n\n").size(), 500'000 + std::string("event: instance\ndata: \n\n").size());
}

TEST_F(EventStreamTest, TwoHundredClientsGetEveryEventInOrder) {
  Start();
  constexpr int kClients = 200;
  constexpr int kEvents = 50;
  std::vector<TestClient> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(Watch());
  const auto streams = AwaitStreams(kClients);
  std::vector<std::jthread> senders;
  for (int part = 0; part < 4; ++part) {
    senders.emplace_back([&, part] {
      for (int event = 0; event < kEvents; ++event) {
        for (std::size_t i = static_cast<std::size_t>(part); i < streams.size(); i += 4) {
          EXPECT_TRUE(streams[i]->Send("node", std::to_string(event), R"({"path":"a"})"));
        }
      }
    });
  }
  for (auto& client : clients) {
    client.Until("hello\ndata: from \n\n");
    for (int event = 0; event < kEvents; ++event) {
      EXPECT_EQ(client.Until("\n\n"), "id: " + std::to_string(event) + "\nevent: node\ndata: {\"path\":\"a\"}\n\n");
    }
  }
  EXPECT_EQ(server_->metrics().GaugeOf("weft_sse_streams", "").value(), kClients);
}

TEST_F(EventStreamTest, StoppingSendsWhatWaitsAndEndsStreams) {
  Start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(Watch());
  for (const auto& stream : AwaitStreams(20)) stream->Send("last", "", "words");
  server_->listener().Stop(std::chrono::seconds(20));
  for (auto& client : clients) EXPECT_THAT(client.UntilClosed(), EndsWith("event: last\ndata: words\n\n"));
}

TEST_F(EventStreamTest, AStreamMayOutliveItsServer) {
  Start();
  auto client = Watch();
  const auto stream = AwaitStreams(1).front();
  server_.reset();
  EXPECT_FALSE(stream->Send("node", "", "x"));
  stream->Close();
}

}  // namespace
}  // namespace weft::server
