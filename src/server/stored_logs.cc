#include "server/stored_logs.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "store/archive.h"
#include "store/logs.h"

namespace weft::server {
namespace {

// A line is numbered by its chunk and its place in it, of which no chunk has more.
constexpr int kPlaceBits = 20;
constexpr int kChunks = 500;

/// Whether the run is a part of the instance: an earlier instance of the same id has closed, and so is in the archive
/// under a first run of its own.
class Chain {
 public:
  Chain(store::Transaction& t, const std::string& instance, const std::string& first_run)
      : t_(t), instance_(instance), first_run_(first_run) {}

  Result<bool> Has(const std::string& run) {
    const auto known = known_.find(run);
    if (known != known_.end()) return known->second;
    WEFT_TRY(const auto other, store::FindArchived(t_, instance_, run));
    return known_[run] = run == first_run_ || !other || other->first_run == first_run_;
  }

 private:
  store::Transaction& t_;
  const std::string& instance_;
  const std::string& first_run_;
  std::map<std::string, bool> known_;
};

void AddLines(const store::LogChunk& chunk, std::int64_t after, std::vector<progress::LogLine>& lines) {
  auto number = chunk.sequence << kPlaceBits;
  std::string_view text = chunk.text;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (++number > after) {
      lines.push_back({.number = number,
                       .path = chunk.path,
                       .attempt = chunk.attempt,
                       .stream = chunk.stream,
                       .text = std::string(text.substr(0, end)),
                       .at = chunk.at});
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

std::function<Result<std::vector<progress::LogLine>>(const std::string&, const std::string&, std::int64_t)> StoredLines(
    store::Database& database) {
  return [&database](const std::string& instance, const std::string& first_run, std::int64_t after) {
    return database.Read<std::vector<progress::LogLine>>(
        [&](store::Transaction& t) -> Result<std::vector<progress::LogLine>> {
          // The last chunk that was seen may have lines that were not.
          const auto chunk = std::max<std::int64_t>((after >> kPlaceBits) - 1, 0);
          WEFT_TRY(const auto chunks,
                   store::ReadLogs(t, instance, {.runs = {}, .path = {}, .after = chunk, .limit = kChunks}));
          Chain chain(t, instance, first_run);
          std::vector<progress::LogLine> lines;
          for (const auto& one : chunks) {
            WEFT_TRY(const auto ours, chain.Has(one.run));
            if (ours) AddLines(one, after, lines);
          }
          return lines;
        });
  };
}

}  // namespace weft::server
