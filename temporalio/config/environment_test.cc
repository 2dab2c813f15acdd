#include "temporalio/config/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace temporalio {
namespace {

using testing::HasSubstr;
using testing::Not;
using Variables = std::map<std::string, std::string>;

class Environment : public testing::Test {
 protected:
  Environment() {
    directory_ = testing::TempDir() + "temporalio-config-" + std::to_string(getpid());
    std::filesystem::create_directories(directory_);
  }
  ~Environment() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  /// Never reads the files of whoever runs the test.
  Result<ConnectionOptions> Load(Variables variables, EnvironmentOptions options = {}) {
    variables.try_emplace("TEMPORAL_CONFIG_FILE", directory_ + "/none.toml");
    options.environment = std::move(variables);
    return LoadConnectionOptions(options);
  }

  std::string directory_;
};

TEST_F(Environment, NothingSetGivesTheDefaults) {
  const auto options = Load({}).value();
  EXPECT_EQ(options.target, ConnectionOptions().target);
  EXPECT_EQ(options.namespace_name, "default");
  EXPECT_FALSE(options.tls);
}

TEST_F(Environment, VariablesWinOverTheProfileInTheFile) {
  const std::string file = Write("temporal.toml", R"(
[profile.default]
address = "file:7233"
namespace = "from-file"
[profile.default.grpc_meta]
team = "a"
[profile.prod]
address = "prod:7233"
)");
  auto options = Load({{"TEMPORAL_CONFIG_FILE", file}, {"TEMPORAL_ADDRESS", "variable:7233"}}).value();
  EXPECT_EQ(options.target, "variable:7233");
  EXPECT_EQ(options.namespace_name, "from-file");
  EXPECT_EQ(options.headers, (Variables{{"team", "a"}}));

  EXPECT_EQ(Load({{"TEMPORAL_CONFIG_FILE", file}, {"TEMPORAL_PROFILE", "prod"}})->target, "prod:7233");
  EXPECT_EQ(Load({{"TEMPORAL_PROFILE", "prod"}}, {.profile = "default", .config_file = file})->target, "file:7233");
  EXPECT_EQ(Load({{"TEMPORAL_ADDRESS", "variable:7233"}}, {.config_file = file, .read_environment = false})->target,
            "file:7233");
}

TEST_F(Environment, ReadsCertificatesFromFilesAndVariables) {
  const auto options = Load({{"TEMPORAL_TLS_SERVER_NAME", "temporal.example"},
                             {"TEMPORAL_TLS_SERVER_CA_CERT_DATA", "ROOT\n"},
                             {"TEMPORAL_TLS_CLIENT_CERT_PATH", Write("client.pem", "CERT\n")},
                             {"TEMPORAL_TLS_CLIENT_KEY_PATH", Write("client.key", "KEY\n")}})
                           .value();
  ASSERT_TRUE(options.tls);
  EXPECT_EQ(options.tls->server_name, "temporal.example");
  EXPECT_EQ(options.tls->server_root_ca_cert, "ROOT\n");
  EXPECT_EQ(options.tls->client_cert, "CERT\n");
  EXPECT_EQ(options.tls->client_private_key, "KEY\n");
}

TEST_F(Environment, TlsFollowsFromWhatNeedsIt) {
  EXPECT_TRUE(Load({{"TEMPORAL_API_KEY", "k"}})->tls);
  EXPECT_TRUE(Load({{"TEMPORAL_TLS", "true"}})->tls);
  EXPECT_FALSE(Load({{"TEMPORAL_TLS", "false"}, {"TEMPORAL_TLS_SERVER_NAME", "x"}})->tls);
  const auto secure = Load({{"TEMPORAL_ADDRESS", "https://cloud.example:7233/"}}).value();
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(secure.target, "cloud.example:7233");
  EXPECT_EQ(Load({{"TEMPORAL_ADDRESS", "http://h:1"}})->target, "h:1");
}

TEST_F(Environment, AnApiKeyIsNeverSentInTheClear) {
  const auto options = Load({{"TEMPORAL_API_KEY", "sekrit"}, {"TEMPORAL_TLS", "false"}});
  ASSERT_FALSE(options);
  EXPECT_THAT(options.error().message, HasSubstr("TEMPORAL_TLS=false"));
  EXPECT_THAT(options.error().message, Not(HasSubstr("sekrit")));
}

TEST_F(Environment, VariablesBecomeHeaders) {
  EXPECT_EQ(Load({{"TEMPORAL_GRPC_META_X_TEAM", "a"}})->headers, (Variables{{"x-team", "a"}}));
}

TEST_F(Environment, ErrorsNameWhatToCorrect) {
  const auto message = [&](Variables variables, EnvironmentOptions options = {}) {
    const auto loaded = Load(std::move(variables), std::move(options));
    return loaded ? std::string() : loaded.error().message;
  };
  EXPECT_THAT(message({}, {.config_file = "/no/such.toml"}), HasSubstr("/no/such.toml"));
  EXPECT_THAT(message({{"TEMPORAL_PROFILE", "staging"}}), HasSubstr("staging"));
  EXPECT_THAT(message({{"TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/no/ca.pem"}}), HasSubstr("/no/ca.pem"));
  EXPECT_THAT(message({{"TEMPORAL_TLS_CLIENT_CERT_DATA", "CERT"}}), HasSubstr("private key"));
  EXPECT_THAT(message({{"TEMPORAL_TLS_CLIENT_KEY_PATH", "a"}, {"TEMPORAL_TLS_CLIENT_KEY_DATA", "b"}}),
              HasSubstr("TEMPORAL_TLS_CLIENT_KEY_PATH"));
}

TEST_F(Environment, ErrorsDoNotQuoteTheFileWhichMayHoldAKey) {
  const auto loaded = Load({}, {.config_file = Write("bad.toml", "[profile.default]\napi_key = sekrit\n")});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("line 2"));
  EXPECT_THAT(loaded.error().message, Not(HasSubstr("sekrit")));
}

}  // namespace
}  // namespace temporalio
