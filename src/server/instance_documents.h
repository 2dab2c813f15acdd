#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "progress/hub.h"
#include "server/histories.h"
#include "store/archive.h"
#include "store/sql.h"

/// Instances as they are, were and ended, wherever that is known. Any thread; blocks.
namespace weft::server {

/// An instance that somebody has named.
struct NamedInstance {
  std::string id;                                   ///< the workflow id
  std::string shown;                                ///< as it was named
  std::optional<progress::Found> found;             ///< what Temporal knows
  std::optional<store::ArchivedInstance> archived;  ///< what it came to: then it is closed

  [[nodiscard]] bool closed() const { return archived || found->closed; }
  [[nodiscard]] const std::string& last_run() const { return archived ? archived->last_run : found->run_id; }
  [[nodiscard]] const std::string& first_run() const { return archived ? archived->first_run : found->first_run_id; }
  /// For signals and the like: the newest run even if it continues as new meanwhile, unless an older one is named.
  [[nodiscard]] temporalio::WorkflowRef ref() const { return {id, shown == id ? std::string() : last_run()}; }
};

class InstanceDocuments {
 public:
  /// `database` may be null: then there is no archive.
  InstanceDocuments(progress::Hub& hub, store::Database* database, temporalio::Client client)
      : hub_(hub), database_(database), histories_(database, std::move(client)) {}

  /// `ID`, or `ID@` and 8 characters of a run id. Fails with `not_found`, `temporal`, `store.*`.
  [[nodiscard]] Result<NamedInstance> Find(const std::string& named) const;

  /// The document, JSON text. With a path: of that node and those inside it alone, complete. Fails with `not_found`
  /// when there is no such node, `temporal`, `store.*`.
  Result<std::string> Now(const NamedInstance& instance, const std::string& path) const;

  /// As it was after that event of one of its runs' histories.
  Result<std::string> At(const NamedInstance& instance, const std::string& run, std::int64_t event,
                         const std::string& path) const;

  [[nodiscard]] const Histories& histories() const { return histories_; }
  progress::Hub& hub() const { return hub_; }

 private:
  [[nodiscard]] Result<std::optional<store::ArchivedInstance>> FindInArchive(const std::string& id,
                                                                             const std::string& run) const;
  Result<std::string> Part(const NamedInstance& instance, const std::string& path) const;

  progress::Hub& hub_;
  store::Database* database_;
  Histories histories_;
};

}  // namespace weft::server
