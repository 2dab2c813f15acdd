#include <algorithm>
#include <iterator>

#include "dsl/keys_kinds.h"
#include "dsl/keys_shapes.h"

namespace weft::dsl {
namespace {

const Object& OnErrorObject() {
  static const Object object{.name = "on_error",
                             .description = "Settle as succeeded in spite of an error.",
                             .keys = {{.name = "continue",
                                       .description = "The node's output then.",
                                       .shapes = {Of(Form::kTemplate)},
                                       .required = true}}};
  return object;
}

std::vector<Shape> RetryShapes() { return {Integer(1, 10'000), In(RetryObject)}; }

std::vector<Key> CommonKeys() {
  return {
      {.name = "title", .description = "Title for people.", .shapes = {Of(Form::kText)}, .for_people = true},
      {.name = "description",
       .description = "Description for people.",
       .shapes = {Of(Form::kText)},
       .for_people = true},
      {.name = "labels", .description = "Labels for search.", .shapes = {Of(Form::kTexts)}, .for_people = true},
      {.name = "needs",
       .description = "In-edges: `a`, `a.failed`, `a.done`, `a.skipped` or `a.CASE`, one or a list.",
       .shapes = {Of(Form::kText), ListOf({Of(Form::kText)})}},
      {.name = "join",
       .description = "When several in-edges let it run.",
       .shapes = {Choice({"all", "first", "always"})}},
      {.name = "when", .description = "False: the node is skipped.", .shapes = {Condition()}},
      {.name = "with", .description = "The node's input, read as `.`.", .shapes = {Of(Form::kTemplate)}},
      {.name = "timeout",
       .description = "How long one attempt may take; http 30s, shell and python 10m by default.",
       .shapes = {Time()}},
      {.name = "deadline",
       .description = "How long all attempts together may take, queueing included.",
       .shapes = {Time()}},
      {.name = "retry",
       .description = "When and how often a failed attempt is repeated: an object, or a number of attempts.",
       .shapes = RetryShapes(),
       .kinds = {"http", "shell", "python", "workflow", "group", "foreach", "loop"}},
      {.name = "once",
       .description = "Must not repeat: one attempt, even if its worker is lost.",
       .shapes = {Of(Form::kBool)},
       .default_value = "false"},
      {.name = "on_error",
       .description = "`fail`, or `{ continue: VALUE }` to settle as succeeded with VALUE.",
       .shapes = {Choice({"fail"}), In(OnErrorObject)},
       .default_value = "\"fail\""},
      {.name = "compensate",
       .description = "What undoes the node when the run fails or is cancelled later.",
       .shapes = {In(CompensateObject)}},
      {.name = "output",
       .description = "The node's output, from its raw result.",
       .shapes = {Expr()},
       .kinds = {"shell", "python", "http", "event", "set", "wait", "approval", "foreach", "loop", "group", "workflow",
                 "emit", "notify", "fail"}},
      {.name = "disabled",
       .description = "As if `when` were false.",
       .shapes = {Of(Form::kBool)},
       .default_value = "false"},
      {.name = "queue", .description = "Task queue: where it runs.", .shapes = {Word()}},
  };
}

Key EnvKey() {
  return {.name = "env",
          .description = "Environment variables of the script.",
          .shapes = {Of(Form::kTemplateMap)},
          .kinds = {"shell", "python"},
          .secrets = true};
}

std::vector<Key> WorkflowBesideKeys() {
  return {
      {.name = "revision",
       .description = "Revision of the workflow.",
       .shapes = {Choice({"latest"}), Integer(1, 1'000'000'000)},
       .default_value = "\"latest\"",
       .kinds = {"workflow"}},
      {.name = "detach",
       .description = "Do not wait for its end.",
       .shapes = {Of(Form::kBool)},
       .default_value = "false",
       .kinds = {"workflow"}},
  };
}

std::vector<Key> BesideKeys() {
  return {
      EnvKey(),
      {.name = "key",
       .description = "Takes only events with this key.",
       .shapes = {Of(Form::kTextTemplate)},
       .kinds = {"event"}},
      {.name = "match",
       .description = "Takes only events for which this holds.",
       .shapes = {Expr()},
       .kinds = {"event"}},
      {.name = "count",
       .description = "How many events to wait for; the result is a list.",
       .shapes = {Integer(1, 1000)},
       .kinds = {"event"}},
      {.name = "source", .description = "Takes only events of this source.", .shapes = {Word()}, .kinds = {"event"}},
      {.name = "as",
       .description = "Name of `$item` inside.",
       .shapes = {Of(Form::kId)},
       .default_value = "\"item\"",
       .kinds = {"foreach"}},
      {.name = "concurrency",
       .description = "How many iterations run at once.",
       .shapes = {Integer(1, 200)},
       .default_value = "10",
       .kinds = {"foreach"}},
      {.name = "on_item_error",
       .description = "Whether an item's failure fails the node, or becomes that item's output.",
       .shapes = {Choice({"fail", "continue"})},
       .default_value = "\"fail\"",
       .kinds = {"foreach"}},
      {.name = "nodes",
       .description = "The nodes of each iteration.",
       .shapes = {MapOf({In(NodeObject)}, 1)},
       .required = true,
       .kinds = {"foreach", "loop"}},
  };
}

void Add(std::vector<Key>& to, std::vector<Key> keys) {
  to.insert(to.end(), std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
}

}  // namespace

const Object& NodeObject() {
  static const Object object = [] {
    Object made{.name = "node",
                .description = "A step of the workflow; one key names its kind.",
                .keys = KindKeys(),
                .has_kinds = true};
    Add(made.keys, CommonKeys());
    Add(made.keys, BesideKeys());
    Add(made.keys, WorkflowBesideKeys());
    return made;
  }();
  return object;
}

const Object& CompensateObject() {
  static const Object object = [] {
    Object made{.name = "compensate",
                .description = "What undoes a node; `.` is the node's output.",
                .keys = {},
                .has_kinds = true};
    constexpr std::string_view kKinds[] = {"http", "shell", "python", "emit", "notify", "workflow"};
    for (auto& key : KindKeys()) {
      if (std::ranges::find(kKinds, key.name) != std::end(kKinds)) made.keys.push_back(std::move(key));
    }
    made.keys.push_back(EnvKey());
    made.keys.push_back({.name = "timeout", .description = "How long one attempt may take.", .shapes = {Time()}});
    made.keys.push_back(
        {.name = "retry",
         .description = "When and how often a failed attempt is repeated: an object, or a number of attempts.",
         .shapes = RetryShapes(),
         .kinds = {"http", "shell", "python", "workflow"}});
    Add(made.keys, WorkflowBesideKeys());
    return made;
  }();
  return object;
}

}  // namespace weft::dsl
