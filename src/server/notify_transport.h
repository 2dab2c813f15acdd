#pragma once

#include "activities/address_guard.h"
#include "activities/http_client.h"
#include "notify/transport.h"

namespace weft::server {

/// Sends the messages of notifications over libcurl, only to addresses that the settings allow: loopback and private
/// ones must be allowed, as for HTTP nodes.
class NotifyTransport final : public notify::Transport {
 public:
  explicit NotifyTransport(const activities::Settings& settings) : http_(settings), guard_(settings) {}

  Result<notify::PostAnswer> Send(const notify::Post& post, const std::stop_token& stop) override;
  Result<notify::MailAnswer> Send(const notify::Mail& mail, const std::stop_token& stop) override;

 private:
  activities::HttpClient http_;
  const activities::AddressGuard guard_;
};

}  // namespace weft::server
