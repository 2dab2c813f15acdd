#include "cli/test_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/file.h"

namespace weft::cli {
namespace {

/// Editors write in several steps; what comes this soon after belongs together.
constexpr int kQuietMs = 30;

}  // namespace

FileWatch::FileWatch() : descriptor_(::inotify_init1(IN_CLOEXEC)) {}

FileWatch::~FileWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> FileWatch::Add(const std::string& path) {
  const std::filesystem::path file(path);
  const auto folder = file.has_parent_path() ? file.parent_path().string() : std::string(".");
  const int watch = ::inotify_add_watch(descriptor_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO);
  if (watch < 0) {
    return Fail(std::string(kUnreadableFile), "Cannot watch " + folder + ": " + std::strerror(errno) + ".");
  }
  names_[watch].insert(file.filename().string());
  return {};
}

Result<void> FileWatch::Wait() {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  for (bool changed = false;;) {
    pollfd wanted{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, changed ? kQuietMs : -1);
    if (ready == 0) return {};
    const ssize_t size = ready < 0 ? -1 : ::read(descriptor_, buffer.data(), buffer.size());
    if (size < 0) {
      if (errno == EINTR) continue;
      return Fail(std::string(kUnreadableFile), std::string("Cannot watch files: ") + std::strerror(errno) + ".");
    }
    for (std::size_t offset = 0; offset < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + offset, sizeof event);
      const char* name = buffer.data() + offset + sizeof event;
      const auto folder = names_.find(event.wd);
      changed = changed || (event.mask & IN_Q_OVERFLOW) != 0 ||
                (event.len > 0 && folder != names_.end() && folder->second.contains(name));
      offset += sizeof event + event.len;
    }
  }
}

}  // namespace weft::cli
