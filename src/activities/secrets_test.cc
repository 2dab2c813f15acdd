#include "activities/secrets.h"

#include <fstream>

#include "activities/run_for_test.h"

namespace weft::activities {
namespace {

using ::testing::HasSubstr;

class LocalSecretsTest : public ::testing::Test {
 protected:
  LocalSecretsTest() {
    ::setenv("WEFT_SECRETS_DIR", directory_.path().c_str(), 1);
    std::ofstream(directory_.path() / "from-file") << "filed\nvalue\n";
    std::ofstream(directory_.path().parent_path() / "outside-of-secrets") << "x";
  }
  ~LocalSecretsTest() override {
    ::unsetenv("WEFT_SECRETS_DIR");
    std::filesystem::remove(directory_.path().parent_path() / "outside-of-secrets");
  }
  TestDirectory directory_;
};

TEST_F(LocalSecretsTest, ComeFromVariablesAndFiles) {
  ::setenv("WEFT_SECRET_API_TOKEN", "capitals", 1);
  ::setenv("WEFT_SECRET_exact", "exact", 1);
  EXPECT_EQ(LocalSecrets()("api-token"), "capitals");
  EXPECT_EQ(LocalSecrets()("exact"), "exact");
  EXPECT_EQ(LocalSecrets()("from-file"), "filed\nvalue");
}

TEST_F(LocalSecretsTest, NamesCannotLeaveTheDirectory) {
  for (const auto* name : {"../outside-of-secrets", "/etc/passwd", "..", "", ".hidden", "a/b"}) {
    const auto value = LocalSecrets()(name);
    ASSERT_FALSE(value) << name;
    EXPECT_EQ(value.error().code, "secret");
    EXPECT_THAT(value.error().message, HasSubstr("cannot be the name"));
  }
}

TEST_F(LocalSecretsTest, AMissingOneSaysWhereToPutIt) {
  const auto value = LocalSecrets()("no.such");
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message, HasSubstr("WEFT_SECRET_NO_SUCH"));
}

TEST(FillSecretsTest, FillsByPositionAndNeverLooksIntoValues) {
  auto input =
      *contract::ActivityInput::FromJson(R"({"args":{"url":null,"body":{"list":["${ $secrets.a }",null]}},"secrets":[
    {"path":["url"],"segments":["http://x/",{"secret":"a","encode":true},"?q=",{"secret":"b"}]},
    {"path":["body","list","1"],"segments":[{"secret":"b"}]},
    {"path":["headers","X"],"segments":[{"secret":"a"}]}]})");
  Masker masker;
  const auto resolve = [](const std::string& name) -> Result<std::string> {
    return name == "a" ? "a b/${ $secrets.b }" : "bbbbbb";
  };
  ASSERT_TRUE(FillSecrets(input, resolve, masker));
  EXPECT_EQ(input.args.Dump(), R"({"body":{"list":["${ $secrets.a }","bbbbbb"]},"headers":{"X":"a b/${ $secrets.b }"},)"
                               R"("url":"http://x/a%20b%2F%24%7B%20%24secrets.b%20%7D?q=bbbbbb"})");
  EXPECT_EQ(masker.Mask("bbbbbb"), "***");
}

}  // namespace
}  // namespace weft::activities
