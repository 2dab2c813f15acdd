#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/api_client.h"
#include "dsl/definition.h"
#include "progress/view.h"

namespace weft::cli {

/// An instance as a server tells of it, kept up to date by its stream.
class RemoteInstance {
 public:
  /// Fails as ApiClient, with `not_found` when there is none of that id.
  static Result<RemoteInstance> Get(ApiClient& client, const std::string& id);

  struct Callbacks {
    std::function<void(const progress::InstanceView&)> changed;
    std::function<void(const std::string&)> trouble;
  };
  /// Follows the instance until it has closed; then it is as it stays.
  Result<void> Follow(ApiClient& client, const Callbacks& callbacks);

  [[nodiscard]] const expr::Value& document() const { return document_; }
  /// With the nodes as the file has them, kinds included.
  [[nodiscard]] progress::InstanceView View() const;

 private:
  RemoteInstance() = default;
  void LearnWorkflow(ApiClient& client);
  void Change(const expr::Value& node);

  expr::Value document_;
  std::shared_ptr<const dsl::Workflow> workflow_;  ///< null: not known
};

/// Whether the instance of the document has ended.
bool IsClosed(const expr::Value& document);

/// The exit code of a verb that has waited for the instance's end.
int ExitOf(const progress::InstanceView& view);

}  // namespace weft::cli
