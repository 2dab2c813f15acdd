// Webhooks over real HTTP, their inbox, and a real Temporal server.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "store/trigger_states.h"
#include "temporalio/client/result.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/inbox_fixture.h"

namespace weft::testing {
namespace {

using store::DeliveryStatus;

/// A run that goes on until it is ended.
constexpr const char* kLong = R"(weft: 1
name: long
triggers:
  - { id: hook, webhook: long, input: "${ .body }" }
  - { id: keyed, webhook: keyed, key: "${ .body.order }", input: "${ .body }" }
nodes: { wait: { wait: 24h } }
)";

class Webhooks : public InboxTest {
 protected:
  void SetUp() override {
    Open(client());
    Deploy(kLong);
  }
  static const temporalio::Client& client() { return Harness::Get().client(); }
  static std::string RunOf(const std::string& instance) {
    const auto described = client().Describe({instance, ""});
    EXPECT_TRUE(described) << described.error().message;
    return described ? described->info.run_id : "";
  }
  static void End(const std::string& instance) { ASSERT_TRUE(client().Terminate({instance, ""}, "test")); }
  /// Newest first.
  std::vector<store::Delivery> Stored(const std::string& trigger) {
    const auto found = db().Read<std::vector<store::Delivery>>([&](auto& t) {
      return store::ListDeliveries(
          t, {.ns = {}, .workflow = {}, .trigger = trigger, .kind = {}, .status = {}, .instance = {}}, "", 500);
    });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::vector<store::Delivery>());
  }
};

TEST_F(Webhooks, FiveEqualDeliveriesAtOnceAreOneInstance) {
  std::vector<server::Answer> answers(5);
  {
    std::vector<std::jthread> senders;
    for (auto& answer : answers) {
      senders.emplace_back([&] { answer = Post("long", R"({"a":1})", "Idempotency-Key: five\r\n"); });
    }
  }
  std::set<std::string> bodies;
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 202) << answer.body;
    bodies.insert(answer.body);
  }
  ASSERT_EQ(bodies.size(), 1U);
  const auto delivery = Settled(Member(*bodies.begin(), "delivery"));
  EXPECT_EQ(delivery.status, DeliveryStatus::kStarted);
  EXPECT_EQ(delivery.instance, Member(*bodies.begin(), "id"));
  EXPECT_EQ(RunsOf(client(), delivery.instance, 1), 1U);
  End(delivery.instance);
}

TEST_F(Webhooks, TheRunIsThereWhenTheAnswerComes) {
  const auto answer = Post("long", "{}");
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_FALSE(RunOf(Member(answer.body, "id")).empty());
  End(Member(answer.body, "id"));
}

TEST_F(Webhooks, SameKeyJoinsWhileTheInstanceRunsAndIsANewRunAfterwards) {
  const auto first = Post("keyed", R"({"order":"8841"})", "Idempotency-Key: a\r\n");
  ASSERT_EQ(first.status, 202) << first.body;
  const std::string id = "default.long.keyed.8841";
  EXPECT_EQ(Member(first.body, "id"), id);
  const auto run = RunOf(id);

  const auto second = Post("keyed", R"({"order":"8841"})", "Idempotency-Key: b\r\n");
  EXPECT_EQ(Member(second.body, "id"), id);
  EXPECT_NE(Member(second.body, "delivery"), Member(first.body, "delivery"));
  EXPECT_EQ(DeliveryOf(Member(second.body, "delivery")).status, DeliveryStatus::kJoined);
  EXPECT_EQ(DeliveryOf(Member(second.body, "delivery")).run_id, run);

  End(id);
  // The same delivery is answered with what it started; a new one starts a new run.
  EXPECT_EQ(Post("keyed", R"({"order":"8841"})", "Idempotency-Key: a\r\n").body, first.body);
  EXPECT_EQ(RunOf(id), run);
  const auto third = Post("keyed", R"({"order":"8841"})", "Idempotency-Key: c\r\n");
  EXPECT_EQ(Member(third.body, "id"), id);
  EXPECT_NE(RunOf(id), run);
  EXPECT_EQ(DeliveryOf(Member(third.body, "delivery")).status, DeliveryStatus::kStarted);
  End(id);
}

