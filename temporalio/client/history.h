#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/client/client.h"

namespace temporalio {

using temporal::api::history::v1::History;

struct HistoryOptions {
  /// Also wait for what has not happened yet, until the run closes.
  bool follow = false;
  /// Only the event that closed the run; with `follow`, once there is one.
  bool close_event_only = false;
  /// Events per page; zero: the server's choice.
  int page_size = 0;
  /// Where an earlier reader of the same run and options stopped (its `token()`); empty: the first event.
  std::string token{};
};

/// Reads the events of one run in order, page by page. For one thread at a time.
class HistoryReader {
 public:
  HistoryReader(Client client, WorkflowRef workflow, HistoryOptions options = {});

  /// The next events, or nullopt when there are no more: then the run is closed, or, without `follow`, all that had
  /// happened has been read. With `follow`, blocks until something happens or stop is requested (kCancelled). A failed
  /// call changes nothing: the next one tries again.
  Result<std::optional<History>> Next(std::stop_token stop = {});

  /// Where another reader can go on after what Next has returned. Empty before the first page and after the last.
  const std::string& token() const { return options_.token; }

 private:
  Client client_;
  WorkflowRef workflow_;
  HistoryOptions options_;
  bool done_ = false;
};

/// All events so far of one run.
Result<History> FetchHistory(const Client& client, const WorkflowRef& workflow, std::stop_token stop = {});

}  // namespace temporalio
