#include "cli/sse.h"

namespace weft::cli {

void ServerEventReader::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    // A line ends in CR, LF or both, and a piece may end between the two.
    if (after_return_) {
      after_return_ = false;
      if (bytes.front() == '\n') bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    rest_ += bytes.substr(0, end);
    if (end == std::string_view::npos) return;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    Line(rest_);
    rest_.clear();
  }
}

void ServerEventReader::Line(std::string_view line) {
  if (line.empty()) {
    if (has_data_) {
      if (event_.event.empty()) event_.event = "message";
      on_event_(event_);
    }
    event_.event.clear();
    event_.data.clear();
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    event_.event = value;
  } else if (field == "id") {
    event_.id = value;
  } else if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
}

}  // namespace weft::cli