TEST_F(Webhooks, WhoDiesBetweenStoringAndStartingIsFollowedByTheDispatcher) {
  store::Delivery stored;
  stored.id = "01J0000000000000000000000A";
  stored.kind = "webhook";
  stored.ns = "default";
  stored.workflow = "long";
  stored.trigger = "hook";
  stored.revision = 1;
  stored.payload = R"({"body":{"a":1}})";
  stored.input = R"({"a":1})";
  stored.instance = "default.long.hook." + stored.id;
  stored.received_at = stored.due_at = inbox().Now();
  ASSERT_TRUE(db().Write<std::optional<store::Delivery>>([&](auto& t) { return store::AddDelivery(t, stored); }));
  RunDispatcher();
  EXPECT_EQ(Settled(stored.id).status, DeliveryStatus::kStarted);
  EXPECT_FALSE(RunOf(stored.instance).empty());
  End(stored.instance);
}

TEST_F(Webhooks, WhoDiesBetweenStartingAndSettlingDoesNotStartTwice) {
  for (const bool closed : {false, true}) {
    triggers::StartRequest request;
    request.ns = "default";
    request.name = "long";
    request.trigger = {.kind = "webhook", .id = "hook", .payload = {}};
    request.request_id = closed ? "01J0000000000000000000000B" : "01J0000000000000000000000C";
    const auto started = starter().Start(request);
    ASSERT_TRUE(started) << started.error().message;
    if (closed) End(started->id);
    store::Delivery stored;
    stored.id = request.request_id;
    stored.kind = "webhook";
    stored.ns = "default";
    stored.workflow = "long";
    stored.trigger = "hook";
    stored.revision = 1;
    stored.instance = started->id;
    stored.received_at = stored.due_at = inbox().Now();
    ASSERT_TRUE(db().Write<std::optional<store::Delivery>>([&](auto& t) { return store::AddDelivery(t, stored); }));
    RunDispatcher();
    const auto settled = Settled(stored.id);
    StopDispatcher();
    EXPECT_EQ(settled.status, DeliveryStatus::kStarted) << settled.error_message;
    EXPECT_EQ(settled.run_id, started->run_id);
    EXPECT_EQ(RunOf(started->id), started->run_id);
    if (!closed) End(started->id);
  }
}

TEST_F(Webhooks, WhoDiedAfterStartingAKeyedRunFindsItAgainWhenLaterOnesHaveItsId) {
  triggers::StartRequest request;
  request.ns = "default";
  request.name = "long";
  request.trigger = {.kind = "webhook", .id = "keyed", .payload = {}};
  request.key = "again";
  request.request_id = "01J0000000000000000000000D";
  const auto first = starter().Start(request);
  ASSERT_TRUE(first) << first.error().message;
  End(first->id);
  const auto second = Post("keyed", R"({"order":"again"})");
  ASSERT_EQ(Member(second.body, "id"), first->id);
  End(first->id);
  EXPECT_EQ(RunsOf(client(), first->id, 2), 2U);

  store::Delivery stored;
  stored.id = request.request_id;
  stored.kind = "webhook";
  stored.ns = "default";
  stored.workflow = "long";
  stored.trigger = "keyed";
  stored.revision = 1;
  stored.key = "again";
  stored.instance = first->id;
  stored.attempts = 1;
  stored.received_at = stored.due_at = inbox().Now();
  ASSERT_TRUE(db().Write<std::optional<store::Delivery>>([&](auto& t) { return store::AddDelivery(t, stored); }));
  RunDispatcher();
  const auto settled = Settled(stored.id);
  EXPECT_EQ(settled.run_id, first->run_id) << settled.error_message;
  EXPECT_EQ(RunsOf(client(), first->id, 2), 2U);
}

