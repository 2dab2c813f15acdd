#include "dsl/keys.h"

#include <algorithm>
#include <utility>

#include "dsl/keys_shapes.h"

namespace weft::dsl {
namespace {

const Object& ConcurrencyObject() {
  static const Object object{
      .name = "concurrency",
      .description = "How many runs with the same key may run at once.",
      .keys = {
          {.name = "key", .description = "Runs with equal keys share the limit.", .shapes = {Expr()}},
          {.name = "limit",
           .description = "How many of them run at once.",
           .shapes = {Integer(1, 10'000)},
           .default_value = "1"},
          {.name = "policy",
           .description = "What happens to a run beyond the limit: it waits, or it is not run.",
           .shapes = {Choice({"queue", "skip"})},
           .default_value = "\"queue\""},
      }};
  return object;
}

const Object& WaitingObject() {
  static const Object object{
      .name = "waiting",
      .description = "Notify when a run has waited this long.",
      .keys = {{.name = "waiting", .description = "How long.", .shapes = {Time()}, .required = true}}};
  return object;
}

const Object& NotifyRuleObject() {
  static const Object object{
      .name = "notify_rule",
      .description = "Who is told of what.",
      .keys = {
          {.name = "on",
           .description = "What to notify of.",
           .shapes = {ListOf({Choice({"failed", "timed_out", "terminated", "cancelled", "completed", "recovered"}),
                              In(WaitingObject)},
                             1)},
           .required = true},
          {.name = "to",
           .description = "Channels configured on the server.",
           .shapes = {ListOf({Word()}, 1)},
           .required = true},
      }};
  return object;
}

}  // namespace

const Object& RetryObject() {
  static const Object object{
      .name = "retry",
      .description = "When and how often a failed attempt is repeated.",
      .keys =
          {
              {.name = "attempts",
               .description = "How many attempts there are in all.",
               .shapes = {Integer(1, 10'000)},
               .required = true},
              {.name = "delay",
               .description = "Before the second attempt.",
               .shapes = {Of(Form::kDuration)},
               .default_value = "\"1s\""},
              {.name = "backoff",
               .description = "By how much each delay is longer than the one before.",
               .shapes = {Number(1, 100)},
               .default_value = "2"},
              {.name = "max_delay",
               .description = "The longest delay.",
               .shapes = {Of(Form::kDuration)},
               .default_value = "\"1m\""},
              {.name = "jitter",
               .description = "The part of a delay that is random, 0 to 1.",
               .shapes = {Number(0, 1)},
               .default_value = "0.1"},
              {.name = "on",
               .description = "Error codes to retry on; without it all that may pass.",
               .shapes = {ListOf({Word()}, 1)}},
              {.name = "except", .description = "Error codes not to retry on.", .shapes = {ListOf({Word()}, 1)}},
          },
      .short_form = "attempts"};
  return object;
}

const Object& WorkflowObject() {
  static const Object object{
      .name = "workflow",
      .description = "A workflow.",
      .keys = {
          {.name = "weft", .description = "Version of the language.", .shapes = {Of(Form::kVersion)}, .required = true},
          {.name = "name",
           .description = "Name of the workflow, a DNS label.",
           .shapes = {Of(Form::kName)},
           .required = true},
          {.name = "namespace",
           .description = "Namespace, a DNS label.",
           .shapes = {Of(Form::kName)},
           .default_value = "\"default\""},
          {.name = "title", .description = "Title for people.", .shapes = {Of(Form::kText)}, .for_people = true},
          {.name = "description",
           .description = "Description for people.",
           .shapes = {Of(Form::kText)},
           .for_people = true},
          {.name = "labels", .description = "Labels for search.", .shapes = {Of(Form::kTexts)}, .for_people = true},
          {.name = "input", .description = "JSON Schema (2020-12) of the run's input.", .shapes = {Of(Form::kSchema)}},
          {.name = "vars", .description = "Constants, read as $vars.", .shapes = {Of(Form::kDataMap)}},
          {.name = "secrets",
           .description = "Names of the secrets that the workflow may read.",
           .shapes = {ListOf({Word()})}},
          {.name = "manual",
           .description = "Whether people may start it by hand.",
           .shapes = {Of(Form::kBool)},
           .default_value = "true"},
          {.name = "triggers", .description = "What starts it.", .shapes = {ListOf({In(TriggerObject)})}},
          {.name = "nodes",
           .description = "Its nodes by id; declaration order breaks ties.",
           .shapes = {MapOf({In(NodeObject)}, 1)},
           .required = true},
          {.name = "output", .description = "The run's output.", .shapes = {Expr()}},
          {.name = "timeout", .description = "How long a run may take.", .shapes = {Time()}},
          {.name = "on_failure",
           .description = "Whether the first unhandled failure cancels what runs, or running branches finish first.",
           .shapes = {Choice({"cancel", "finish"})},
           .default_value = "\"cancel\""},
          {.name = "concurrency",
           .description = "Limits how many runs run at once.",
           .shapes = {In(ConcurrencyObject)}},
          {.name = "retry",
           .description =
               "Retry of http, shell and python nodes without their own: an object, or a number of attempts.",
           .shapes = {Integer(1, 10'000), In(RetryObject)}},
          {.name = "node_timeout",
           .description = "Time-out of http, shell and python nodes without their own.",
           .shapes = {Time()}},
          {.name = "notify", .description = "Who is told of what.", .shapes = {ListOf({In(NotifyRuleObject)})}},
          {.name = "error_workflow",
           .description = "Workflow started with the failure report when a run fails.",
           .shapes = {Of(Form::kName)}},
          {.name = "ui",
           .description = "The canvas's own data; no meaning.",
           .shapes = {Of(Form::kData)},
           .for_people = true},
      }};
  return object;
}

const Key* Object::Find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

std::string_view DidYouMean(std::string_view word, const std::vector<std::string_view>& known) {
  constexpr std::size_t kLongest = 64;
  if (word.empty() || word.size() > kLongest) return {};
  std::string_view best;
  // Of a letter or two nothing may be left over.
  std::size_t best_distance = std::min(std::max<std::size_t>(1, word.size() / 3) + 1, word.size());
  std::vector<std::size_t> row;
  for (const auto candidate : known) {
    if (candidate.size() > kLongest) continue;
    row.resize(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < word.size(); ++i) {
      auto diagonal = std::exchange(row[0], i + 1);
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const auto replaced = diagonal + (word[i] == candidate[j] ? 0U : 1U);
        diagonal = row[j + 1];
        row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace weft::dsl
