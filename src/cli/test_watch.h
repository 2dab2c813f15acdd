#pragma once

#include <map>
#include <set>
#include <string>

#include "base/error.h"

namespace weft::cli {

/// Waits for files to change, by inotify on their folders, since editors often put a new file in the old one's place.
class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// From now on changes of the file count. Fails with code `file` when its folder cannot be watched.
  Result<void> Add(const std::string& path);

  /// Until one of the files has changed since it was added or this last returned.
  Result<void> Wait();

 private:
  int descriptor_;
  std::map<int, std::set<std::string>> names_;  ///< of files, by watch of their folder
};

}  // namespace weft::cli
