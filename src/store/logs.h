#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// What shell and python nodes wrote, as workers sent it: masked, UTF-8, in lines.
namespace weft::store {

/// Consecutive lines of one stream.
struct LogChunk {
  std::int64_t sequence = 0;  ///< counts the chunks of an instance id, in the order in which they can be read; from 1
  std::string id{};           ///< the worker's name for it: what comes again under it is the same; empty: none
  std::string run;            ///< run id of Temporal
  std::string path;           ///< of the node
  int attempt = 0;
  std::string stream;  ///< `stdout`, `stderr`
  std::string text;    ///< lines, each but the last with its newline
  Timestamp at{};      ///< of its first line, by the worker's clock
};

/// Of one node in one run; beyond it the oldest chunks go.
constexpr std::int64_t kMostLogBytesOfNode = std::int64_t{1024} * 1024;

/// Appends those that are not there yet (`sequence` is given here) and keeps every node below the cap.
Result<void> AppendLogs(Transaction& t, std::string_view instance, const std::vector<LogChunk>& chunks, Timestamp now);

struct LogFilter {
  std::vector<std::string> runs;  ///< run ids of the instance's chain; none: of every instance of that id
  std::string path;               ///< empty: every node
  std::int64_t after = 0;         ///< a sequence
  int limit = 500;
};
/// In order of sequence, which has gaps.
Result<std::vector<LogChunk>> ReadLogs(Transaction& t, std::string_view instance, const LogFilter& filter);

/// Removes up to `limit` chunks received before `before`; returns how many.
Result<std::int64_t> DeleteLogsBefore(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
