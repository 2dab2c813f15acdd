#include "server/listener.h"

#include <curl/curl.h>
#include <gmock/gmock.h>

#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

#include "server/testing.h"

namespace weft::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHost = "Host: 127.0.0.1\r\n";

/// Handlers wait here until the test lets them go on.
class Gate {
 public:
  void Open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitArrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

Route Make(std::string method, std::string pattern, Handler handler, std::vector<std::string> accepts = {},
           std::size_t max_body = 1024) {
  return {.method = std::move(method),
          .pattern = std::move(pattern),
          .permission = Permission::kPublic,
          .handler = std::move(handler),
          .accepts = std::move(accepts),
          .max_body = max_body};
}

Response Text(std::string text) { return {.content_type = "text/plain", .body = std::move(text), .headers = {}}; }

class ListenerTest : public testing::Test {
 protected:
  void Start(const ListenerOptions& options = {}) {
    std::vector<Route> routes;
    routes.push_back(Make("GET", "/hello/{name}", [](const Request& request) {
      return Text("hello " + request.Parameter("name") + " " + request.Query("q").value_or("-"));
    }));
    routes.push_back(
        Make("POST", "/echo", [](const Request& request) { return Text(request.body); }, {"application/json"}));
    routes.push_back(Make("POST", "/any", [](const Request& request) { return Text(request.body); }, {"*/*"}));
    routes.push_back(Make("POST", "/none", [](const Request&) { return Text("done"); }));
    routes.push_back(Make("GET", "/large", [](const Request&) { return Text(std::string(8'000'000, 'x')); }));
    routes.push_back(Make("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("secret"); }));
    routes.push_back(
        Make("GET", "/gone", [](const Request&) { return Response{.status = 204, .body = {}, .headers = {}}; }));
    routes.push_back(Make("GET", "/slow", [this](const Request&) {
      gate_.Pass();
      return Text("at last");
    }));
    auto quick = Make("GET", "/quick", [](const Request&) { return Text("quick"); });
    quick.quick = true;
    routes.push_back(std::move(quick));
    server_ = std::make_unique<TestServer>(std::move(routes), AuthOptions{}, options);
  }
  void TearDown() override { gate_.Open(); }

  TestClient Connect() { return TestClient(server_->port()); }

  Gate gate_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(ListenerTest, ServesManyRequestsOnOneConnection) {
  Start();
  auto client = Connect();
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.Call("GET", "/hello/a%2Fb?q=x+y");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello a/b x y");
  }
}

TEST_F(ListenerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  auto client = Connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /hello/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.Send(requests);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.Read().body, "hello " + std::to_string(i) + " -");
}

TEST_F(ListenerTest, ReadsBodiesByLengthAndInChunks) {
  Start();
  auto client = Connect();
  EXPECT_EQ(client.Call("POST", "/echo", "Content-Type: application/json; charset=utf-8\r\n", "[1]").body, "[1]");
  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.Send("4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_EQ(client.Read().body, "abcdefg");
  EXPECT_EQ(client.Call("GET", "/hello/you").body, "hello you -");
}

TEST_F(ListenerTest, HeadGivesTheHeadOnly) {
  Start();
  auto client = Connect();
  const auto answer = client.Call("HEAD", "/hello/you");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Length"), "11");
  EXPECT_EQ(client.Call("GET", "/hello/you").body, "hello you -");
}

TEST_F(ListenerTest, NoContentHasNoLength) {
  Start();
  auto client = Connect();
  const auto answer = client.Call("GET", "/gone");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.Header("Content-Length"), "");
  EXPECT_EQ(client.Call("GET", "/quick").body, "quick");
}

TEST_F(ListenerTest, TellsWhatIsNotThere) {
  Start();
  auto client = Connect();
  EXPECT_EQ(client.Call("GET", "/nothing").status, 404);
  const auto refused = client.Call("DELETE", "/hello/you");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.Header("Allow"), "GET, HEAD");
  EXPECT_EQ(refused.Header("Content-Type"), "application/problem+json");
  EXPECT_EQ(client.Call("GET", "/hello/%zz").status, 400);
  EXPECT_EQ(client.Call("GET", "/hello/you?q=%f").status, 400);
}

TEST_F(ListenerTest, RefusesBodiesOfOtherTypes) {
  Start();
  EXPECT_EQ(Connect().Call("POST", "/echo", "Content-Type: text/plain\r\n", "x").status, 415);
  EXPECT_EQ(Connect().Call("POST", "/none", "Content-Type: text/plain\r\n", "{}").status, 415);
  EXPECT_EQ(Connect().Call("POST", "/none", "Content-Type: application/json\r\n", "{}").status, 200);
  EXPECT_EQ(Connect().Call("POST", "/none").status, 200);
  EXPECT_EQ(Connect().Call("POST", "/none", "Content-Length: 0\r\n").status, 200);
}

TEST_F(ListenerTest, RefusesBodiesAboveTheRoutesLimit) {
  Start();
  EXPECT_EQ(Connect().Call("POST", "/any", "", std::string(1024, 'x')).status, 200);
  const auto refused = Connect().Call("POST", "/any", "", std::string(1025, 'x'));
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("1024 bytes"));
}

