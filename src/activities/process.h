#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace weft::activities {

enum class Stream { kStdout, kStderr };

/// `stdout` or `stderr`.
std::string_view StreamName(Stream stream);

/// What to run. The new process gets a session of its own, default signal handling, and no descriptors but those named
/// here.
struct Command {
  std::string program{};                   ///< path of the executable
  std::vector<std::string> arguments{};    ///< argv, with the name of the program first
  std::vector<std::string> environment{};  ///< `NAME=VALUE`, nothing else
  std::string directory{};                 ///< empty: the caller's
  std::string standard_input{};
  /// The process may write a result to descriptor 3.
  bool has_result = false;
  /// Contents of files that the process can read from the descriptors that follow, in this order.
  std::vector<std::string> files{};
  /// Value of kTreeVariable in the environment of everything that the command starts.
  std::string tree_mark{};
};

struct ProcessOptions {
  std::stop_token stop{};
  std::optional<Duration> timeout{};
  /// Gets all output as it comes, in the order of each stream, on the calling thread.
  std::function<void(Stream, std::string_view)> on_output{};
  /// Bytes of the result that are kept.
  std::size_t max_result = 0;
};

struct ProcessEnd {
  enum class How { kExited, kSignal, kTimedOut, kStopped } how = How::kExited;
  int status = 0;  ///< exit code or signal
  std::string result{};
  bool result_too_large = false;
};

/// Runs a command and waits until it and everything it has started are gone. A time-out or a stop sends SIGTERM to the
/// user's processes and two seconds later SIGKILL to all of them; background processes end with the command, also if
/// they hold its output open. Fails with code `internal` if the program cannot be started.
Result<ProcessEnd> RunProcess(const Command& command, const ProcessOptions& options);

/// The path of an executable `name` in the directories of `search_path` (as $PATH); a name with a slash is its own
/// path. Empty if there is none.
std::string FindProgram(std::string_view name, std::string_view search_path);

}  // namespace weft::activities
