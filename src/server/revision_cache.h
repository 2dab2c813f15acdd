#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "store/definitions.h"
#include "triggers/definitions.h"

namespace weft::server {

/// What lists tell of workflows and only their definitions know: each revision is looked through once, since it never
/// changes. Any thread.
template <class T>
class RevisionCache {
 public:
  /// `look` makes a T of a dsl::Workflow, as a Result. Fails as Definitions::Get and `look` do.
  template <class Look>
  Result<std::shared_ptr<const T>> Get(triggers::Definitions& definitions, const store::WorkflowRow& row,
                                       const Look& look) {
    const Key key{row.ns, row.name, row.revision};
    {
      const std::scoped_lock lock(mutex_);
      if (const auto found = known_.find(key); found != known_.end()) return found->second;
    }
    WEFT_TRY(const auto definition, definitions.Get(row.ns, row.name, row.revision));
    WEFT_TRY(auto made, look(*definition->workflow));
    const auto kept = std::make_shared<const T>(std::move(made));
    const std::scoped_lock lock(mutex_);
    if (known_.size() >= kMost) known_.clear();
    known_[key] = kept;
    return kept;
  }

 private:
  using Key = std::tuple<std::string, std::string, int>;
  static constexpr std::size_t kMost = 10'000;

  std::mutex mutex_;
  std::map<Key, std::shared_ptr<const T>> known_;
};

}  // namespace weft::server
