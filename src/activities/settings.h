#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weft::activities {

/// What a worker allows the nodes it runs.
struct Settings {
  enum class Sandbox { kBubblewrap, kOff };
  Sandbox sandbox = Sandbox::kBubblewrap;
  std::string bubblewrap = "bwrap";  ///< the program, on the PATH or as a path
  /// Shell and Python may use the network. Without a sandbox they always may.
  bool code_network = false;
  /// HTTP nodes may connect to this machine's loopback addresses.
  bool http_loopback = false;
  /// Host names, addresses and CIDR blocks that HTTP nodes may connect to although they are not public.
  std::vector<std::string> http_allow;
  /// Where Python environments are kept. Empty: `weft` in $XDG_CACHE_HOME or ~/.cache.
  std::filesystem::path cache_directory;
  /// Where the private directories of running scripts are made. Empty: $TMPDIR or /tmp.
  std::filesystem::path work_directory;
};

}  // namespace weft::activities
