#include <thread>

#include "activities/http_server_for_test.h"
#include "activities/run_for_test.h"
#include "base/encode.h"

namespace weft::activities {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

Settings Loopback() {
  Settings settings;
  settings.http_loopback = true;
  return settings;
}

class HttpTest : public ::testing::Test {
 protected:
  std::string Get(const std::string& url, const std::string& more = "") {
    return bench_.Text("http", R"({"url":)" + Quoted(url) + (more.empty() ? "" : "," + more) + "}");
  }
  Bench bench_{Loopback()};
};

TEST_F(HttpTest, GivesTheBodyByItsType) {
  std::string answer;
  HttpServer server([&](const auto&) { return answer; });
  answer = Json(R"({"id":12345678901234567890,"x":0.10})");
  EXPECT_EQ(Get(server.Url()), R"({"id":12345678901234567890,"x":0.10})");
  answer = Answer("200 OK", "Content-Type: application/problem+json; charset=UTF-8\r\n", "\xEF\xBB\xBF[1]");
  EXPECT_EQ(Get(server.Url()), "[1]");
  answer = Answer("200 OK", "Content-Type: text/plain\r\n", "caf\xC3\xA9 \xFF");
  EXPECT_EQ(Get(server.Url()), "\"café \uFFFD\"");
  answer = Answer("200 OK", "Content-Type: text/html; charset=GBK\r\n", "\xCE\xB3");
  EXPECT_EQ(Get(server.Url()), "\"纬\"");
  answer = Answer("200 OK", "", "no type");
  EXPECT_EQ(Get(server.Url()), "\"no type\"");
  answer = Answer("200 OK", "Content-Type: image/png\r\n", std::string("\x89PNG\0", 5));
  EXPECT_EQ(Get(server.Url()), R"({"base64":"iVBORwA=","content_type":"image/png"})");
  answer = "HTTP/1.1 204 No Content\r\n\r\n";
  EXPECT_EQ(Get(server.Url()), "null");
  answer = Json("{nope");
  EXPECT_THAT(Get(server.Url()), AllOf(StartsWith("validation: "), HasSubstr("{nope")));
}

TEST_F(HttpTest, GivesTheWholeResponseIfAsked) {
  HttpServer server([](const auto&) {
    return Answer("201 Created",
                  "Content-Type: application/json\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n", "{}");
  });
  EXPECT_EQ(
      Get(server.Url(), R"("response":true)"),
      R"({"body":{},"headers":{"content-length":"2","content-type":"application/json","set-cookie":["a=1","b=2"],"x-a":"1, 2"},"status":201})");
}

TEST_F(HttpTest, SendsMethodQueryHeadersAndBody) {
  HttpServer server([](const auto&) { return Json("1"); });
  Get(server.Url("/p?x=1"),
      R"("method":"post","query":{"q":"a b&=纬","list":[1,2],"none":null,"t":true},"headers":{"X-One":"1"},"body":{"n":12345678901234567890},"idempotency_key":"run/node")");
  Get(server.Url(), R"("method":"PUT","body":"text")");
  Get(server.Url(), R"("method":"POST","form":{"a b":"c&d","n":1})");
  Get(server.Url(),
      R"("method":"POST","body":[],"headers":{"content-type":"application/vnd.x","idempotency-key":"mine"},"idempotency_key":"run/node")");
  Get(server.Url(), R"("method":"POST")");
  EXPECT_EQ(Get(server.Url(), R"("method":"HEAD")"), "null");
  const auto requests = server.requests();
  ASSERT_THAT(requests, SizeIs(6));
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/p?x=1&list=1&list=2&q=a%20b%26%3D%E7%BA%AC&t=true");
  EXPECT_EQ(requests[0].body, R"({"n":12345678901234567890})");
  EXPECT_THAT(requests[0].head, AllOf(HasSubstr("X-One: 1\r\n"), HasSubstr("Content-Type: application/json\r\n"),
                                      HasSubstr("Idempotency-Key: run/node\r\n"), HasSubstr("User-Agent: weft")));
  EXPECT_EQ(requests[1].body, "text");
  EXPECT_THAT(requests[1].head, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_EQ(requests[2].body, "a%20b=c%26d&n=1");
  EXPECT_THAT(requests[2].head, HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(requests[3].head,
              AllOf(HasSubstr("content-type: application/vnd.x\r\n"), Not(HasSubstr("application/json")),
                    HasSubstr("idempotency-key: mine\r\n"), Not(HasSubstr("run/node"))));
  EXPECT_THAT(requests[4].head, AllOf(HasSubstr("Content-Length: 0\r\n"), Not(HasSubstr("Content-Type"))));
}

TEST_F(HttpTest, AuthenticatesByPasswordAndToken) {
  HttpServer server([](const auto&) { return Json("1"); });
  bench_.secrets = {{"password", "pass:wörd"}, {"token", "tok-en-123"}};
  const auto run = [&](const std::string& auth, const std::string& path, const std::string& secret) {
    return Bench::Said(bench_.RunInput("http", R"({"args":{"url":")" + server.Url() + R"(","auth":)" + auth +
                                                   R"(},"secrets":[{"path":["auth",)" + path +
                                                   R"(],"segments":[{"secret":")" + secret + R"("}]}]})"));
  };
  EXPECT_EQ(run(R"({"basic":{"user":"me","password":null}})", R"("basic","password")", "password"), "1");
  EXPECT_EQ(run(R"({"bearer":null})", R"("bearer")", "token"), "1");
  const auto requests = server.requests();
  EXPECT_THAT(requests[0].head, HasSubstr("Authorization: Basic " + Base64("me:pass:wörd") + "\r\n"));
  EXPECT_THAT(requests[1].head, HasSubstr("Authorization: Bearer tok-en-123\r\n"));
  EXPECT_THAT(Get(server.Url(), R"("auth":"token")"), StartsWith("validation: "));
}

TEST_F(HttpTest, AStatusOutsideOfSuccessIsAFailureWithTheStartOfTheBody) {
  HttpServer server([](const auto& request) {
    if (request.target == "/later") return Answer("429 Too Many", "Retry-After: 7\r\n", "slow down");
    if (request.target == "/date") return Answer("503 Busy", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n", "");
    return Answer("404 Not Found", "Content-Type: text/plain\r\n", std::string(5000, 'x'));
  });
  auto outcome = bench_.Run("http", R"({"url":")" + server.Url() + R"("})");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "http.status");
  EXPECT_EQ(outcome.error().message, "GET answered with status 404");
  EXPECT_EQ(outcome.error().data.Get("status").AsInteger(), 404);
  EXPECT_EQ(outcome.error().data.Get("body").AsString(), std::string(4096, 'x'));
  EXPECT_EQ(outcome.error().retry_after_ms, 0);
  outcome = bench_.Run("http", R"({"url":")" + server.Url("/later") + R"("})");
  EXPECT_EQ(outcome.error().retry_after_ms, 7000);
  outcome = bench_.Run("http", R"({"url":")" + server.Url("/date") + R"("})");
  EXPECT_GT(outcome.error().retry_after_ms, 86'400'000);
  EXPECT_THAT(Get(server.Url(), R"("success":[[200,299],[404,404]])"), StartsWith("\"xxx"));
  EXPECT_THAT(Get(server.Url(), R"("success":[[200,299],[400,403]])"), StartsWith("http.status"));
}

TEST_F(HttpTest, FollowsRedirectsWithinTheLimit) {
  HttpServer server([](const auto& request) {
    const auto step = request.target.substr(1);
    if (step == "end") return Json("\"" + request.method + request.body + "\"");
    if (step == "kept") return Answer("307 Keep", "Location: /end\r\n", "");
    if (step == "see") return Answer("303 See", "Location: end\r\n", "");
    if (step == "moved") return Answer("301 Moved", "Location: ?\r\n", "");
    return Answer("302 Found", "Location: /" + (step == "0" ? "end" : std::to_string(std::stoi(step) - 1)) + "\r\n",
                  std::string(10, 'b'));
  });
  EXPECT_EQ(Get(server.Url("/4")), "\"GET\"");
  EXPECT_THAT(Get(server.Url("/5")), StartsWith("http.redirects: "));
  EXPECT_THAT(Get(server.Url("/0"), R"("redirects":0)"), AllOf(StartsWith("http.status: "), HasSubstr("302")));
  EXPECT_EQ(Get(server.Url("/0"), R"("success":[[302,302]],"response":false)"), "\"bbbbbbbbbb\"");
  EXPECT_EQ(Get(server.Url("/kept"), R"("method":"POST","body":"x")"), "\"POSTx\"");
  EXPECT_EQ(Get(server.Url("/see"), R"("method":"PUT","body":"x")"), "\"GET\"");
  EXPECT_THAT(Get(server.Url("/moved")), StartsWith("http.redirects: "));
}

TEST_F(HttpTest, CredentialsStayWithTheirOrigin) {
  HttpServer other([](const auto&) { return Json("1"); });
  HttpServer server([&](const auto& request) {
    if (request.target == "/same") return Answer("302 Found", "Location: /end\r\n", "");
    if (request.target == "/end") return Json("1");
    return Answer("307 Found", "Location: " + other.Url() + "\r\n", "");
  });
  bench_.secrets = {{"key", "secret-key"}};
  const auto run = [&](const std::string& path, const std::string& more) {
    return Bench::Said(bench_.RunInput(
        "http",
        R"({"args":{"url":")" + server.Url(path) +
            R"(","auth":{"bearer":"t"},"headers":{"X-Plain":"p","Cookie":"c"},"method":"POST","body":{}},"secrets":[)" +
            more + R"({"path":["headers","X-Key"],"segments":[{"secret":"key"}]}]})"));
  };
  EXPECT_EQ(run("/same", ""), "1");
  EXPECT_THAT(server.requests().back().head,
              AllOf(HasSubstr("Authorization: "), HasSubstr("X-Key: "), HasSubstr("Cookie: ")));
  EXPECT_EQ(run("/other", ""), "1");
  EXPECT_THAT(other.requests().back().head, AllOf(HasSubstr("X-Plain: p"), Not(HasSubstr("Authorization")),
                                                  Not(HasSubstr("X-Key")), Not(HasSubstr("Cookie"))));
  EXPECT_THAT(run("/other", R"({"path":["body","k"],"segments":[{"secret":"key"}]},)"), StartsWith("http.redirects: "));
  EXPECT_THAT(other.requests(), SizeIs(1));
}

TEST_F(HttpTest, OnlyHttpUrlsAreFollowed) {
  HttpServer server([](const auto&) { return Answer("302 Found", "Location: file:///etc/passwd\r\n", ""); });
  EXPECT_THAT(Get(server.Url()), StartsWith("http.url: "));
  for (const auto* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1/x", "", "http://",
                          "http://user:pass@127.0.0.1/", "http://a b/"}) {
    EXPECT_THAT(Get(url), StartsWith("http.url: ")) << url;
  }
}

