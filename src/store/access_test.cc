#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "store/audit.h"
#include "store/secrets.h"
#include "store/testing.h"
#include "store/tokens.h"

namespace weft::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};

class AccessTest : public StoreTest {
 protected:
  Result<void> Add(const Token& token) {
    return db().Write([&](Transaction& t) { return AddToken(t, token); });
  }
  std::optional<Token> Find(std::string_view hash, Timestamp now = kNoon) {
    const auto found = db().Read<std::optional<Token>>([&](Transaction& t) { return FindToken(t, hash, now); });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::nullopt);
  }
  static Token Named(std::string name) {
    return {.id = "01-" + name,
            .name = name,
            .hash = "hash\0of" + name,
            .permissions = {"view", "worker"},
            .namespaces = {"default", "team"},
            .created_by = "ann",
            .created_at = kNoon,
            .expires_at = {},
            .used_at = {}};
  }
  std::vector<std::string> Audited(const AuditFilter& filter) {
    const auto entries = db().Read<std::vector<AuditEntry>>([&](Transaction& t) { return ListAudit(t, filter); });
    EXPECT_TRUE(entries) << entries.error().message;
    std::vector<std::string> actions;
    if (entries) {
      for (const auto& entry : *entries) actions.push_back(entry.actor + ' ' + entry.action + ' ' + entry.target);
    }
    return actions;
  }
  Result<std::optional<std::string>> Secret(const SealingKey& key, std::string_view name) {
    return db().Read<std::optional<std::string>>([&](Transaction& t) { return ReadSecret(t, key, "default", name); });
  }
  Result<bool> Set(const SealingKey& key, const std::string& name, std::string_view value, Timestamp at = kNoon) {
    return db().Write<bool>([&](Transaction& t) {
      return SetSecret(t, key, {.ns = "default", .name = name, .updated_by = "ann", .updated_at = at}, value);
    });
  }
};
WEFT_ON_BOTH_ENGINES(AccessTest);

TEST_P(AccessTest, FindsATokenByItsHashUntilItExpires) {
  auto token = Named("ci");
  token.expires_at = kNoon + std::chrono::hours{1};
  ASSERT_TRUE(Add(token));
  const auto found = Find(token.hash);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "ci");
  EXPECT_THAT(found->permissions, ElementsAre("view", "worker"));
  EXPECT_THAT(found->namespaces, ElementsAre("default", "team"));
  EXPECT_EQ(found->expires_at, token.expires_at);
  EXPECT_FALSE(found->used_at);
  EXPECT_FALSE(Find("another"));
  EXPECT_FALSE(Find(token.hash, kNoon + std::chrono::hours{1}));
  ASSERT_TRUE(db().Write([&](Transaction& t) { return MarkTokenUsed(t, token.id, kNoon + std::chrono::seconds{90}); }));
  EXPECT_EQ(Find(token.hash)->used_at, kNoon + std::chrono::minutes{1});
}

TEST_P(AccessTest, NamesOfTokensAreUnique) {
  ASSERT_TRUE(Add(Named("ci")));
  auto other = Named("ci");
  other.id = "02";
  other.hash = "other";
  const auto refused = Add(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "store.exists");
}

TEST_P(AccessTest, ARevokedTokenIsGone) {
  ASSERT_TRUE(Add(Named("b")));
  ASSERT_TRUE(Add(Named("a")));
  const auto revoke = [&](std::string_view which) {
    return db().Write<std::optional<Token>>([&](Transaction& t) { return DeleteToken(t, which); });
  };
  const auto revoked = revoke("01-a");
  ASSERT_TRUE(revoked && *revoked);
  EXPECT_EQ((*revoked)->name, "a");
  EXPECT_EQ(*revoke("a"), std::nullopt);
  const auto left = db().Read<std::vector<Token>>([](Transaction& t) { return ListTokens(t); });
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().name, "b");
  EXPECT_TRUE(*revoke("b"));
}

TEST_P(AccessTest, KeepsSecretsSealed) {
  const auto key = NewSealingKey();
  EXPECT_EQ(Set(key, "token", "s3cret-value"), true);
  EXPECT_EQ(Set(key, "token", "another-value", kNoon + std::chrono::hours{1}), false);
  EXPECT_EQ(Secret(key, "token"), "another-value");
  EXPECT_EQ(Secret(key, "none"), std::nullopt);
  const auto stored = db().Read<Rows>([](Transaction& t) { return t.Query("SELECT sealed FROM secrets"); });
  EXPECT_EQ(stored->front().Bytes(0).find("another"), std::string::npos);
  const auto rows = db().Read<std::vector<SecretRow>>([](Transaction& t) { return ListSecrets(t, ""); });
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().created_at, kNoon);
  EXPECT_EQ(rows->front().updated_at, kNoon + std::chrono::hours{1});
  const auto remove = [&] {
    return db().Write<bool>([](Transaction& t) { return DeleteSecret(t, "default", "token"); });
  };
  EXPECT_EQ(remove(), true);
  EXPECT_EQ(remove(), false);
}

