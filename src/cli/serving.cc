#include "cli/serving.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/seal.h"
#include "cli/command.h"
#include "cli/data_directory.h"
#include "cli/file.h"
#include "cli/output.h"

namespace weft::cli {
namespace {

Error FileError(const std::string& path) { return {std::string(kUnreadableFile), path + ": " + std::strerror(errno)}; }

bool IsOurs(std::string_view name) {
  return name == "key" || name == "token" || name == "lock" || name.starts_with("weft.db") ||
         name.starts_with("temporal.db");
}

void Tighten(const std::filesystem::path& path, mode_t most) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 07777 & ~most) == 0) return;
  if (::chmod(path.c_str(), status.st_mode & most) != 0) {
    spdlog::warn("others may use {}: {}", path.string(), std::strerror(errno));
  }
}

Result<void> WriteToken(const std::string& path, const std::string& token) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(FileError(path));
  const std::string line = token + '\n';
  const bool written =
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return std::unexpected(FileError(path));
  return {};
}

}  // namespace

void AddServingOptions(CLI::App& verb, ServingOptions& options) {
  verb.add_option("--port", options.port, "Port of the web interface, the API and webhooks")
      ->capture_default_str()
      ->group(kSettings);
  verb.add_option("--data", options.data, "Directory of what the server keeps (default: ~/.local/share/weft)")
      ->group(kSettings);
  verb.add_option("--public-url", options.public_url, "Address by which people reach it, for links and browsers")
      ->group(kSettings);
  verb.add_option("--allow-host", options.hosts, "Further name by which clients may call it; repeatable")
      ->group(kSettings);
}

Result<void> MakeDataDirectory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) {
    MakePrivate(directory);
    return {};
  }
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return std::unexpected(FileError(directory));
  return {};
}

void MakePrivate(const std::string& directory) {
  std::error_code error;
  bool ours = false;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (!IsOurs(entry.path().filename().string()) || !entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    ours = true;
    Tighten(entry.path(), S_IRUSR | S_IWUSR);
  }
  // Not one that is shared, like /tmp.
  struct stat status{};
  if (ours && ::stat(directory.c_str(), &status) == 0 && (status.st_mode & S_ISVTX) == 0) Tighten(directory, S_IRWXU);
}

Result<std::string> OwnToken(const std::string& directory) {
  const auto path = TokenFile(directory);
  auto text = ReadTextFile(path);
  if (!text && text.error().code == kNoSuchFile) {
    const auto token = fmt::format("weft_{:02x}", fmt::join(NewSealingKey(), ""));
    WEFT_TRY_VOID(WriteToken(path, token));
    return token;
  }
  if (!text) return text;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  if (text->size() < 32)
    return Fail(std::string(kUnreadableFile), path + " holds no token; remove it to get a new one");
  return text;
}

Result<std::shared_ptr<void>> LockDataDirectory(const std::string& directory) {
  const auto path = directory + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(FileError(path));
  std::shared_ptr<void> lock(nullptr, [file](void*) { ::close(file); });
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  return Fail("usage", "another `weft` works on " + directory + "; end it, or give another directory by --data");
}

int RefuseToServe(const Error& error) {
  Report(error.message);
  return error.code == "temporal" || error.code == "store.unavailable" ? kUnreachable : kUsage;
}

}  // namespace weft::cli
