// Connections over TLS.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "temporalio/config/environment.h"
#include "temporalio/tests/certificates.h"
#include "temporalio/tests/support.h"
#include "temporalio/tests/tls_front.h"

namespace temporalio::test {
namespace {

using ::testing::HasSubstr;
using Code = Error::Code;

ConnectionOptions Options(const TlsFront& front) {
  ConnectionOptions options;
  options.target = front.target();
  options.tls.emplace();
  options.tls->server_name = "temporal.test";
  options.tls->server_root_ca_cert = TestCertificates().authority;
  return options;
}

/// The server's version, or what went wrong.
std::string Answer(const ConnectionOptions& options) {
  const auto connection = Connection::Connect(TheRuntime(), options);
  if (!connection) return connection.error().message;
  const auto info = Client(*connection).GetSystemInfo();
  return info ? "version " + info->version : info.error().message;
}

TEST(Tls, ServesCalls) {
  const TlsFront front(TheServer().target(), false);
  EXPECT_THAT(Answer(Options(front)), HasSubstr("version 1."));
}

TEST(Tls, AnApiKeyAloneTurnsItOn) {
  const TlsFront front(TheServer().target(), false);
  ConnectionOptions options = Options(front);
  options.tls.reset();
  options.api_key = "sekrit";
  // The system's roots do not know the test's authority: it got as far as the certificate.
  EXPECT_THAT(Answer(options), HasSubstr("root certificate"));
  EXPECT_THAT(Answer(options), ::testing::Not(HasSubstr("sekrit")));
}

TEST(Tls, RefusesAServerOfAnUnknownAuthority) {
  const TlsFront front(TheServer().target(), false);
  ConnectionOptions options = Options(front);
  options.tls->server_root_ca_cert.clear();
  EXPECT_THAT(Answer(options), HasSubstr("root certificate"));
}

TEST(Tls, RefusesAServerOfAnotherName) {
  const TlsFront front(TheServer().target(), false);
  ConnectionOptions options = Options(front);
  options.tls->server_name = "elsewhere.test";
  EXPECT_THAT(Answer(options), HasSubstr("for another name"));
}

TEST(Tls, ShowsItsOwnCertificateIfAskedTo) {
  const TlsFront front(TheServer().target(), true);
  ConnectionOptions options = Options(front);
  EXPECT_THAT(Answer(options), ::testing::Not(HasSubstr("version 1.")));
  options.tls->client_cert = TestCertificates().client.certificate;
  options.tls->client_private_key = TestCertificates().client.private_key;
  EXPECT_THAT(Answer(options), HasSubstr("version 1."));
}

TEST(Tls, RefusesCertificatesAndKeysThatAreNone) {
  const auto refused = [](const TlsOptions& tls) {
    ConnectionOptions options;
    options.tls = tls;
    const auto opened = Connection::Open(TheRuntime(), options);
    if (opened) return std::string("opened");
    EXPECT_EQ(opened.error().code, Code::kInvalidArgument);
    return opened.error().message;
  };
  const auto& [certificate, key] = TestCertificates().client;
  EXPECT_THAT(refused({{}, "none", {}, {}}), HasSubstr("root certificate"));
  EXPECT_THAT(refused({{}, {}, "none", key}), HasSubstr("client certificate"));
  EXPECT_THAT(refused({{}, {}, certificate, "none"}), HasSubstr("private key"));
  EXPECT_THAT(refused({{}, {}, certificate, TestCertificates().server.private_key}),
              HasSubstr("not that of the client certificate"));
}

TEST(Tls, IsSetUpFromTheEnvironment) {
  const TlsFront front(TheServer().target(), true);
  const std::string directory = ::testing::TempDir() + "temporalio-tls-" + std::to_string(getpid());
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/ca.pem") << TestCertificates().authority;
  std::ofstream(directory + "/client.pem") << TestCertificates().client.certificate;
  std::ofstream(directory + "/client.key") << TestCertificates().client.private_key;
  EnvironmentOptions environment;
  environment.environment = {{"TEMPORAL_CONFIG_FILE", "/dev/null"},
                             {"TEMPORAL_ADDRESS", front.target()},
                             {"TEMPORAL_TLS_SERVER_NAME", "temporal.test"},
                             {"TEMPORAL_TLS_SERVER_CA_CERT_PATH", directory + "/ca.pem"},
                             {"TEMPORAL_TLS_CLIENT_CERT_PATH", directory + "/client.pem"},
                             {"TEMPORAL_TLS_CLIENT_KEY_PATH", directory + "/client.key"}};
  const auto options = LoadConnectionOptions(environment);
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_THAT(Answer(*options), HasSubstr("version 1."));
}

TEST(Tls, AgainstAPlainTextServerSaysSo) {
  ConnectionOptions options;
  options.target = TheServer().target();
  options.tls.emplace();
  const auto connection = Connection::Connect(TheRuntime(), options);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Code::kUnavailable);
  EXPECT_THAT(connection.error().message, HasSubstr(options.target));
  EXPECT_THAT(connection.error().message, HasSubstr("does not speak TLS"));
}

TEST(Tls, PlainTextAgainstATlsServerSaysSo) {
  const TlsFront front(TheServer().target(), false);
  ConnectionOptions options = Options(front);
  options.tls.reset();
  EXPECT_THAT(Answer(options), HasSubstr("turn TLS on"));
}

}  // namespace
}  // namespace temporalio::test
