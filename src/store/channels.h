#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seal.h"
#include "store/sql.h"

/// Where notifications go. Their settings hold secrets and are sealed as a whole, bound to the channel's name.
namespace weft::store {

struct Channel {
  std::string name;
  std::string kind;                 ///< `webhook`, `email`, `slack`, `dingtalk`, `feishu`, `wecom`
  std::string language;             ///< `en`, `zh`
  std::vector<std::string> events;  ///< told of these whatever the workflow; its own rules come on top
  std::string config;               ///< JSON object with all its secrets: never shown, never logged
  Timestamp created_at{}, updated_at{};
};

/// Adds the channel, or replaces what it is but for `created_at`.
Result<void> SaveChannel(Transaction& t, const SealingKey& key, const Channel& channel);

/// Fails with `secret` when the key does not fit; so does ListChannels.
Result<std::optional<Channel>> FindChannel(Transaction& t, const SealingKey& key, std::string_view name);

/// By name.
Result<std::vector<Channel>> ListChannels(Transaction& t, const SealingKey& key);

/// Names of the channels that are told of `event` whatever the workflow.
Result<std::vector<std::string>> ChannelsToldOf(Transaction& t, std::string_view event);

/// False: there was none. What was sent through it stays in the log.
Result<bool> DeleteChannel(Transaction& t, std::string_view name);

}  // namespace weft::store
