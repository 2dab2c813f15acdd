#include "temporalio/converter/aes_gcm_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporalio {
namespace {

using testing::HasSubstr;
using testing::Not;

EncryptionKey Key(std::string id, char fill) { return {std::move(id), std::string(32, fill)}; }

std::shared_ptr<const AesGcmCodec> Codec(std::vector<EncryptionKey> keys) {
  return AesGcmCodec::Create(std::move(keys)).value();
}

Payload Encrypted(const AesGcmCodec& codec, Payload payload) {
  Payload* const one[] = {&payload};
  EXPECT_TRUE(codec.Encode(one));
  return payload;
}

Result<Payload> Decrypted(const AesGcmCodec& codec, Payload payload) {
  Payload* const one[] = {&payload};
  if (auto decoded = codec.Decode(one); !decoded) return std::unexpected(decoded.error());
  return payload;
}

TEST(AesGcmCodec, RoundTripsAnyPayload) {
  const auto codec = Codec({Key("k1", 'a')});
  for (Payload payload :
       {JsonPayload("{\"card\":\"4242\"}"), NullPayload(), BytesPayload(std::string(100'000, 'x')), Payload()}) {
    (*payload.mutable_metadata())["messageType"] = "SECRET";
    const Payload encrypted = Encrypted(*codec, payload);
    EXPECT_EQ(EncodingOf(encrypted), "binary/encrypted");
    EXPECT_EQ(encrypted.metadata().at("encryption-key-id"), "k1");
    EXPECT_THAT(encrypted.SerializeAsString(), Not(HasSubstr("4242")));
    EXPECT_THAT(encrypted.SerializeAsString(), Not(HasSubstr("SECRET")));
    const Payload decrypted = Decrypted(*codec, encrypted).value();
    EXPECT_EQ(decrypted.data(), payload.data());
    EXPECT_EQ(EncodingOf(decrypted), EncodingOf(payload));
    EXPECT_EQ(decrypted.metadata().at("messageType"), "SECRET");
  }
}

TEST(AesGcmCodec, SamePayloadNeverLooksTheSame) {
  const auto codec = Codec({Key("k1", 'a')});
  EXPECT_NE(Encrypted(*codec, JsonPayload("1")).data(), Encrypted(*codec, JsonPayload("1")).data());
}

TEST(AesGcmCodec, LeavesUnencryptedPayloadsAlone) {
  EXPECT_EQ(Decrypted(*Codec({Key("k1", 'a')}), JsonPayload("1")).value().data(), "1");
}

TEST(AesGcmCodec, RefusesEveryChangedBit) {
  const auto codec = Codec({Key("k1", 'a')});
  const Payload encrypted = Encrypted(*codec, JsonPayload("1"));
  for (std::size_t i = 0; i < encrypted.data().size(); ++i) {
    Payload altered = encrypted;
    (*altered.mutable_data())[i] = static_cast<char>(encrypted.data()[i] ^ 1);
    const auto decrypted = Decrypted(*codec, altered);
    ASSERT_FALSE(decrypted) << i;
    EXPECT_EQ(decrypted.error().code, Error::Code::kDataLoss);
    EXPECT_THAT(decrypted.error().message, HasSubstr("`k1`"));
  }
  for (const std::size_t size : {0u, 11u, 27u}) {
    Payload cut = encrypted;
    cut.mutable_data()->resize(size);
    EXPECT_EQ(Decrypted(*codec, cut).error().code, Error::Code::kDataLoss);
  }
}

TEST(AesGcmCodec, AuthenticatesTheKeyId) {
  // Two ids for the same bytes: only the id differs.
  const auto codec = Codec({Key("k1", 'a'), Key("k2", 'a')});
  Payload encrypted = Encrypted(*codec, JsonPayload("1"));
  (*encrypted.mutable_metadata())["encryption-key-id"] = "k2";
  EXPECT_EQ(Decrypted(*codec, encrypted).error().code, Error::Code::kDataLoss);
}

TEST(AesGcmCodec, SaysWhichKeyIsMissing) {
  const Payload encrypted = Encrypted(*Codec({Key("2026-06", 'a')}), JsonPayload("1"));
  const auto decrypted = Decrypted(*Codec({Key("2026-07", 'b')}), encrypted);
  ASSERT_FALSE(decrypted);
  EXPECT_EQ(decrypted.error().code, Error::Code::kFailedPrecondition);
  EXPECT_THAT(decrypted.error().message, HasSubstr("`2026-06`"));
}

TEST(AesGcmCodec, RefusesAnotherKeyOfTheSameId) {
  const Payload encrypted = Encrypted(*Codec({Key("k1", 'a')}), JsonPayload("1"));
  EXPECT_EQ(Decrypted(*Codec({Key("k1", 'b')}), encrypted).error().code, Error::Code::kDataLoss);
}

TEST(AesGcmCodec, OldKeysGoOnDecrypting) {
  const Payload old = Encrypted(*Codec({Key("old", 'a')}), JsonPayload("1"));
  const auto rotated = Codec({Key("new", 'b'), Key("old", 'a')});
  EXPECT_EQ(Decrypted(*rotated, old).value().data(), "1");
  EXPECT_EQ(Encrypted(*rotated, JsonPayload("2")).metadata().at("encryption-key-id"), "new");
}

TEST(AesGcmCodec, RefusesKeysThatCannotWork) {
  const auto message = [](std::vector<EncryptionKey> keys) {
    const auto codec = AesGcmCodec::Create(std::move(keys));
    return codec ? std::string() : codec.error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("at least one"));
  EXPECT_THAT(message({Key("", 'a')}), HasSubstr("id"));
  EXPECT_THAT(message({{"short", "abc"}}), HasSubstr("`short` has 3 bytes"));
  EXPECT_THAT(message({Key("k", 'a'), Key("k", 'b')}), HasSubstr("`k`"));
  // Nor does a message show a key.
  EXPECT_THAT(message({{"k", "hunter2"}}), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace temporalio
