#include "dsl/keys_shapes.h"

namespace weft::dsl {
namespace {

const Object& HmacObject() {
  static const Object object{
      .name = "hmac",
      .description = "A signature over the body.",
      .keys = {
          {.name = "secret",
           .description = "Name of the secret that holds the key.",
           .shapes = {Word()},
           .required = true},
          {.name = "header", .description = "Header that carries the signature.", .shapes = {Word()}},
          {.name = "algorithm",
           .description = "Hash function.",
           .shapes = {Choice({"sha256", "sha1", "sha512"})},
           .default_value = "\"sha256\""},
          {.name = "prefix",
           .description = "What stands before the signature, such as `sha256=`.",
           .shapes = {Of(Form::kText)}},
          {.name = "preset",
           .description = "The way a known sender signs, in place of header, algorithm and prefix.",
           .shapes = {Choice({"github", "stripe", "slack", "feishu"})}},
      }};
  return object;
}

const Object& WebhookAuthObject() {
  static const Object object{
      .name = "webhook_auth",
      .description = "A signed webhook.",
      .keys = {
          {.name = "hmac", .description = "A signature over the body.", .shapes = {In(HmacObject)}, .one_of = true},
          {.name = "preset",
           .description = "Short for hmac with a preset.",
           .shapes = {Choice({"github", "stripe", "slack", "feishu"})},
           .one_of = true},
          {.name = "secret",
           .description = "Name of the secret that holds the preset's key.",
           .shapes = {Word()},
           .required = true,
           .kinds = {"preset"}},
      }};
  return object;
}

std::vector<Key> CronKeys() {
  return {
      {.name = "cron",
       .description = "When: five fields, six with leading seconds, `@every 30s` or `@daily`.",
       .shapes = {Of(Form::kText)},
       .one_of = true},
      {.name = "timezone",
       .description = "IANA time zone of the fields.",
       .shapes = {Of(Form::kText)},
       .default_value = "\"UTC\"",
       .kinds = {"cron"}},
      {.name = "overlap",
       .description = "What happens when the run before still runs.",
       .shapes = {Choice({"skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all"})},
       .default_value = "\"skip\"",
       .kinds = {"cron"}},
      {.name = "catchup",
       .description = "How late a missed slot may still start.",
       .shapes = {Of(Form::kDuration)},
       .default_value = "\"1h\"",
       .kinds = {"cron"}},
      {.name = "jitter",
       .description = "Starts are spread over this time.",
       .shapes = {Of(Form::kDuration)},
       .default_value = "\"0s\"",
       .kinds = {"cron"}},
      {.name = "start", .description = "No slot before this time.", .shapes = {Of(Form::kTime)}, .kinds = {"cron"}},
      {.name = "end", .description = "No slot after this time.", .shapes = {Of(Form::kTime)}, .kinds = {"cron"}},
      {.name = "pause_on_failure",
       .description = "A failed run pauses the trigger.",
       .shapes = {Of(Form::kBool)},
       .default_value = "false",
       .kinds = {"cron"}},
  };
}

std::vector<Key> WebhookKeys() {
  return {
      {.name = "webhook", .description = "Path below /hooks/NAMESPACE/.", .shapes = {Of(Form::kText)}, .one_of = true},
      {.name = "methods",
       .description = "HTTP methods it takes.",
       .shapes = {ListOf({Choice({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})}, 1)},
       .default_value = "[\"POST\"]",
       .kinds = {"webhook"}},
      {.name = "auth",
       .description = "How the sender proves itself; by default none on loopback, token elsewhere.",
       .shapes = {Choice({"none", "token", "basic"}), In(WebhookAuthObject)},
       .kinds = {"webhook"}},
      {.name = "respond",
       .description = "Answer at once with 202, or wait for the output.",
       .shapes = {Choice({"accepted", "result"})},
       .default_value = "\"accepted\"",
       .kinds = {"webhook"}},
      {.name = "respond_timeout",
       .description = "How long `respond: result` waits.",
       .shapes = {Time()},
       .kinds = {"webhook"}},
      {.name = "max_body",
       .description = "Largest body it takes.",
       .shapes = {Of(Form::kSize)},
       .default_value = "\"1MB\"",
       .kinds = {"webhook"}},
  };
}

std::vector<Key> EventKeys() {
  return {
      {.name = "event", .description = "Type of the CloudEvents it takes.", .shapes = {Word()}, .one_of = true},
      {.name = "source", .description = "Source of the CloudEvents it takes.", .shapes = {Word()}, .kinds = {"event"}},
  };
}

}  // namespace

const Object& TriggerObject() {
  static const Object object = [] {
    Object made{
        .name = "trigger",
        .description = "What starts the workflow: cron, webhook or event.",
        .keys =
            {
                {.name = "id",
                 .description = "Id of the trigger, unique in the file.",
                 .shapes = {Of(Form::kId)},
                 .required = true},
                {.name = "when", .description = "Starts only if this holds of the payload.", .shapes = {Condition()}},
                {.name = "key",
                 .description = "While a run with this key runs, further starts join it.",
                 .shapes = {Expr()},
                 .kinds = {"webhook", "event"}},
                {.name = "input",
                 .description = "The run's input; without it the payload.",
                 .shapes = {Of(Form::kTemplate)}},
                {.name = "paused",
                 .description = "Its first state.",
                 .shapes = {Of(Form::kBool)},
                 .default_value = "false"},
            },
        .has_kinds = true};
    for (auto& keys : {CronKeys(), WebhookKeys(), EventKeys()})
      made.keys.insert(made.keys.end(), keys.begin(), keys.end());
    return made;
  }();
  return object;
}

}  // namespace weft::dsl
