#include <gmock/gmock.h>
#include <zlib.h>

#include <array>

#include "server/handlers/system.h"
#include "server/handlers/ui.h"
#include "server/testing.h"

namespace weft::server {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Gzip(std::string text) {
  std::string packed(1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<unsigned char*>(text.data());
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<unsigned>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::span<const unsigned char> BytesIn(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

constexpr const char* kHtml = "Accept: text/html,*/*\r\n";

class UiTest : public testing::Test {
 protected:
  UiTest() {
    services_.metrics = &metrics_;
    std::vector<Route> routes = UiRoutes(services_, files_);
    for (auto& route : SystemRoutes(services_)) routes.push_back(std::move(route));
    server_ = std::make_unique<TestServer>(std::move(routes));
    services_.auth = &server_->auth();
  }

  Answer Get(const std::string& path, const std::string& headers = {}) {
    return TestClient(server_->port()).Call("GET", path, headers);
  }

  const std::string index_ = Gzip("<html>app</html>"), script_ = Gzip("run()"), font_ = "font";
  const std::vector<EmbeddedFile> files_{{"assets/app-1a2b.js", "d1", true, 5, BytesIn(script_)},
                                         {"assets/inter.woff2", "d2", false, 4, BytesIn(font_)},
                                         {"index.html", "d3", true, 16, BytesIn(index_)}};
  Services services_;
  Metrics metrics_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(UiTest, ServesItsPageWithAPolicy) {
  const auto page = Get("/");
  EXPECT_EQ(page.body, "<html>app</html>");
  EXPECT_EQ(page.Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.Header("Cache-Control"), "no-cache");
  EXPECT_THAT(page.Header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(page.Header("Content-Security-Policy"), Not(HasSubstr("unsafe-eval")));
}

TEST_F(UiTest, PagesAddressesGiveThePageAndLostFilesDoNot) {
  EXPECT_EQ(Get("/instances/default.a.manual.1", kHtml).body, "<html>app</html>");
  EXPECT_EQ(Get("/assets/app-old.js", kHtml).status, 404);
  EXPECT_EQ(Get("/api/v1/nothing", kHtml).status, 404);
  EXPECT_EQ(Get("/hooks/nothing", kHtml).status, 404);
  EXPECT_EQ(Get("/favicon.ico", "Accept: image/*\r\n").status, 404);
  EXPECT_EQ(Get("/../index.html").status, 404);
}

TEST_F(UiTest, SendsCompressedFilesToThoseWhoTakeThem) {
  const auto packed = Get("/assets/app-1a2b.js", "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(packed.Header("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.body, script_);
  EXPECT_EQ(packed.Header("Vary"), "Accept-Encoding");
  EXPECT_THAT(packed.Header("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(Get("/assets/app-1a2b.js").body, "run()");
  EXPECT_EQ(Get("/assets/inter.woff2", "Accept-Encoding: gzip\r\n").Header("Content-Encoding"), "");
}

TEST_F(UiTest, SaysWhenAFileHasNotChanged) {
  const auto tag = Get("/").Header("ETag");
  const auto again = Get("/", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(UiTest, WithoutFilesItSaysHowToBuildThem) {
  const std::vector<EmbeddedFile> none;
  const TestServer server(UiRoutes(services_, none));
  EXPECT_THAT(TestClient(server.port()).Call("GET", "/").body, HasSubstr("npm run build"));
}

TEST_F(UiTest, ReadinessNamesWhatIsAwayAndNoMore) {
  EXPECT_EQ(Get("/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(Get("/readyz").status, 200);
  services_.ready.push_back({"store", [] { return Result<void>(); }});
  services_.ready.push_back({"temporal", []() -> Result<void> { return Fail("temporal", "at secret.example"); }});
  const auto away = Get("/readyz");
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.body, R"({"checks":{"store":"ok","temporal":"temporal"},"status":"not ready"})");
}

TEST_F(UiTest, MetricsAreInPrometheusText) {
  metrics_.CounterOf("weft_a_total", "Help", {{"x", "a\"b\\c\nd"}}).Add(3);
  metrics_.HistogramOf("weft_b_seconds", "Help").Observe(0.02);
  const auto text = Get("/metrics").body;
  EXPECT_THAT(text, HasSubstr("# HELP weft_a_total Help\n# TYPE weft_a_total counter\n"
                              "weft_a_total{x=\"a\\\"b\\\\c\\nd\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE weft_b_seconds histogram\nweft_b_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("weft_b_seconds_bucket{le=\"0.05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weft_b_seconds_sum 0.02\nweft_b_seconds_count 1\n"));
}

}  // namespace
}  // namespace weft::server
