#include "contract/ids.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "contract/names.h"

namespace weft::contract {
namespace {

constexpr std::size_t kLongestKey = 64;
constexpr std::size_t kHashCharacters = 26;

bool IsPlain(std::string_view key) {
  return !key.empty() && key.size() <= kLongestKey && std::ranges::all_of(key, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// The first 130 bits of the SHA-256, in the letters of RFC 4648's base 32, lower case.
std::string HashOf(std::string_view key) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::string text;
  for (std::size_t i = 0; i < kHashCharacters; ++i) {
    const auto bit = i * 5;
    const auto pair = static_cast<unsigned>(digest[bit / 8] << 8U) | digest[bit / 8 + 1];
    text.push_back(kLetters[(pair >> (11U - bit % 8)) & 31U]);
  }
  return text;
}

}  // namespace

std::string OperationId(const std::string& path, int attempt) {
  constexpr std::size_t kRoomForHash = 64;
  const auto suffix = '#' + std::to_string(attempt);
  if (path.size() + suffix.size() <= kMaxOperationId) return path + suffix;
  return HashOf(path) + "~" + path.substr(path.size() - (kMaxOperationId - kRoomForHash)) + suffix;
}

std::string WorkflowType(std::string_view ns, std::string_view name) {
  return std::string(ns) + "." + std::string(name);
}

std::string InstanceId(std::string_view ns, std::string_view name, std::string_view trigger, std::string_view key) {
  return WorkflowType(ns, name) + "." + std::string(trigger) + "." + (IsPlain(key) ? std::string(key) : HashOf(key));
}

std::string TestRunPrefix(std::string_view workflow_type) { return std::string(workflow_type) + ".test-run."; }

std::string TestRunId(std::string_view ns, std::string_view name, std::string_view key) {
  return TestRunPrefix(WorkflowType(ns, name)) + std::string(key);
}

bool IsTestRun(std::string_view workflow_type, std::string_view id) {
  return id.starts_with(TestRunPrefix(workflow_type));
}

std::string_view ShortRunId(std::string_view run_id) {
  constexpr std::size_t kCharacters = 8;
  return run_id.substr(run_id.size() - std::min(run_id.size(), kCharacters));
}

}  // namespace weft::contract
