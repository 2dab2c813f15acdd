#include "activities/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "activities/fd.h"

namespace weft::activities {
namespace {

std::string ReadAll(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!file) return text;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = ::read(file.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string Directory(pid_t pid) { return "/proc/" + std::to_string(pid); }

/// What /proc/PID/stat says.
struct Stat {
  char state = 0;
  pid_t parent = 0;
  std::uint64_t started = 0;
};

std::optional<Stat> ReadStat(pid_t pid) {
  const auto text = ReadAll(Directory(pid) + "/stat");
  // The name between parentheses may hold anything, parentheses included.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  Stat stat;
  constexpr int kState = 3;
  constexpr int kParent = 4;
  constexpr int kStarted = 22;
  std::string_view rest = std::string_view(text).substr(name_end + 2);
  for (int field = kState; !rest.empty() && field <= kStarted; ++field) {
    const auto word = rest.substr(0, rest.find(' '));
    if (field == kState && !word.empty()) stat.state = word.front();
    if (field == kParent) std::from_chars(word.data(), word.data() + word.size(), stat.parent);
    if (field == kStarted) std::from_chars(word.data(), word.data() + word.size(), stat.started);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return stat;
}

struct Process {
  pid_t parent = 0;
  bool marked = false;
};

/// Every living process of the machine that began at `since` or later.
std::map<pid_t, Process> ListProcesses(const std::string& variable, std::uint64_t since) {
  std::map<pid_t, Process> processes;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc) return processes;
  while (const auto* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    const auto stat = ReadStat(pid);
    if (!stat || stat->state == 'Z' || stat->started < since) continue;
    const auto environment = '\0' + ReadAll(Directory(pid) + "/environ");
    processes[pid] = {.parent = stat->parent, .marked = environment.contains(variable)};
  }
  return processes;
}

}  // namespace

std::uint64_t StartTime(pid_t pid) {
  const auto stat = ReadStat(pid);
  return stat ? stat->started : 0;
}

std::string NewTreeMark() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) random = 0;
  return fmt::format("{}-{:016x}", ::getpid(), random);
}

std::vector<TreeMember> FindTree(pid_t root, std::string_view mark, std::uint64_t since) {
  const auto processes = ListProcesses(fmt::format("{}{}={}{}", '\0', kTreeVariable, mark, '\0'), since);
  std::set<pid_t> found;
  for (const auto& [pid, process] : processes) {
    if (pid == root || process.marked) found.insert(pid);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [pid, process] : processes) {
      if (found.contains(process.parent)) grew |= found.insert(pid).second;
    }
  }
  std::vector<TreeMember> members;
  for (const auto pid : found) members.push_back({.pid = pid, .marked = processes.at(pid).marked});
  return members;
}

}  // namespace weft::activities
