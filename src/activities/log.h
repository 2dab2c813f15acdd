#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "activities/mask.h"
#include "activities/process.h"

namespace weft::activities {

/// Takes one line of a node's output, well-formed UTF-8, masked, without its newline; long lines come in parts.
using LogSink = std::function<void(Stream, std::string_view line)>;

/// The last lines of a node's output, for heartbeats. Threads may share it.
class LogTail {
 public:
  explicit LogTail(std::size_t bytes) : bytes_(bytes) {}

  void Add(Stream stream, std::string_view line);
  /// `{ "log": [{ "stream": "stdout", "text": LINE }, …] }`, or empty if there is nothing yet.
  [[nodiscard]] std::string Json() const;

 private:
  struct Line {
    Stream stream;
    std::string text;
  };
  const std::size_t bytes_;
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::size_t size_ = 0;
};

/// One stream of a script: masks it, passes its lines on to the log, keeps its end.
class StreamCapture {
 public:
  /// `sink` may be empty.
  StreamCapture(Stream stream, std::size_t kept, const Masker& masker, const LogSink& sink)
      : stream_(stream), kept_(kept), masked_(masker), sink_(sink) {}

  void Feed(std::string_view piece);
  /// After the last piece.
  void Finish();

  struct Kept {
    std::string text;  ///< UTF-8, masked
    bool truncated = false;
  };
  /// The end of the stream, at most `kept` bytes.
  [[nodiscard]] Kept End() const;

 private:
  void Take(std::string_view masked);
  void TakeLines(std::string_view masked);

  const Stream stream_;
  const std::size_t kept_;
  MaskedStream masked_;
  const LogSink& sink_;
  std::string tail_;
  std::uint64_t total_ = 0;
  std::string line_;
};

}  // namespace weft::activities
