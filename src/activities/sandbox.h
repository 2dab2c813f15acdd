#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "activities/process.h"
#include "activities/settings.h"
#include "base/error.h"

namespace weft::activities {

/// The private directory of one run of a script: its working directory, home and temporary files. Removed with all that
/// the script left there.
class WorkDirectory {
 public:
  static Result<WorkDirectory> Make(const Settings& settings);
  WorkDirectory(WorkDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkDirectory& operator=(WorkDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~WorkDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit WorkDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// What runs inside, and what it may see.
struct Confined {
  std::vector<std::string> arguments{};                            ///< the program's name first, looked up inside
  std::vector<std::pair<std::string, std::string>> environment{};  ///< beside PATH, HOME, LANG and TMPDIR
  std::string directory{};  ///< absolute, or below the working directory; empty: the working directory
  std::string standard_input{};
  bool has_result = false;
  std::vector<std::string> files{};  ///< as Command::files
  bool network = false;
  struct Mount {
    std::filesystem::path path;  ///< the same inside and outside
    bool writable = false;
  };
  std::vector<Mount> mounts{};
};

/// Makes commands that are confined as a worker's settings say. Threads may share it.
class Sandbox {
 public:
  explicit Sandbox(const Settings& settings) : settings_(settings) {}

  /// The command that runs `confined` with system directories read-only, a few files of /etc, an empty home, its own
  /// processes, and nothing else of the machine; or without a sandbox if the settings say so. Nothing of its
  /// environment can be read from the arguments or environments of processes outside.
  ///
  /// Fails with code `sandbox` if bubblewrap is missing or may not work here, `validation` if there is no such program
  /// or directory, or if the system cannot pass an argument on, `too_large` if an argument is too large for it.
  Result<Command> Confine(const WorkDirectory& work, Confined confined) const;

  /// Whether sandboxes work on this machine, found out once; else the error says what to do.
  Result<void> Probe() const;

 private:
  [[nodiscard]] Command Bubblewrap(const WorkDirectory& work, Confined confined, std::string directory) const;

  const Settings& settings_;
  mutable std::once_flag probed_;
  mutable Result<void> probe_;
};

}  // namespace weft::activities
