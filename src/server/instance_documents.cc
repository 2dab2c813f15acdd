#include "server/instance_documents.h"

#include <algorithm>
#include <utility>

namespace weft::server {
namespace {

using expr::Value;
using progress::InstanceView;

bool IsIn(std::string_view path, std::string_view whole) {
  return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '/');
}

std::string TextOf(const InstanceView& view, const NamedInstance& instance) {
  auto json = view.ToJson();
  json.Set("id", Value(instance.shown));
  return json.Dump();
}

}  // namespace

Result<std::optional<store::ArchivedInstance>> InstanceDocuments::FindInArchive(const std::string& id,
                                                                                const std::string& run) const {
  if (database_ == nullptr) return std::nullopt;
  return database_->Read<std::optional<store::ArchivedInstance>>(
      [&](store::Transaction& t) { return store::FindArchived(t, id, run); });
}

Result<NamedInstance> InstanceDocuments::Find(const std::string& named) const {
  const auto at = named.rfind('@');
  NamedInstance instance{.id = named.substr(0, at), .shown = named, .found = {}, .archived = {}};
  const auto run = at == std::string::npos ? std::string() : named.substr(at + 1);
  auto found = hub_.Find(named);
  if (!found) {
    WEFT_TRY(instance.archived, FindInArchive(instance.id, run));
    if (!instance.archived) return std::unexpected(found.error());
    return instance;
  }
  instance.found = *std::move(found);
  if (instance.found->closed) {
    WEFT_TRY(auto archived, FindInArchive(instance.id, instance.found->first_run_id));
    // It may have been reset since.
    if (archived && archived->last_run == instance.found->run_id) instance.archived = std::move(archived);
  }
  return instance;
}

Result<std::string> InstanceDocuments::Now(const NamedInstance& instance, const std::string& path) const {
  if (!path.empty()) return Part(instance, path);
  if (instance.archived) {
    if (instance.shown == instance.id) return instance.archived->document;
    WEFT_TRY(auto document, Value::Parse(instance.archived->document));
    document.Set("id", Value(instance.shown));
    return document.Dump();
  }
  std::string text;
  WEFT_TRY_VOID(hub_.Look(*instance.found, [&](const InstanceView& view) { text = TextOf(view, instance); }));
  return text;
}

Result<std::string> InstanceDocuments::Part(const NamedInstance& instance, const std::string& path) const {
  std::string text;
  if (!instance.closed()) {
    WEFT_TRY_VOID(hub_.Look(*instance.found, [&](const InstanceView& view) {
      auto part = view;
      std::erase_if(part.nodes, [&](const progress::NodeView& node) { return !IsIn(node.path, path); });
      // What the shared fold does not hold is found in the history.
      const bool whole = std::ranges::none_of(
          part.nodes, [](const progress::NodeView& node) { return node.omitted || !node.counts.IsNull(); });
      if (!part.nodes.empty() && whole) text = TextOf(part, instance);
    }));
    if (!text.empty()) return text;
  }
  progress::Definitions definitions;
  std::string run = instance.last_run();
  std::optional<Value> head;
  while (!run.empty()) {
    progress::Track track(definitions, instance.id, path);
    WEFT_TRY_VOID(histories_.Fold(track, instance.id, run));
    const auto view = progress::ViewOf(track, run, instance.found ? instance.found->live : progress::Live{});
    auto document = Value::Parse(TextOf(view, instance)).value_or(Value());
    if (!head) head = document;
    if (!view.nodes.empty()) {
      head->Set("nodes", document.Get("nodes"));
      return head->Dump();
    }
    // An iteration that ended before the run continued as new.
    run = track.continued_from();
  }
  return Fail("not_found", "`" + path + "` is no node of this instance, or has not begun");
}

Result<std::string> InstanceDocuments::At(const NamedInstance& instance, const std::string& run, std::int64_t event,
                                          const std::string& path) const {
  progress::Definitions definitions;
  progress::Track track(definitions, instance.id, path);
  WEFT_TRY_VOID(histories_.Fold(track, instance.id, run, event));
  if (track.fold().last_event_id() == 0) return Fail("not_found", "the run has no event before that");
  return TextOf(progress::ViewOf(track, run, {}), instance);
}

}  // namespace weft::server
