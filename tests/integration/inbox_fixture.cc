#include "tests/integration/inbox_fixture.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/id.h"
#include "server/handlers/deliveries.h"
#include "server/handlers/hooks.h"
#include "server/handlers/language.h"
#include "server/handlers/workflows.h"
#include "triggers/deploy.h"

namespace weft::testing {

using expr::Value;

namespace {

/// A store at the other end of a slow line.
class SlowDatabase final : public store::Database {
 public:
  SlowDatabase(store::Database& inner, Duration takes) : inner_(inner), takes_(takes) {}
  [[nodiscard]] std::string_view engine() const override { return inner_.engine(); }

 protected:
  Result<void> Run(const std::function<Result<void>(store::Transaction&)>& body, bool write) override {
    std::this_thread::sleep_for(takes_);
    return write ? inner_.Write(body) : inner_.Read(body);
  }

 private:
  store::Database& inner_;
  const Duration takes_;
};

}  // namespace

InboxTest::InboxTest()
    : directory_(std::filesystem::temp_directory_path() / ("weft-inbox-" + std::to_string(::getpid()) + NewUlid())) {
  std::filesystem::create_directories(directory_);
  database_ = *store::Database::Open({.url = (directory_ / "weft.db").string()});
}

InboxTest::~InboxTest() {
  StopDispatcher();
  server_.reset();
  database_.reset();
  std::filesystem::remove_all(directory_);
}

void InboxTest::Open(const temporalio::Client& client, triggers::InboxOptions options) {
  server_.reset();
  slow_ = std::make_unique<SlowDatabase>(*database_, store_takes_);
  auto& database = store_takes_ > Duration(0) ? *slow_ : *database_;
  starter_ = std::make_unique<triggers::Starter>(database, client);
  inbox_ = std::make_unique<triggers::Inbox>(database, *starter_, std::move(options));
  triggers::WebhookOptions hooks;
  hooks.loopback = loopback_;
  hooks.most_waiting = most_waiting_;
  hooks.secret = [this](const std::string&, const std::string& name) -> Result<std::string> {
    const auto found = secrets_.find(name);
    if (found == secrets_.end()) return Fail("secret", "there is no secret `" + name + "`");
    return found->second;
  };
  hooks.token = [](const std::string& token, const std::string&) -> Result<bool> { return token == kToken; };
  webhooks_ = std::make_unique<triggers::Webhooks>(database, *starter_, *inbox_, std::move(hooks));
  services_.database = database_.get();
  services_.starter = starter_.get();
  services_.inbox = inbox_.get();
  services_.webhooks = webhooks_.get();
  std::vector<server::Route> routes;
  const char* binary = std::getenv("WEFT");  // NOLINT: nothing in the process changes its environment
  for (auto more : {server::WorkflowRoutes(services_), server::DeliveryRoutes(services_), server::HookRoutes(services_),
                    server::LanguageRoutes(binary == nullptr ? "" : binary)}) {
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  server_ = std::make_unique<server::TestServer>(std::move(routes), server::AuthOptions{}, listener_);
}

void InboxTest::RunDispatcher() {
  dispatcher_ = std::jthread([this](const std::stop_token& stop) { inbox_->Run(stop); });
}

void InboxTest::Deploy(const std::string& yaml) {
  const auto deployed = triggers::Deploy(*database_, yaml, "test", inbox_->Now());
  ASSERT_TRUE(deployed) << deployed.error().message;
  ASSERT_NE(deployed->revision, 0) << dsl::FormatDiagnostics("workflow.yaml", yaml, deployed->diagnostics);
}

server::Answer InboxTest::Call(std::string_view method, std::string_view target, const std::string& headers,
                               std::string_view body) const {
  return server::TestClient(server_->port()).Call(method, target, headers, body);
}

server::Answer InboxTest::Post(std::string_view path, std::string_view json, const std::string& headers) const {
  return Call("POST", "/hooks/default/" + std::string(path), "Content-Type: application/json\r\n" + headers, json);
}

store::Delivery InboxTest::DeliveryOf(const std::string& id) const {
  const auto found =
      database_->Read<std::optional<store::Delivery>>([&](auto& t) { return store::FindDelivery(t, id); });
  EXPECT_TRUE(found && *found) << id;
  return found && *found ? **found : store::Delivery{};
}

store::Delivery InboxTest::Settled(const std::string& id) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    auto delivery = DeliveryOf(id);
    if (delivery.status != store::DeliveryStatus::kPending) return delivery;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "the delivery " << id << " was not settled";
  return {};
}

std::size_t InboxTest::RunsOf(const temporalio::Client& client, const std::string& id, std::size_t least) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (true) {
    const auto page = client.ListRuns("WorkflowId = '" + id + "'");
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return 0;
    if (page->runs.size() >= least || std::chrono::steady_clock::now() > deadline) return page->runs.size();
    std::this_thread::yield();
  }
}

std::string Member(const std::string& json, std::string_view name) {
  const auto value = Value::Parse(json).value_or(Value()).Get(name);
  return value.IsString() ? value.AsString() : value.Dump();
}

}  // namespace weft::testing
