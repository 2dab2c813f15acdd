#include "store/secrets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace weft::store {
namespace {

std::string Binding(std::string_view ns, std::string_view name) {
  return "secret/" + std::string(ns) + '/' + std::string(name);
}

std::optional<SealingKey> KeyOf(std::string_view hex) {
  SealingKey key{};
  if (hex.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto* digits = hex.data() + 2 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, key.at(i), 16);
    if (error != std::errc() || end != digits + 2) return std::nullopt;
  }
  return key;
}

std::string HexOf(const SealingKey& key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const auto byte : key) (hex += kDigits[byte >> 4]) += kDigits[byte & 15];
  return hex;
}

std::string SystemMessage() { return std::error_code(errno, std::system_category()).message(); }

/// Makes the file with a new key under another name first: a server beside this one must never read half a key. False:
/// the file is there already.
Result<bool> MakeKeyFile(const std::filesystem::path& file) {
  auto temporary = file;
  temporary += "." + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string text = HexOf(NewSealingKey()) + '\n';
  const bool written =
      fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const auto problem = written ? std::string() : SystemMessage();
  if (fd >= 0) ::close(fd);
  const bool linked = written && ::link(temporary.c_str(), file.c_str()) == 0;
  const bool there = written && !linked && errno == EEXIST;
  const auto link_problem = linked || !written ? std::string() : SystemMessage();
  ::unlink(temporary.c_str());
  if (linked || there) return linked;
  return Fail("settings", "cannot make the key of the secrets " + file.string() + ": " + problem + link_problem);
}

}  // namespace

Result<SealingKey> LoadSecretKey(const std::filesystem::path& file) {
  if (const char* text = std::getenv("WEFT_SECRETS_KEY")) {  // NOLINT: nothing changes the environment
    if (const auto key = KeyOf(text)) return *key;
    return Fail("settings", "WEFT_SECRETS_KEY must be 64 hexadecimal digits; make one with: openssl rand -hex 32");
  }
  WEFT_TRY_VOID(MakeKeyFile(file));
  std::ifstream stream(file);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (text.ends_with('\n')) text.pop_back();
  if (const auto key = KeyOf(text)) return *key;
  return Fail("settings", file.string() +
                              " does not hold the key of the secrets (64 hexadecimal digits); put the right "
                              "one back, or remove the file and set every secret again");
}

Result<bool> SetSecret(Transaction& t, const SealingKey& key, const SecretRow& row, std::string_view value) {
  WEFT_TRY_VOID(t.Lock("secret/" + row.ns + '/' + row.name));
  WEFT_TRY(const auto present, t.Query("SELECT 1 FROM secrets WHERE ns = ?1 AND name = ?2", {row.ns, row.name}));
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO secrets (ns, name, sealed, updated_by, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5) "
      "ON CONFLICT (ns, name) DO UPDATE SET sealed = excluded.sealed, updated_by = excluded.updated_by, "
      "updated_at = excluded.updated_at",
      {row.ns, row.name, Blob{Seal(key, value, Binding(row.ns, row.name))}, row.updated_by, ToMillis(row.updated_at)}));
  return present.empty();
}

Result<std::optional<std::string>> ReadSecret(Transaction& t, const SealingKey& key, std::string_view ns,
                                              std::string_view name) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT sealed FROM secrets WHERE ns = ?1 AND name = ?2", {std::string(ns), std::string(name)}));
  if (rows.empty()) return std::nullopt;
  auto value = Unseal(key, rows.front().Bytes(0), Binding(ns, name));
  if (!value) {
    return Fail("secret", "the secret `" + std::string(name) +
                              "` was stored under another key; give the server that key, or set the secret again");
  }
  return value;
}

Result<std::vector<SecretRow>> ListSecrets(Transaction& t, std::string_view ns) {
  WEFT_TRY(const auto rows, t.Query("SELECT ns, name, updated_by, created_at, updated_at FROM secrets "
                                    "WHERE ?1 = '' OR ns = ?1 ORDER BY ns, name",
                                    {std::string(ns)}));
  std::vector<SecretRow> secrets;
  for (const auto& row : rows) {
    secrets.push_back({.ns = row.Text(0),
                       .name = row.Text(1),
                       .updated_by = row.Text(2),
                       .created_at = FromMillis(row.Int(3)),
                       .updated_at = FromMillis(row.Int(4))});
  }
  return secrets;
}

Result<bool> DeleteSecret(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto gone,
           t.Execute("DELETE FROM secrets WHERE ns = ?1 AND name = ?2", {std::string(ns), std::string(name)}));
  return gone > 0;
}

}  // namespace weft::store
