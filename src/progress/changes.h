#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "progress/view.h"

namespace weft::progress {

/// What differs between an instance as its viewers were told of it last and as it is now.
class Changes {
 public:
  struct News {
    /// Status, output, error, reason or run have changed: the whole document is to be sent.
    bool whole = false;
    /// `{ "path", …changed fields }` of each node that has changed, a field that is gone as null; a node that is not
    /// shown any more as `{ "path", "removed": true }`.
    std::vector<std::string> nodes;
    [[nodiscard]] bool empty() const { return !whole && nodes.empty(); }
  };

  /// From now on the viewers know `view`.
  News Take(const InstanceView& view);

  /// `RUN:EVENT.DIGEST`: of the document taken last. Equal versions are equal documents, on whichever server.
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  struct Node {
    std::uint64_t digest = 0;
    expr::Value json;
  };
  std::map<std::string, Node, std::less<>> nodes_;
  std::string head_;
  std::string version_;
};

}  // namespace weft::progress
