#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// Where notifications go.
namespace weft::store {

/// Keeps channels' settings unreadable at rest. Each direction gets the channel's name, so that settings copied to
/// another row cannot be opened. Any thread.
struct ConfigCipher {
  using Change = std::function<Result<std::string>(std::string_view text, std::string_view channel)>;
  Change seal, open;
};

struct Channel {
  std::string name;
  std::string kind;                 ///< `webhook`, `email`, `slack`, `dingtalk`, `feishu`, `wecom`
  std::string language;             ///< `en`, `zh`
  std::vector<std::string> events;  ///< told of these whatever the workflow; its own rules come on top
  std::string config;               ///< JSON object with all its secrets: never shown, never logged
  Timestamp created_at{}, updated_at{};
};

/// Adds the channel, or replaces what it is but for `created_at`.
Result<void> SaveChannel(Transaction& t, const ConfigCipher& cipher, const Channel& channel);

Result<std::optional<Channel>> FindChannel(Transaction& t, const ConfigCipher& cipher, std::string_view name);

/// By name.
Result<std::vector<Channel>> ListChannels(Transaction& t, const ConfigCipher& cipher);

/// Names of the channels that are told of `event` whatever the workflow.
Result<std::vector<std::string>> ChannelsToldOf(Transaction& t, std::string_view event);

/// False: there was none. What was sent through it stays in the log.
Result<bool> DeleteChannel(Transaction& t, std::string_view name);

}  // namespace weft::store