TEST_F(ListenerTest, TheAnswerToAMuchTooLargeBodyArrives) {
  Start();
  auto client = Connect();
  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n");
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 300 && client.Send(piece); ++i) {
  }
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(ListenerTest, RefusesChunksAboveTheRoutesLimit) {
  Start();
  auto client = Connect();
  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.Send("800\r\n" + std::string(0x800, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(ListenerTest, RefusesABodyForWhichTheOthersLeaveNoRoom) {
  Start({.max_bodies = 1000});
  auto slow = Connect();
  slow.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow.Read().status, 100);
  EXPECT_EQ(Connect().Call("POST", "/any", "", std::string(500, 'x')).status, 503);
  EXPECT_EQ(Connect().Call("POST", "/any", "", std::string(400, 'x')).status, 200);
  slow.Send(std::string(600, 'x'));
  EXPECT_EQ(slow.Read().status, 200);
  EXPECT_EQ(Connect().Call("POST", "/any", "", std::string(900, 'x')).status, 200);
}

TEST_F(ListenerTest, ContinuesWhereTheClientWaitsForIt) {
  Start();
  auto client = Connect();
  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Read().body, "abc");

  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(ListenerTest, RefusesWhatIsNotHttp) {
  Start();
  for (const std::string text :
       {"\x16\x03\x01\x02", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /hello/a b HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nbroken header\r\n\r\n", "POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    auto client = Connect();
    client.Send(text);
    client.ShutDown();
    EXPECT_THAT(client.UntilClosed(), testing::AnyOf(StartsWith("HTTP/1.1 400 "), "")) << text;
  }
}

TEST_F(ListenerTest, RefusesBrokenChunks) {
  Start();
  auto client = Connect();
  client.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n");
  EXPECT_EQ(client.Read().status, 400);
}

TEST_F(ListenerTest, RefusesLargeHeads) {
  Start({.max_header = 4096});
  auto client = Connect();
  client.Send("GET /quick HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(8192, 'x') + "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 431);
}

TEST_F(ListenerTest, ClosesConnectionsThatDripTheirHeadOrBody) {
  Start({.header_timeout = std::chrono::milliseconds(50), .transfer_timeout = std::chrono::milliseconds(50)});
  auto head = Connect();
  head.Send("GET /quick HTTP/1.1\r\nHos");
  EXPECT_EQ(head.UntilClosed(), "");
  auto body = Connect();
  body.Send("POST /any HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na");
  EXPECT_EQ(body.UntilClosed(), "");
}

TEST_F(ListenerTest, ClosesIdleConnections) {
  Start({.idle = std::chrono::milliseconds(50)});
  auto client = Connect();
  EXPECT_EQ(client.Call("GET", "/quick").body, "quick");
  EXPECT_EQ(client.UntilClosed(), "");
}

TEST_F(ListenerTest, ClosesWhenTheClientAsksForIt) {
  Start();
  auto client = Connect();
  EXPECT_EQ(client.Call("GET", "/quick", "Connection: close\r\n").Header("Connection"), "close");
  EXPECT_EQ(client.UntilClosed(), "");
  auto old = Connect();
  old.Send("GET /quick HTTP/1.0\r\n" + std::string(kHost) + "\r\n");
  EXPECT_THAT(old.UntilClosed(), testing::EndsWith("quick"));
}

TEST_F(ListenerTest, WhatAHandlerThrowsStaysInTheLog) {
  Start();
  const auto answer = Connect().Call("GET", "/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST_F(ListenerTest, AFullPoolIsAnsweredAtOnceAndQuickRoutesStillWork) {
  Start({.threads = 1, .waiting = 1});
  std::vector<TestClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(Connect());
    clients.back().Send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (i == 0) gate_.AwaitArrivals(1);
  }
  const auto& in_flight = server_->metrics().GaugeOf("weft_http_in_flight", "");
  while (in_flight.value() < 2) std::this_thread::yield();

  const auto refused = Connect().Call("GET", "/hello/you");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_EQ(Connect().Call("GET", "/quick").body, "quick");

  gate_.Open();
  for (auto& client : clients) EXPECT_EQ(client.Read().body, "at last");
}

TEST_F(ListenerTest, FurtherConnectionsThanItHoldsAreAnswered) {
  Start({.max_connections = 2});
  auto one = Connect(), two = Connect();
  EXPECT_EQ(one.Call("GET", "/quick").status, 200);
  EXPECT_EQ(two.Call("GET", "/quick").status, 200);
  EXPECT_THAT(Connect().UntilClosed(), StartsWith("HTTP/1.1 503 "));
  one.Close();
  int status = 0;
  while ((status = Connect().Call("GET", "/quick").status) != 200) std::this_thread::yield();
}

TEST_F(ListenerTest, LargeAnswersArriveWhole) {
  Start();
  EXPECT_EQ(Connect().Call("GET", "/large").body.size(), 8'000'000);
}

TEST_F(ListenerTest, StoppingAnswersWhatIsInHand) {
  Start();
  auto idle = Connect();
  EXPECT_EQ(idle.Call("GET", "/quick").status, 200);
  std::vector<TestClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect());
    clients.back().Send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  gate_.AwaitArrivals(10);
  std::thread stopping([&] { server_->listener().Stop(std::chrono::seconds(20)); });
  EXPECT_EQ(idle.UntilClosed(), "");
  gate_.Open();
  for (auto& client : clients) {
    const auto answer = client.Read();
    EXPECT_EQ(answer.body, "at last");
    EXPECT_EQ(answer.Header("Connection"), "close");
  }
  stopping.join();
  EXPECT_EQ(Connect().UntilClosed(), "");
}

TEST_F(ListenerTest, CountsRequestsByRouteAndStatus) {
  Start();
  Connect().Call("GET", "/hello/a");
  Connect().Call("GET", "/hello/b");
  Connect().Call("GET", "/nothing/secret");
  const auto text = server_->metrics().Text();
  EXPECT_THAT(text, HasSubstr("weft_http_requests_total{route=\"/hello/{name}\",method=\"GET\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("weft_http_requests_total{route=\"none\",method=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weft_http_request_seconds_bucket{route=\"/hello/{name}\",le=\"+Inf\"} 2\n"));
}

TEST_F(ListenerTest, AnotherClientUnderstandsIt) {
  Start();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  std::string got;
  const auto url = server_->url() + "/any";
  const std::string body(1000, 'b');
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(curl_slist_append(nullptr, "Expect: 100-continue"), "Transfer-Encoding: chunked"),
      &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &got);
  curl_easy_setopt(
      curl.get(), CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t one, std::size_t count, void* to) {
        static_cast<std::string*>(to)->append(data, one * count);
        return one * count;
      });
  for (int i = 0; i < 3; ++i) {
    got.clear();
    ASSERT_EQ(curl_easy_perform(curl.get()), CURLE_OK);
    EXPECT_EQ(got, body);
  }
  long connects = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_NUM_CONNECTS, &connects);
  EXPECT_EQ(connects, 0) << "the last call reused the connection";
}

TEST_F(ListenerTest, ATakenPortIsToldApart) {
  Start();
  Auth auth({});
  Metrics metrics;
  const auto second = Listener::Start({.port = server_->port()}, Router({}), auth, metrics);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "listen");
}

}  // namespace
}  // namespace weft::server
