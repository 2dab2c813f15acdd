#include "activities/process_tree.h"

#include <dirent.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

namespace weft::activities {
namespace {

std::string ReadAll(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  std::string text;
  if (!file) return text;
  std::array<char, 4096> buffer;
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), file.get())) text.append(buffer.data(), got);
  return text;
}

struct Process {
  pid_t parent = 0;
  bool marked = false;
};

/// Every living process of the machine that we may look at.
std::map<pid_t, Process> ListProcesses(const std::string& variable) {
  std::map<pid_t, Process> processes;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc) return processes;
  while (const auto* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    const auto directory = "/proc/" + std::string(name);
    const auto stat = ReadAll(directory + "/stat");
    // The name between parentheses may hold anything, parentheses included.
    const auto end = stat.rfind(") ");
    if (end == std::string::npos || end + 4 > stat.size() || stat[end + 2] == 'Z') continue;
    pid_t parent = 0;
    std::from_chars(stat.data() + end + 4, stat.data() + stat.size(), parent);
    const auto environment = '\0' + ReadAll(directory + "/environ");
    processes[pid] = {.parent = parent, .marked = environment.contains(variable)};
  }
  return processes;
}

}  // namespace

std::string NewTreeMark() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) random = 0;
  return fmt::format("{}-{:016x}", ::getpid(), random);
}

std::vector<TreeMember> FindTree(pid_t root, std::string_view mark) {
  const auto processes = ListProcesses(fmt::format("{}{}={}{}", '\0', kTreeVariable, mark, '\0'));
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
