#include "store/channels.h"

#include <algorithm>

#include "expr/value.h"

namespace weft::store {
namespace {

using expr::Value;

constexpr std::string_view kColumns = "name, kind, language, events, config, created_at, updated_at";

std::string BoundTo(const std::string& name) { return "channel/" + name; }

Result<std::vector<std::string>> EventsOf(const std::string& json) {
  WEFT_TRY(const auto list, Value::Parse(json));
  std::vector<std::string> events;
  for (std::size_t i = 0; i < list.size(); ++i) events.push_back(list.At(i).AsString());
  return events;
}

Result<Channel> ChannelOf(const Row& row, const SealingKey& key) {
  Channel channel;
  channel.name = row.Text(0);
  channel.kind = row.Text(1);
  channel.language = row.Text(2);
  WEFT_TRY(channel.events, EventsOf(row.Text(3)));
  auto config = Unseal(key, row.Bytes(4), BoundTo(channel.name));
  if (!config) {
    return Fail("secret", "the settings of channel `" + channel.name +
                              "` were stored with another key; give the server that key, or delete the channel");
  }
  channel.config = *std::move(config);
  channel.created_at = FromMillis(row.Int(5));
  channel.updated_at = FromMillis(row.Int(6));
  return channel;
}

}  // namespace

Result<void> SaveChannel(Transaction& t, const SealingKey& key, const Channel& channel) {
  auto events = Value::EmptyArray();
  for (const auto& event : channel.events) events.Append(Value(event));
  WEFT_TRY_VOID(
      t.Execute("INSERT INTO channels (name, kind, language, events, config, created_at, updated_at) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, "
                "language = excluded.language, events = excluded.events, config = excluded.config, "
                "updated_at = excluded.updated_at",
                {channel.name, channel.kind, channel.language, events.Dump(),
                 Blob{Seal(key, channel.config, BoundTo(channel.name))}, ToMillis(channel.created_at),
                 ToMillis(channel.updated_at)}));
  return {};
}

Result<std::optional<Channel>> FindChannel(Transaction& t, const SealingKey& key, std::string_view name) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT " + std::string(kColumns) + " FROM channels WHERE name = ?1", {std::string(name)}));
  if (rows.empty()) return std::nullopt;
  WEFT_TRY(auto channel, ChannelOf(rows[0], key));
  return channel;
}

Result<std::vector<Channel>> ListChannels(Transaction& t, const SealingKey& key) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumns) + " FROM channels ORDER BY name"));
  std::vector<Channel> channels;
  for (const auto& row : rows) {
    WEFT_TRY(auto channel, ChannelOf(row, key));
    channels.push_back(std::move(channel));
  }
  return channels;
}

Result<std::vector<std::string>> ChannelsToldOf(Transaction& t, std::string_view event) {
  WEFT_TRY(const auto rows, t.Query("SELECT name, events FROM channels ORDER BY name"));
  std::vector<std::string> names;
  for (const auto& row : rows) {
    WEFT_TRY(const auto events, EventsOf(row.Text(1)));
    if (std::ranges::find(events, event) != events.end()) names.push_back(row.Text(0));
  }
  return names;
}

Result<bool> DeleteChannel(Transaction& t, std::string_view name) {
  WEFT_TRY(const auto deleted, t.Execute("DELETE FROM channels WHERE name = ?1", {std::string(name)}));
  return deleted > 0;
}

}  // namespace weft::store
