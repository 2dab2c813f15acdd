#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "progress/view.h"

namespace weft::cli {

/// Shows a run while it goes on, on stderr: on a terminal a tree that is drawn again, elsewhere a line per change. Any
/// thread.
class Display {
 public:
  virtual ~Display() = default;
  void Show(const progress::InstanceView& view);
  /// A line for people between two views.
  void Say(const std::string& text);
  /// A line that a node wrote.
  void ShowLog(const std::string& node, std::string_view line);

  static std::unique_ptr<Display> ForStderr();

 protected:
  virtual void Draw(const progress::InstanceView& view) = 0;
  virtual void Insert(const std::string& line) = 0;

 private:
  std::mutex mutex_;
};

/// A node's state in words: `retrying: attempt 2 of 5 in 3s: connection refused`.
std::string DescribeNode(const progress::NodeView& node, Timestamp now);

/// The whole instance in lines: its status, each node's, and why it did not complete.
std::string DescribeInstance(const progress::InstanceView& view, Timestamp now);

/// Why a run did not complete, in lines: code, node, attempt, cause and what the node wrote last.
std::string DescribeFailure(const progress::InstanceView& view);

}  // namespace weft::cli
