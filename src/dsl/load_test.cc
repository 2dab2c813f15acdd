#include "dsl/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

using namespace std::chrono_literals;

std::string File(std::string_view rest) { return "weft: 1\nname: demo\n" + std::string(rest); }

std::shared_ptr<const Workflow> Valid(const std::string& text, const LoadOptions& options = {}) {
  auto loaded = Load(text, options);
  EXPECT_NE(loaded.workflow, nullptr) << FormatDiagnostics("w.yaml", text, loaded.diagnostics);
  return loaded.workflow;
}

const Node& At(const Workflow& workflow, std::string_view id) {
  return workflow.root->nodes[workflow.root->index.find(id)->second];
}

/// Lines and codes of all that is said.
std::string Said(std::string_view nodes) {
  const auto text = File(nodes);
  std::string out;
  for (const auto& d : Load(text).diagnostics) {
    out +=
        (out.empty() ? "" : ", ") + std::to_string(d.begin.line) + ":" + std::to_string(d.begin.column) + " " + d.code;
  }
  return out;
}

TEST(Load, ResolvesEdges) {
  const auto workflow = Valid(File(R"(
nodes:
  last: { needs: [ask, pick.b, act.failed, act.done, act.skipped, ask.rejected, act], set: 1 }
  act: { shell: x }
  pick: { switch: [{ case: a, when: .x }, { case: b }] }
  ask: { approval: {} }
)"));
  const auto& last = workflow->root->nodes[0];
  ASSERT_EQ(last.needs.size(), 7U);
  EXPECT_EQ(last.needs[0].source, 3U);
  EXPECT_EQ(last.needs[0].port, Port::kCase);
  EXPECT_EQ(last.needs[0].case_name, "approved");
  EXPECT_EQ(last.needs[1].case_name, "b");
  EXPECT_EQ(last.needs[2].port, Port::kFailed);
  EXPECT_EQ(last.needs[3].port, Port::kDone);
  EXPECT_EQ(last.needs[4].port, Port::kSkipped);
  EXPECT_EQ(last.needs[5].case_name, "rejected");
  EXPECT_EQ(last.needs[6].port, Port::kSucceeded);
  EXPECT_EQ(At(*workflow, "act").dependents, std::vector<std::size_t>{0});
  EXPECT_TRUE(At(*workflow, "act").has_handler);
  EXPECT_FALSE(At(*workflow, "pick").has_handler);
}

TEST(Load, FillsInDefaults) {
  const auto workflow = Valid(File(R"(
nodes:
  http: { http: "http://x" }
  shell: { shell: x }
  event: { event: x }
  once: { shell: x, once: true }
)"));
  EXPECT_EQ(At(*workflow, "http").timeout, Duration(30s));
  EXPECT_EQ(At(*workflow, "shell").timeout, Duration(10min));
  EXPECT_EQ(At(*workflow, "event").timeout, std::nullopt);
  EXPECT_EQ(At(*workflow, "shell").retry, std::nullopt);
  ASSERT_TRUE(At(*workflow, "once").retry);
  EXPECT_EQ(At(*workflow, "once").retry->attempts, 1);
}

TEST(Load, FileDefaultsReachThoseThatAct) {
  const auto workflow = Valid(File(R"(
retry: { attempts: 4, delay: 2s }
node_timeout: 7s
nodes:
  plain: { shell: x, compensate: { http: "http://x" } }
  own: { shell: x, retry: 2, timeout: 1s }
  once: { shell: x, once: true }
  group: { group: { nodes: { inner: { python: x } } } }
)"));
  EXPECT_EQ(At(*workflow, "plain").retry->attempts, 4);
  EXPECT_EQ(At(*workflow, "plain").timeout, Duration(7s));
  EXPECT_EQ(At(*workflow, "plain").compensate->retry->attempts, 4);
  EXPECT_EQ(At(*workflow, "own").retry->attempts, 2);
  EXPECT_EQ(At(*workflow, "own").retry->delay, Duration(1s));
  EXPECT_EQ(At(*workflow, "own").timeout, Duration(1s));
  EXPECT_EQ(At(*workflow, "once").retry->attempts, 1);
  EXPECT_EQ(At(*workflow, "group").retry, std::nullopt);
  EXPECT_EQ(std::get<Group>(At(*workflow, "group").body).region->nodes[0].retry->attempts, 4);
}

TEST(Load, KnowsWhereOutputsAreEvaluated) {
  const auto workflow = Valid(File(R"(
vars: { k: 1 }
nodes:
  dot: { shell: x, output: ".a + $vars.k" }
  input: { shell: x, output: "$input" }
  now: { shell: x, output: "now" }
  pure: { set: 1, output: "." }
  none: { shell: x }
)"));
  EXPECT_TRUE(At(*workflow, "dot").output_on_worker);
  for (const auto* id : {"input", "now", "pure", "none"}) EXPECT_FALSE(At(*workflow, id).output_on_worker) << id;
}

TEST(Load, NestedRegionsKnowTheirItem) {
  const auto workflow = Valid(File(R"(
nodes:
  each:
    foreach: .orders
    as: order
    nodes:
      inside: { group: { nodes: { leaf: { set: "${ $order.id } ${ $item.id } ${ $index }" } } } }
)"));
  const auto& each = std::get<Foreach>(At(*workflow, "each").body);
  EXPECT_EQ(each.region->item_alias, "order");
  EXPECT_EQ(std::get<Group>(each.region->nodes[0].body).region->item_alias, "order");
  EXPECT_EQ(workflow->root->item_alias, "");
}

TEST(Load, InlinesFiles) {
  const auto text = File("nodes:\n  a: { python: { file: a.py } }\n");
  const auto workflow = Valid(text, {.read_file = [](std::string_view path) -> Result<std::string> {
                                return "# " + std::string(path) + "\n";
                              }});
  EXPECT_EQ(std::get<Python>(At(*workflow, "a").body).code, "# a.py\n");
  const auto again = LoadNormalised(workflow->normalised);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(std::get<Python>(At(**again, "a").body).code, "# a.py\n");

  const auto refused =
      Load(text, {.read_file = [](std::string_view) -> Result<std::string> { return Fail("value", "no such file"); }});
  ASSERT_EQ(refused.diagnostics.size(), 1U);
  EXPECT_EQ(refused.diagnostics[0].message, "no such file");
}

TEST(Load, SpellingDoesNotChangeTheDigest) {
  const auto plain = Valid(
      File("nodes:\n  b: { shell: x, needs: a, when: .x }\n  a: { http: 'http://x', timeout: 90s }\noutput: .\n"));
  const auto fancy =
      Valid(R"({"name": "demo", "title": "标题", "weft": 1, "output": "${ . }", "ui": {"x": 1}, "on_failure": "cancel",
    "nodes": { "b": { "needs": ["a"], "when": "${ .x }", "shell": { "run": "x", "output": "text" } },  
               "a": { "timeout": "PT1M30S", "description": "d", "http": { "url": "http://x", "success": ["200-299"] } } } })");
  EXPECT_EQ(plain->normalised, fancy->normalised);
  EXPECT_EQ(plain->digest, fancy->digest);
  EXPECT_THAT(plain->digest, testing::MatchesRegex("[0-9a-f]{64}"));
}

TEST(Load, DeclarationOrderIsPartOfTheDigest) {
  EXPECT_NE(Valid(File("nodes: { a: { set: 1 }, b: { set: 2 } }"))->digest,
            Valid(File("nodes: { b: { set: 2 }, a: { set: 1 } }"))->digest);
}

TEST(LoadNormalised, RefusesWhatIsNoDefinition) {
  for (const auto* json :
       {"", "[]", "{}", "weft: 1", R"({"weft":1,"name":"demo","nodes":{"a":{"needs":"b","set":1}}})"}) {
    const auto loaded = LoadNormalised(json);
    ASSERT_FALSE(loaded) << json;
    EXPECT_EQ(loaded.error().code, "validation");
  }
}

TEST(Load, EveryExpressionIsJudgedInSpiteOfAWrongEdge) {
  EXPECT_EQ(
      Said("nodes:\n  a: { needs: nope, set: \"${ $nodes.b.nothing }${ $item }${ $nodes.zz }\" }\n  b: { set: 1 }\n"),
      "4:15 unknown-node, 4:30 expression, 4:51 expression, 4:61 unknown-node");
}

constexpr std::string_view kRoute = R"(
nodes:
  start: { set: 1 }
  route: { needs: start, switch: [{ case: a, when: .x }, { case: b, when: .y }, { case: c }] }
  on_a: { needs: route.a, set: 1 }
  on_b: { needs: route.b, set: 1 }
  on_c: { needs: route.c, set: 1 }
)";

TEST(MaybeSkipped, CasesThatCoverASwitchAreCertain) {
  const std::string route(kRoute);
  EXPECT_EQ(
      Said(route +
           "  join: { needs: [on_a, on_b, on_c], set: \"${ $nodes.start.output }\" }\noutput: $nodes.join.output\n"),
      "");
  EXPECT_EQ(Said(route + "  join: { needs: [on_a, on_b], set: 1 }\noutput: $nodes.join.output\n"),
            "11:9 maybe-skipped");
  EXPECT_EQ(Said(route + "  join: { needs: [on_a, on_b, on_c], set: \"${ $nodes.on_a.output }\" }\n"),
            "10:47 maybe-skipped");
  EXPECT_EQ(Said(route + "  more: { needs: on_a, set: \"${ $nodes.on_a.output }${ $nodes.route.case }\" }\n"), "");
}

TEST(MaybeSkipped, ConditionsDoNotCancelOut) {
  EXPECT_EQ(
      Said("nodes:\n  a: { set: 1, when: .x }\n  b: { needs: a, set: \"${ $nodes.a.output }\" }\n  c: { set: 1 }\n"
           "  d: { needs: [b, c], set: \"${ $nodes.a.output }\" }\noutput: $nodes.c.output\n"),
      "7:32 maybe-skipped");
  EXPECT_EQ(Said("nodes:\n  a: { set: 1, disabled: true }\noutput: $nodes.a.output\n"), "5:9 maybe-skipped");
}

TEST(MaybeSkipped, HandledFailuresCount) {
  const std::string nodes =
      "nodes:\n  a: { shell: x }\n  fallback: { needs: a.failed, set: 1 }\n  b: { needs: a, set: 1 }\n  c: { needs: "
      "[b, fallback], set: ";
  EXPECT_EQ(Said(nodes + "1 }\noutput: $nodes.c.output\n"), "");
  EXPECT_EQ(Said(nodes + "\"${ $nodes.a.output }\" }\n"), "7:39 maybe-skipped");
  EXPECT_EQ(Said(nodes + "\"${ $nodes.b.output }\" }\n"), "7:39 maybe-skipped");
  EXPECT_EQ(Said(nodes + "\"${ $nodes.b.status }${ $nodes.b.error }\" }\n"), "");
}

TEST(MaybeSkipped, AFallbackInTheExpressionSatisfies) {
  const std::string nodes = "nodes:\n  a: { set: 1, when: .x }\n";
  EXPECT_EQ(Said(nodes + "output: $nodes.a.output.b[0] // 1\n"), "");
  EXPECT_EQ(Said(nodes + "output: ($nodes.a.output) // 1\n"), "");
  EXPECT_EQ(Said(nodes + "output: $nodes.a.output + 1\n"), "5:9 maybe-skipped");
}

TEST(MaybeSkipped, AJoinOnTheFirstKnowsOnlyWhatIsBeforeAll) {
  const std::string nodes =
      "nodes:\n  z: { set: 1 }\n  a: { needs: z, wait: 1s }\n  b: { needs: z, wait: 2s }\n  c: { needs: [a, b], join: "
      "first, set: ";
  EXPECT_EQ(Said(nodes + "\"${ $nodes.z.output }\" }\n"), "");
  EXPECT_EQ(Said(nodes + "\"${ $nodes.a.output }\" }\n"), "7:45 maybe-skipped");
}

TEST(MaybeSkipped, ConstantConditionsAreKnown) {
  EXPECT_EQ(Said("nodes:\n  a: { set: 1, when: true }\noutput: $nodes.a.output\n"), "");
  EXPECT_EQ(Said("nodes:\n  a: { set: 1, when: false }\noutput: $nodes.a.output\n"), "5:9 maybe-skipped");
}

TEST(MaybeSkipped, GivesUpOnTangles) {
  std::string text = "nodes:\n";
  for (int i = 0; i < 1'000; ++i) {
    const auto node = [](int k) { return "n" + std::to_string(k); };
    std::string needs;
    for (int k = std::max(0, i - 20); k < i; ++k) needs += (needs.empty() ? "" : ", ") + node(k);
    text += "  " + node(i) + ": { needs: [" + needs + "], join: " + (i % 2 == 0 ? "all" : "first") +
            ", when: .x, set: \"" + (i == 0 ? std::string("x") : "${ $nodes." + node(i - 1) + ".output }") + "\" }\n";
  }
  EXPECT_NE(Load(File(text)).workflow, nullptr);
}

TEST(NotUpstream, LooksOutwardsAndNeverIntoARegion) {
  const std::string nodes = R"(
nodes:
  before: { set: 1 }
  beside: { set: 1 }
  each:
    needs: before
    foreach: "[1]"
    nodes:
      one: { set: "${ $nodes.before.output }" }
)";
  EXPECT_EQ(Said(nodes + "      two: { needs: one, set: \"${ $nodes.one.output }\" }\n"), "");
  EXPECT_EQ(
      Said(nodes + "      two: { set: \"${ $nodes.one.output }${ $nodes.beside.output }${ $nodes.each.output }\" }\n"),
      "12:23 not-upstream, 12:45 not-upstream, 12:70 not-upstream");
  EXPECT_EQ(Said(nodes + "  after: { needs: each, set: \"${ $nodes.one.output }\" }\n"), "12:34 not-upstream");
}

TEST(NotUpstream, ACompensationReadsItsOwnNode) {
  EXPECT_EQ(Said("nodes:\n  a: { shell: x, compensate: { shell: y, env: { X: \"${ $nodes.a.output.id }\" } } }\n"), "");
  EXPECT_EQ(Said("nodes:\n  a: { shell: x, env: { X: \"${ $nodes.a.output.id }\" } }\n"), "4:32 not-upstream");
}

TEST(Names, AreKnownInTheirRegionOnly) {
  EXPECT_EQ(Said("nodes:\n  l:\n    loop: { until: \"$index > 2 and $previous\" }\n    nodes: { a: { set: \"${ $index "
                 "}${ $previous }${ $item }\" } }\n"),
            "6:53 expression");
  EXPECT_EQ(
      Said("nodes:\n  f: { foreach: $item, as: x, nodes: { a: { set: \"${ $x }\" } } }\n  b: { set: \"${ $x }\" }\n"),
      "4:17 expression, 5:17 expression");
}

}  // namespace
}  // namespace weft::dsl