TEST_F(Webhooks, AnswersWithTheOutputWhenThatIsAskedFor) {
  Deploy(R"(weft: 1
name: answer
triggers:
  - { id: hook, webhook: answer, respond: result, input: "${ .body }" }
  - { id: slow, webhook: slow, respond: result, respond_timeout: 50ms, input: { wait: 1h } }
nodes:
  go: { switch: [ { case: bad, when: "${ $input.bad == true }" }, { case: good } ] }
  fail: { needs: go.bad, fail: { code: mine, message: secret detail } }
  wait: { needs: go.good, wait: "${ $input.wait // \"1ms\" }" }
  out: { needs: wait, set: { got: "${ $input }" } }
)");
  const LocalWorker worker;
  const auto good = Post("answer", R"({"n":12345678901234567890})");
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.body, R"({"out":{"got":{"n":12345678901234567890}}})");
  const auto bad = Post("answer", R"({"bad":true})");
  EXPECT_EQ(bad.status, 502) << bad.body;
  EXPECT_EQ(Member(bad.body, "code"), "workflow.failed");
  EXPECT_TRUE(Member(bad.body, "id").starts_with("default.answer.hook."));
  EXPECT_FALSE(bad.body.contains("secret detail"));
  const auto late = Post("slow", "{}");
  EXPECT_EQ(late.status, 504) << late.body;
  EXPECT_FALSE(RunOf(Member(late.body, "id")).empty());
  End(Member(late.body, "id"));
}

TEST_F(Webhooks, RefuseMoreCallersThatWaitForOutputsThanTheyCanHold) {
  most_waiting_ = 2;
  Open(client());
  Deploy(R"(weft: 1
name: waits
triggers:
  - { id: hook, webhook: waits, respond: result, respond_timeout: 60s }
  - { id: short, webhook: short, respond: result, respond_timeout: 50ms }
nodes: { wait: { wait: 24h } }
)");
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < most_waiting_; ++i) {
      waiting.emplace_back([&] { EXPECT_EQ(Post("waits", "{}").status, 502); });
    }
    ASSERT_TRUE(temporalio::test::Eventually([&] {
      const auto stored = Stored("hook");
      return stored.size() == 2 && std::ranges::all_of(stored, [](const auto& delivery) {
               return delivery.status == DeliveryStatus::kStarted;
             });
    }));
    const auto refused = Post("waits", "{}");
    EXPECT_EQ(refused.status, 429) << refused.body;
    EXPECT_EQ(Member(refused.body, "code"), "rate");
    EXPECT_EQ(refused.Header("Retry-After"), "1");
    EXPECT_EQ(Stored("hook").size(), 2U) << "what is refused is not started later";
    const auto taken = Post("keyed", R"({"order":"late"})");
    EXPECT_EQ(taken.status, 202) << "who does not wait is taken";
    End(Member(taken.body, "id"));
    for (const auto& delivery : Stored("hook")) End(delivery.instance);
  }
  const auto late = Post("short", "{}");
  EXPECT_EQ(late.status, 504) << "there is room again: " << late.body;
  End(Member(late.body, "id"));
}

TEST_F(Webhooks, AreRefusedBeforeAnyIsLostWhenTheStoreIsSlow) {
  constexpr std::size_t kSenders = 40;
  store_takes_ = std::chrono::milliseconds(500);
  listener_.threads = 4;
  listener_.waiting = 4;
  Open(client());
  const auto send = [this](std::size_t i) {
    return Post("long", "{}", "Idempotency-Key: s" + std::to_string(i) + "\r\n");
  };
  std::vector<server::Answer> answers(kSenders);
  {
    std::vector<std::jthread> senders;
    for (std::size_t i = 0; i < kSenders; ++i) senders.emplace_back([&, i] { answers[i] = send(i); });
  }
  std::set<std::string> accepted;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kSenders; ++i) {
    if (answers[i].status == 202) {
      accepted.insert(Member(answers[i].body, "delivery"));
      continue;
    }
    ++refused;
    EXPECT_EQ(answers[i].status, 503) << answers[i].body;
    EXPECT_EQ(Member(answers[i].body, "code"), "busy");
    EXPECT_EQ(answers[i].Header("Retry-After"), "1");
  }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(accepted.size() + refused, kSenders);
  std::set<std::string> stored;
  for (const auto& delivery : Stored("hook")) stored.insert(delivery.id);
  EXPECT_EQ(stored, accepted) << "all that was accepted, and nothing that was refused";

  store_takes_ = Duration(0);
  Open(client());
  RunDispatcher();
  for (std::size_t i = 0; i < kSenders; ++i) {
    server::Answer answer = answers[i];
    // As a careful sender does.
    while (answer.status == 503) answer = send(i);
    ASSERT_EQ(answer.status, 202) << answer.body;
    const auto delivery = Settled(Member(answer.body, "delivery"));
    EXPECT_EQ(delivery.status, DeliveryStatus::kStarted) << delivery.error_message;
    End(delivery.instance);
  }
  EXPECT_EQ(Stored("hook").size(), kSenders);
}

