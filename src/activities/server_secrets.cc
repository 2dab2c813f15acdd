#include "activities/server_secrets.h"

#include "contract/names.h"
#include "expr/value.h"

namespace weft::activities {

using expr::Value;

SecretResolver ServerSecrets::For(const temporalio::ActivityInfo& info) {
  return [this, type = info.workflow_type, workflow_id = info.workflow_id,
          run_id = info.workflow_run_id](const std::string& name) -> Result<std::string> {
    if (auto here = local_(name)) return here;
    const Key key{type, name};
    if (auto kept = Find(key)) return *std::move(kept);
    return Ask(key, workflow_id, run_id);
  };
}

std::optional<std::string> ServerSecrets::Find(const Key& key) {
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  std::erase_if(cache_, [&](const auto& entry) { return entry.second.until <= now; });
  const auto found = cache_.find(key);
  if (found == cache_.end()) return std::nullopt;
  return found->second.value;
}

Result<std::string> ServerSecrets::Ask(const Key& key, const std::string& workflow_id, const std::string& run_id) {
  const auto& name = key.second;
  const auto asked = Value::Object(
      {{"workflowId", Value(workflow_id)}, {"runId", Value(run_id)}, {"names", Value::Array({Value(name)})}});
  const auto response = link_->Post("/internal/v1/secrets/resolve", asked.Dump());
  const std::string unavailable(contract::kSecretUnavailable);
  if (!response) return Fail(unavailable, "the secret `" + name + "` cannot be asked for: " + response.error().message);
  if (ServerLink::MayPass(*response)) {
    return Fail(unavailable, "the secret `" + name + "` cannot be asked for: " + ServerLink::DetailOf(*response));
  }
  if (response->status != 200) {
    return Fail("secret", "the server does not give the secret `" + name + "`: " + ServerLink::DetailOf(*response));
  }
  const auto answer = Value::Parse(response->body, Value::kMaxDepth);
  const auto value = answer ? answer->Get("values").Get(name) : Value();
  if (!value.IsString()) {
    const auto dot = key.first.find('.');
    return Fail("secret", "neither this worker nor its server has the secret `" + name +
                              "`; set it with `weft secret set " + name + "` in the namespace `" +
                              key.first.substr(0, dot) + "`");
  }
  const std::scoped_lock lock(mutex_);
  return cache_.insert_or_assign(key, Kept{.value = value.AsString(), .until = Clock::now() + kept_})
      .first->second.value;
}

}  // namespace weft::activities
