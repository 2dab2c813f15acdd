#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace weft::cli {

struct ServerEvent {
  std::string event;  ///< `message` where none is named
  std::string id;     ///< the last one given
  std::string data;
};

/// Reads Server-Sent Events from the pieces of a body, as the HTML standard defines them.
class ServerEventReader {
 public:
  explicit ServerEventReader(std::function<void(const ServerEvent&)> on_event) : on_event_(std::move(on_event)) {}

  /// Calls back for each event that is now whole.
  void Feed(std::string_view bytes);
  [[nodiscard]] const std::string& last_id() const { return event_.id; }

 private:
  void Line(std::string_view line);

  std::function<void(const ServerEvent&)> on_event_;
  std::string rest_;
  ServerEvent event_;
  bool has_data_ = false;
  bool after_return_ = false;
};

}  // namespace weft::cli