TEST_F(Webhooks, RefusesWhatItCannotTakeWithAProblem) {
  Deploy(R"(weft: 1
name: strict
input: { type: object, required: [order], properties: { order: { type: string } } }
triggers:
  - { id: hook, webhook: strict, methods: [POST, PUT], max_body: 64, input: "${ .body }" }
  - { id: key, webhook: with-key, key: "${ .body.missing }", input: "${ .body }" }
  - { id: token, webhook: with-token, auth: token, input: "${ .body }" }
  - { id: basic, webhook: with-basic, auth: basic, input: "${ .body }" }
nodes: { a: { set: 1 } }
)");
  const auto none = Post("nothing", "{}");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.Header("Content-Type"), "application/problem+json");
  const auto method = Call("GET", "/hooks/default/strict");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.Header("Allow"), "POST, PUT");
  EXPECT_EQ(Post("strict", "\"" + std::string(70, 'x') + "\"").status, 413);
  EXPECT_EQ(Call("POST", "/hooks/default/strict", "Content-Type: text/plain\r\n", "{}").status, 415);
  EXPECT_EQ(Post("strict", "{").status, 422);

  const auto unfit = Post("strict", R"({"order":1})", "Idempotency-Key: unfit\r\n");
  EXPECT_EQ(unfit.status, 422);
  EXPECT_EQ(Member(unfit.body, "code"), "validation");
  EXPECT_EQ(DeliveryOf(Member(unfit.body, "delivery")).status, DeliveryStatus::kFailed);
  EXPECT_EQ(Post("strict", R"({"order":"1"})", "Idempotency-Key: unfit\r\n").status, 202)
      << "one that failed may be sent again";

  const auto keyless = Post("with-key", R"({"order":"1"})");
  EXPECT_EQ(keyless.status, 422);
  EXPECT_EQ(Member(keyless.body, "code"), "expression");

  const auto anonymous = Post("with-token", R"({"order":"1"})");
  EXPECT_EQ(anonymous.status, 401);
  EXPECT_TRUE(anonymous.Header("WWW-Authenticate").starts_with("Bearer"));
  EXPECT_EQ(Post("with-token", R"({"order":"1"})", "Authorization: Bearer wrong\r\n").status, 401);
  const auto allowed = Post("with-token", R"({"order":"1"})", "Authorization: Bearer weft_token\r\n");
  EXPECT_EQ(allowed.status, 202) << allowed.body;
  EXPECT_FALSE(DeliveryOf(Member(allowed.body, "delivery")).payload.contains(kToken));
  EXPECT_TRUE(Post("with-basic", "{}").Header("WWW-Authenticate").starts_with("Basic"));
  // any:weft_token
  EXPECT_EQ(Post("with-basic", R"({"order":"1"})", "Authorization: Basic YW55OndlZnRfdG9rZW4=\r\n").status, 202);

  ASSERT_TRUE(db().Write<bool>([](auto& t) {
    return store::SetTriggerState(t, "default", "strict", {.id = "hook", .paused = true, .note = {}, .changed_by = {}});
  }));
  EXPECT_EQ(Post("strict", R"({"order":"1"})").status, 503);
}