TEST_F(HttpTest, AddressesThatAreNotPublicAreBlocked) {
  HttpServer server([](const auto&) { return Json("1"); });
  Bench strict;
  const auto get = [&](const std::string& url) { return strict.Text("http", R"({"url":")" + url + R"("})"); };
  const auto port = ":" + std::to_string(server.port()) + "/";
  for (const auto* host :
       {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "10.0.0.1",
        "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd00::1]", "[fe80::1]", "224.0.0.1"}) {
    EXPECT_THAT(get("http://" + std::string(host) + port), StartsWith("http.blocked: ")) << host;
  }
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(Get(server.Url()), "1");
  EXPECT_THAT(Get("http://0.0.0.0" + port), StartsWith("http.blocked: "));
}

TEST_F(HttpTest, ARedirectToABlockedAddressIsNotFollowed) {
  HttpServer server(
      [](const auto&) { return Answer("302 Found", "Location: http://169.254.169.254/latest/meta-data\r\n", ""); });
  EXPECT_THAT(Get(server.Url()), AllOf(StartsWith("http.blocked: "), HasSubstr("169.254.169.254")));
}

TEST_F(HttpTest, SettingsMayAllowHostsAndBlocks) {
  HttpServer server([](const auto&) { return Json("1"); });
  for (const auto* entry : {"localhost", "LOCALHOST", "127.0.0.1", "127.0.0.0/8", "::1", "::/0"}) {
    Settings settings;
    settings.http_allow = {"example.com", "10.0.0.0/8", entry};
    Bench bench(settings);
    const auto said = bench.Text("http", R"({"url":"http://localhost:)" + std::to_string(server.port()) + R"(/"})");
    // ::1 is not listened on.
    EXPECT_THAT(said, std::string(entry) == "::1" ? StartsWith("http.") : StartsWith("1")) << entry;
  }
}

TEST_F(HttpTest, ProxiesOfTheEnvironmentAreNotUsed) {
  HttpServer server([](const auto&) { return Json("1"); });
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(Get(server.Url()), "1");
  ::unsetenv("http_proxy");
}

TEST_F(HttpTest, ABodyAboveItsLimitIsTooLargeWhileItComes) {
  HttpServer server([](const auto& request) {
    // Without a length, and it never ends.
    if (request.target == "/endless")
      return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + std::string(3000, 'x') + "HANG";
    return Answer("200 OK", "Content-Type: text/plain\r\n", std::string(3000, 'x'));
  });
  EXPECT_THAT(Get(server.Url(), R"("max_body":2048)"), AllOf(StartsWith("too_large: "), HasSubstr("2 KB")));
  EXPECT_THAT(Get(server.Url("/endless"), R"("max_body":2048)"), StartsWith("too_large: "));
  EXPECT_THAT(Get(server.Url(), R"("max_body":3000)"), StartsWith("\"xxx"));
}

TEST_F(HttpTest, AnErrorWithAnEndlessBodyIsStillTheStatus) {
  HttpServer server([](const auto&) {
    return "HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\n\r\n" + std::string(100'000, 'x') + "HANG";
  });
  EXPECT_THAT(Get(server.Url()), AllOf(StartsWith("http.status: "), HasSubstr("500")));
}

TEST_F(HttpTest, ABigBodyMayBeCutByOutput) {
  HttpServer server([](const auto&) { return Json("[" + std::string(1'000'000, '0').replace(0, 1, "\"") + "\",7]"); });
  EXPECT_THAT(Get(server.Url()), StartsWith("too_large: "));
  EXPECT_EQ(Bench::Said(bench_.RunInput(
                "http", R"({"args":{"url":")" + server.Url() + R"("},"output":".[1] + $vars.n","vars":{"n":1}})")),
            "8");
}

TEST_F(HttpTest, AServerThatDoesNotAnswerTimesOut) {
  HttpServer server([](const auto& request) {
    return request.target == "/" ? "HANG" : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslowHANG";
  });
  bench_.timeout = Duration(150);
  EXPECT_EQ(Get(server.Url()), "timeout: the server did not answer within 150ms");
  EXPECT_THAT(Get(server.Url("/body")), StartsWith("timeout: "));
}

TEST_F(HttpTest, ARequestCanBeStopped) {
  HttpServer server([&](const auto&) {
    bench_.stop.request_stop();
    return "HANG";
  });
  EXPECT_THAT(Get(server.Url()), StartsWith("cancelled: "));
  // Also before it begins.
  EXPECT_THAT(Get(server.Url()), StartsWith("cancelled: "));
}

TEST_F(HttpTest, AConnectionThatFailsSaysSo) {
  int port = 0;
  {
    port = HttpServer([](const auto&) { return ""; }).port();
  }
  EXPECT_THAT(Get("http://127.0.0.1:" + std::to_string(port)), StartsWith("http.connect: "));
  EXPECT_THAT(Get("http://no-such-host.invalid/"), StartsWith("http.connect: "));
  HttpServer closes([](const auto&) { return ""; });
  EXPECT_THAT(Get(closes.Url(), R"("method":"POST","body":"x")"), StartsWith("http.connect: "));
  EXPECT_THAT(closes.requests(), SizeIs(1));
}

TEST_F(HttpTest, ADeadPooledConnectionDoesNotSendAPostTwice) {
  int seen = 0;
  HttpServer server([&](const auto&) { return ++seen == 1 ? Json("1") : ""; });
  EXPECT_EQ(Get(server.Url()), "1");
  EXPECT_THAT(Get(server.Url(), R"("method":"POST","body":"x")"), StartsWith("http.connect: "));
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(HttpTest, HeadersCannotSmuggleLines) {
  HttpServer server([](const auto&) { return Json("1"); });
  bench_.secrets = {{"token", "a\r\nX-Evil: 1"}};
  EXPECT_THAT(Bench::Said(bench_.RunInput(
                  "http", R"({"args":{"url":")" + server.Url() +
                              R"("},"secrets":[{"path":["headers","X"],"segments":[{"secret":"token"}]}]})")),
              StartsWith("http.header: "));
  EXPECT_THAT(
      Bench::Said(bench_.RunInput(
          "http", R"({"args":{"url":")" + server.Url() +
                      R"(","auth":{}},"secrets":[{"path":["auth","bearer"],"segments":[{"secret":"token"}]}]})")),
      StartsWith("http.header: "));
  EXPECT_THAT(Get(server.Url(), R"("headers":{"a b":"x"})"), StartsWith("http.header: "));
  EXPECT_THAT(Get(server.Url(), R"("method":"GET /x HTTP/1.1")"), StartsWith("validation: "));
  EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST_F(HttpTest, EchoedSecretsAreMasked) {
  HttpServer server([](const auto& request) {
    return request.target == "/fail" ? Answer("400 Bad", "", request.head)
                                     : Answer("200 OK", "Content-Type: text/plain\r\n", request.head);
  });
  bench_.secrets = {{"token", "tok-en-123"}};
  for (const auto* path : {"/", "/fail"}) {
    EXPECT_THAT(Bench::Said(bench_.RunInput(
                    "http", R"({"args":{"url":")" + server.Url(path) +
                                R"("},"secrets":[{"path":["auth","basic","password"],"segments":[{"secret":"token"}]},
                                                        {"path":["query","q"],"segments":[{"secret":"token"}]}]})")),
                AllOf(HasSubstr("***"), Not(HasSubstr("tok-en")), Not(HasSubstr(Base64(":tok-en-123").substr(4)))))
        << path;
  }
}