TEST_P(AccessTest, SaysWhenTheKeyIsAnother) {
  ASSERT_TRUE(Set(NewSealingKey(), "token", "s3cret-value"));
  const auto read = Secret(NewSealingKey(), "token");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "secret");
  EXPECT_THAT(read.error().message, HasSubstr("under another key"));
}

TEST_P(AccessTest, ASecretDoesNotOpenInAnothersPlace) {
  const auto key = NewSealingKey();
  ASSERT_TRUE(Set(key, "a", "value-of-a"));
  ASSERT_TRUE(Set(key, "b", "value-of-b"));
  ASSERT_TRUE(db().Write([](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(
        t.Execute("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'a') WHERE name = 'b'"));
    return {};
  }));
  EXPECT_FALSE(Secret(key, "b"));
}

TEST_P(AccessTest, TellsWhoDidWhat) {
  ASSERT_TRUE(db().Write([](Transaction& t) -> Result<void> {
    for (const auto* action : {"secret.set", "secret.delete", "token.create"}) {
      WEFT_TRY_VOID(AddAudit(t, {.id = {},
                                 .actor = std::string_view(action) == "token.create" ? "bob" : "ann",
                                 .remote = "127.0.0.1",
                                 .action = action,
                                 .target = "default/token",
                                 .detail = {}}));
    }
    return {};
  }));
  EXPECT_THAT(Audited({}), ElementsAre("bob token.create default/token", "ann secret.delete default/token",
                                       "ann secret.set default/token"));
  EXPECT_THAT(Audited({.actor = "ann", .action = {}, .target = {}, .before = {}, .limit = 1}),
              ElementsAre("ann secret.delete default/token"));
  EXPECT_THAT(Audited({.actor = {}, .action = "token", .target = {}, .before = {}}),
              ElementsAre("bob token.create default/token"));
  EXPECT_THAT(Audited({.actor = {}, .action = "secret.set", .target = "default/token", .before = {}}),
              ElementsAre("ann secret.set default/token"));
  const auto newest = db().Read<std::vector<AuditEntry>>([](Transaction& t) { return ListAudit(t, {}); });
  EXPECT_EQ(Audited({.actor = {}, .action = {}, .target = {}, .before = newest->front().id}).size(), 2U);
  const auto gone = db().Write<std::int64_t>(
      [&](Transaction& t) { return DeleteAuditBefore(t, newest->front().at + std::chrono::seconds{1}, 2); });
  EXPECT_EQ(gone, 2);
}

class SecretKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-key-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    std::filesystem::remove_all(directory_);
    ::unsetenv("WEFT_SECRETS_KEY");
  }
  std::filesystem::path directory_;
};

TEST_F(SecretKeyTest, IsMadeOnceAndForThisUserAlone) {
  const auto file = directory_ / "secrets.key";
  const auto first = LoadSecretKey(file);
  ASSERT_TRUE(first) << first.error().message;
  struct stat state{};
  ASSERT_EQ(::stat(file.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  EXPECT_EQ(LoadSecretKey(file), first);
  EXPECT_NE(LoadSecretKey(directory_ / "other.key"), first);
}

TEST_F(SecretKeyTest, ComesFromTheEnvironmentFirst) {
  ::setenv("WEFT_SECRETS_KEY", std::string(64, 'a').c_str(), 1);
  const auto key = LoadSecretKey(directory_ / "secrets.key");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->front(), 0xaa);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "secrets.key"));
  ::setenv("WEFT_SECRETS_KEY", "short", 1);
  const auto refused = LoadSecretKey(directory_ / "secrets.key");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("short"), std::string::npos);
}

TEST_F(SecretKeyTest, RefusesADamagedFile) {
  std::ofstream(directory_ / "secrets.key") << "nothing of a key";
  const auto refused = LoadSecretKey(directory_ / "secrets.key");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "settings");
  EXPECT_EQ(LoadSecretKey(directory_ / "missing" / "secrets.key").error().code, "settings");
}

}  // namespace
}  // namespace weft::store
