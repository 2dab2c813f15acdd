#pragma once

#include <map>
#include <memory>
#include <string>

#include "progress/view.h"

namespace weft::cli {

/// Shows a run while it goes on, on stderr: on a terminal a tree that is drawn again, elsewhere a line per change.
class Display {
 public:
  virtual ~Display() = default;
  virtual void Show(const progress::InstanceView& view) = 0;
  /// A line for people between two views.
  virtual void Say(const std::string& text) = 0;

  static std::unique_ptr<Display> ForStderr();
};

/// A node's state in words: `retrying: attempt 2 of 5 in 3s: connection refused`.
std::string DescribeNode(const progress::NodeView& node, Timestamp now);

/// Why a run did not complete, in lines: code, node, attempt, cause and what the node wrote last.
std::string DescribeFailure(const progress::InstanceView& view);

}  // namespace weft::cli