TEST_F(HttpTest, TlsIsVerifiedUnlessSwitchedOff) {
  const SelfSigned own;
  HttpServer server([](const auto&) { return Json("1"); }, &own);
  EXPECT_THAT(Get(server.Url()), StartsWith("http.tls: "));
  EXPECT_EQ(Get(server.Url(), R"("tls":{"verify":false})"), "1");
  EXPECT_EQ(Get(server.Url(), R"("tls":{"ca":)" + Quoted(own.certificate) + "}"), "1");
  EXPECT_THAT(
      Get("https://localhost:" + std::to_string(server.port()), R"("tls":{"ca":)" + Quoted(own.certificate) + "}"),
      StartsWith("http.tls: "));
  EXPECT_THAT(Get(server.Url()), StartsWith("http.tls: "));
}

TEST_F(HttpTest, ConnectionsAreReusedAndSharedByThreads) {
  HttpServer server([](const auto& request) { return Json(request.target.substr(1)); });
  Settings settings = Loopback();
  Activities activities(settings, LocalSecrets());
  const auto get = [&](int i) {
    EXPECT_EQ(
        Bench::Said(activities.Run("http", R"({"args":{"url":")" + server.Url("/" + std::to_string(i)) + R"("}})", {})),
        std::to_string(i));
  };
  for (int i = 0; i < 20; ++i) get(i);
  EXPECT_EQ(server.connections(), 1);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) get(t * 1000 + i);
    });
  }
  threads.clear();
  EXPECT_LE(server.connections(), 20);
}

}  // namespace
}  // namespace weft::activities
