#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "server/services.h"
#include "server/testing.h"
#include "store/deliveries.h"
#include "store/sql.h"
#include "tests/integration/harness.h"
#include "triggers/inbox.h"
#include "triggers/start.h"
#include "triggers/webhook.h"

namespace weft::testing {

/// A server's workflows, webhooks and inbox behind real HTTP, on a database of its own.
class InboxTest : public ::testing::Test {
 protected:
  InboxTest();
  ~InboxTest() override;

  /// Everything that acts on Temporal, on this client; `options` are of the inbox.
  void Open(const temporalio::Client& client, triggers::InboxOptions options = {});
  /// Starts deliveries that are due, until the test ends or StopDispatcher.
  void RunDispatcher();
  void StopDispatcher() { dispatcher_ = {}; }

  void Deploy(const std::string& yaml);
  server::Answer Call(std::string_view method, std::string_view target, const std::string& headers = {},
                      std::string_view body = {}) const;
  /// JSON to a webhook below `/hooks/default/`.
  server::Answer Post(std::string_view path, std::string_view json, const std::string& headers = {}) const;

  store::Delivery DeliveryOf(const std::string& id) const;
  /// Waits until it is settled.
  store::Delivery Settled(const std::string& id) const;
  /// How many runs there are of an instance's id, closed ones included; the list is a moment late, so that `least` are
  /// waited for.
  static std::size_t RunsOf(const temporalio::Client& client, const std::string& id, std::size_t least);

  store::Database& db() { return *database_; }
  triggers::Starter& starter() { return *starter_; }
  triggers::Inbox& inbox() { return *inbox_; }

  /// What Open takes besides.
  bool loopback_ = true;
  int most_waiting_ = triggers::WebhookOptions().most_waiting;
  Duration store_takes_{0};
  server::ListenerOptions listener_;

  /// What the webhooks' secrets are, and the one API token.
  std::map<std::string, std::string> secrets_;
  static constexpr const char* kToken = "weft_token";

 private:
  std::filesystem::path directory_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Database> slow_;
  std::unique_ptr<triggers::Starter> starter_;
  std::unique_ptr<triggers::Inbox> inbox_;
  std::unique_ptr<triggers::Webhooks> webhooks_;
  server::Services services_;
  std::unique_ptr<server::TestServer> server_;
  std::jthread dispatcher_;
};

/// A member of a JSON text, as text: strings as they are, all else as JSON.
std::string Member(const std::string& json, std::string_view name);

}  // namespace weft::testing
