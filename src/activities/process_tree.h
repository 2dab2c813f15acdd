#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::activities {

/// The environment variable by which the processes of one script are found again, wherever they have moved.
inline constexpr std::string_view kTreeVariable = "WEFT_PROCESS_TREE";

/// A new value for kTreeVariable.
std::string NewTreeMark();

struct TreeMember {
  pid_t pid = 0;
  bool marked = false;  ///< carries the mark itself: runs the user's code
};

/// When a process began, in the kernel's ticks since boot; 0 if it is gone.
std::uint64_t StartTime(pid_t pid);

/// The living processes that carry `mark` in their environment, `root`, and the descendants of all of them. Sessions
/// and process groups do not matter; a process escapes only by leaving both its parent and its environment behind.
/// Processes that began before `since` (as StartTime) are none of them.
std::vector<TreeMember> FindTree(pid_t root, std::string_view mark, std::uint64_t since);

}  // namespace weft::activities