TEST_F(Webhooks, ThatSayNothingOfAuthNeedATokenBeyondLoopback) {
  loopback_ = false;
  Open(client());
  EXPECT_EQ(Post("long", "{}").status, 401);
  const auto allowed = Post("long", "{}", "Authorization: Bearer weft_token\r\n");
  EXPECT_EQ(allowed.status, 202) << allowed.body;
  End(Member(allowed.body, "id"));
}

TEST_F(Webhooks, DeliveriesAreListedByAStatusAndACursorThatExist) {
  const auto accepted = Post("long", "{}");
  const auto list = [&](const std::string& query) { return Call("GET", "/api/v1/deliveries" + query); };
  EXPECT_EQ(Member(list("?status=started").body, "next"), "null");
  EXPECT_TRUE(list("?status=started&limit=1").body.contains(Member(accepted.body, "delivery")));
  EXPECT_FALSE(list("?cursor=" + Member(accepted.body, "delivery")).body.contains("default.long"));
  for (const auto* query : {"?status=begun", "?status=Started", "?cursor=1", "?cursor=%27"}) {
    const auto refused = list(query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(Member(refused.body, "code"), "request");
  }
  End(Member(accepted.body, "id"));
}

TEST_F(Webhooks, IgnoresWhatTheTriggerDoesNotWant) {
  Deploy(R"(weft: 1
name: picky
triggers: [ { id: hook, webhook: picky, when: "${ .body.n > 1 }", input: "${ .body }" } ]
nodes: { a: { set: 1 } }
)");
  const auto answer = Post("picky", R"({"n":1})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(Member(answer.body, "id"), "null");
  EXPECT_EQ(DeliveryOf(Member(answer.body, "delivery")).status, DeliveryStatus::kIgnored);
  EXPECT_EQ(Post("picky", R"({"n":"2"})").status, 422) << "a comparison of different types fails";
}

TEST_F(Webhooks, ThatAreSignedAreTakenFromWhoCanSign) {
  secrets_ = {{"hub", "It's a Secret to Everybody"}, {"lark", "test key"}};
  Deploy(R"(weft: 1
name: signed
secrets: [hub, lark]
triggers:
  - { id: hub, webhook: hub, auth: { preset: github, secret: hub } }
  - { id: lark, webhook: lark, auth: { preset: feishu, secret: lark } }
  - { id: lost, webhook: lost, auth: { preset: github, secret: hub } }
nodes: { a: { set: 1 } }
)");
  const auto post = [&](const std::string& signature) {
    return Call(
        "POST", "/hooks/default/hub",
        "Content-Type: text/plain\r\nX-GitHub-Delivery: d1\r\nX-Hub-Signature-256: sha256=" + signature + "\r\n",
        "Hello, World!");
  };
  EXPECT_EQ(post(std::string(64, '0')).status, 401);
  const auto answer = post("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  EXPECT_EQ(answer.status, 202) << answer.body;
  const auto delivery = DeliveryOf(Member(answer.body, "delivery"));
  EXPECT_EQ(delivery.dedupe, "d1");
  EXPECT_TRUE(delivery.payload.contains("Hello, World!"));
  EXPECT_FALSE(delivery.payload.contains("757107ea"));

  const auto challenge = Post(
      "lark", R"({"encrypt":"AAECAwQFBgcICQoLDA0ODw9mLTIAZS9jAmGTQ1wAhHpnBHVL2wRjH9rPunQdQC1vLjsckayA10kZ8cPwtb62F8rC7)"
              R"(JprUPR/4S2aZihfR+p8npX7UzWPithZmfKIPZgE"})");
  EXPECT_EQ(challenge.status, 200);
  EXPECT_EQ(challenge.body, R"({"challenge":"ajls384kdjx98XX"})");
  EXPECT_EQ(Post("lark", R"({"type":"event_callback"})").status, 401);

  secrets_.clear();
  EXPECT_EQ(Post("lost", "{}").status, 503) << "a secret that the server lacks is no fault of the sender's";
}

}  // namespace
}  // namespace weft::testing
