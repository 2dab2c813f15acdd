#include "activities/log.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "expr/value.h"

namespace weft::activities {
namespace {

constexpr std::size_t kLongestLine = std::size_t{8} * 1024;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// `at`, moved back to the beginning of a character if it is inside one.
std::size_t Boundary(std::string_view text, std::size_t at) {
  for (std::size_t back = 0; back < 4 && back < at; ++back) {
    if (!IsContinuation(text[at - back])) return at - back;
  }
  return at;
}

/// The end of `text` that is at most `size` long, without the rest of a character at its front.
std::string_view Tail(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  text.remove_prefix(text.size() - size);
  for (int i = 0; i < 3 && !text.empty() && IsContinuation(text.front()); ++i) text.remove_prefix(1);
  return text;
}

}  // namespace

void LogTail::Add(Stream stream, std::string_view line) {
  const auto text = Tail(line, bytes_);
  const std::scoped_lock lock(mutex_);
  lines_.push_back({.stream = stream, .text = std::string(text)});
  size_ += text.size();
  while (size_ > bytes_) {
    size_ -= lines_.front().text.size();
    lines_.pop_front();
  }
}

std::string LogTail::Json() const {
  using expr::Value;
  auto lines = Value::EmptyArray();
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& line : lines_) {
      lines.Append(Value::Object({{"stream", Value(StreamName(line.stream))}, {"text", Value(line.text)}}));
    }
  }
  return lines.size() == 0 ? std::string() : Value::Object({{"log", std::move(lines)}}).Dump();
}

void StreamCapture::Feed(std::string_view piece) { Take(masked_.Feed(piece)); }

void StreamCapture::Finish() {
  Take(masked_.Finish());
  if (!line_.empty() && sink_) sink_(stream_, RepairUtf8(std::exchange(line_, {})));
}

void StreamCapture::Take(std::string_view masked) {
  total_ += masked.size();
  tail_ += masked.size() > kept_ ? masked.substr(masked.size() - kept_) : masked;
  // Moved only now and then: each byte is copied about once.
  if (tail_.size() > 2 * kept_) tail_.erase(0, tail_.size() - kept_);
  if (sink_) TakeLines(masked);
}

void StreamCapture::TakeLines(std::string_view masked) {
  while (!masked.empty()) {
    const auto newline = std::min(masked.find('\n'), masked.size());
    line_ += masked.substr(0, newline);
    masked.remove_prefix(newline);
    std::string_view rest = line_;
    while (rest.size() > kLongestLine) {
      const auto cut = Boundary(rest, kLongestLine);
      sink_(stream_, RepairUtf8(rest.substr(0, cut)));
      rest.remove_prefix(cut);
    }
    if (masked.empty()) {
      line_.erase(0, line_.size() - rest.size());
    } else {
      masked.remove_prefix(1);
      sink_(stream_, RepairUtf8(rest));
      line_.clear();
    }
  }
}

StreamCapture::Kept StreamCapture::End() const {
  const auto repaired = RepairUtf8(Tail(tail_, kept_));
  return {.text = std::string(Tail(repaired, kept_)), .truncated = total_ > kept_ || repaired.size() > kept_};
}

}  // namespace weft::activities
