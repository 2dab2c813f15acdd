#include "dsl/keys_kinds.h"

#include "dsl/keys_shapes.h"

namespace weft::dsl {
namespace {

const Object& ShellObject() {
  static const Object object{
      .name = "shell",
      .description = "A script.",
      .keys =
          {
              {.name = "run", .description = "The script; never a template.", .shapes = {Word()}, .required = true},
              {.name = "interpreter",
               .description = "What runs it, with its arguments.",
               .shapes = {ListOf({Word()}, 1)},
               .default_value = R"(["bash", "-euo", "pipefail", "-c"])"},
              {.name = "stdin",
               .description = "Standard input: a text as it is, everything else as JSON.",
               .shapes = {Of(Form::kTemplate)},
               .secrets = true},
              {.name = "cwd", .description = "Working directory.", .shapes = {Of(Form::kTextTemplate)}},
              {.name = "output",
               .description = "How standard output is read.",
               .shapes = {Choice({"text", "json", "lines"})},
               .default_value = "\"text\""},
              {.name = "ok_codes",
               .description = "Exit codes that are a success.",
               .shapes = {ListOf({Integer(0, 255)}, 1)},
               .default_value = "[0]"},
          },
      .short_form = "run"};
  return object;
}

const Object& PythonObject() {
  static const Object object{.name = "python",
                             .description = "Python code.",
                             .keys = {
                                 {.name = "code",
                                  .description = "The code: `def main(input)`, or a global `output`.",
                                  .shapes = {Word()},
                                  .one_of = true},
                                 {.name = "file",
                                  .description = "A file with the code, beside the workflow's file.",
                                  .shapes = {Word()},
                                  .one_of = true},
                                 {.name = "requirements",
                                  .description = "Packages to install, as in requirements.txt.",
                                  .shapes = {ListOf({Word()})}},
                             }};
  return object;
}

const Object& BasicObject() {
  static const Object object{.name = "basic",
                             .description = "User and password.",
                             .keys = {
                                 {.name = "user",
                                  .description = "The user.",
                                  .shapes = {Of(Form::kTextTemplate)},
                                  .required = true,
                                  .secrets = true},
                                 {.name = "password",
                                  .description = "The password.",
                                  .shapes = {Of(Form::kTextTemplate)},
                                  .required = true,
                                  .secrets = true},
                             }};
  return object;
}

const Object& HttpAuthObject() {
  static const Object object{.name = "http_auth",
                             .description = "How the request proves itself.",
                             .keys = {
                                 {.name = "basic",
                                  .description = "User and password.",
                                  .shapes = {In(BasicObject)},
                                  .one_of = true,
                                  .secrets = true},
                                 {.name = "bearer",
                                  .description = "A token.",
                                  .shapes = {Of(Form::kTextTemplate)},
                                  .one_of = true,
                                  .secrets = true},
                             }};
  return object;
}

const Object& TlsObject() {
  static const Object object{
      .name = "tls",
      .description = "Settings of the TLS connection.",
      .keys =
          {
              {.name = "verify",
               .description = "Whether the server's certificate is checked.",
               .shapes = {Of(Form::kBool), Of(Form::kTextTemplate)},
               .default_value = "true"},
              {.name = "ca", .description = "Certificates to trust, PEM.", .shapes = {Of(Form::kTextTemplate)}},
              {.name = "cert", .description = "Client certificate, PEM.", .shapes = {Of(Form::kTextTemplate)}},
              {.name = "key",
               .description = "Key of the client certificate, PEM.",
               .shapes = {Of(Form::kTextTemplate)}},
          },
      .short_form = "code"};
  return object;
}

const Object& HttpObject() {
  static const Object object{.name = "http",
                             .description = "An HTTP request.",
                             .keys =
                                 {
                                     {.name = "url",
                                      .description = "The URL; inserted values are percent-encoded.",
                                      .shapes = {Of(Form::kTextTemplate)},
                                      .required = true,
                                      .secrets = true},
                                     {.name = "method",
                                      .description = "The method.",
                                      .shapes = {Of(Form::kTextTemplate)},
                                      .default_value = "\"GET\""},
                                     {.name = "query",
                                      .description = "Query parameters, a map.",
                                      .shapes = {Of(Form::kTemplateMap)},
                                      .secrets = true},
                                     {.name = "headers",
                                      .description = "Headers, a map.",
                                      .shapes = {Of(Form::kTemplateMap)},
                                      .secrets = true},
                                     {.name = "body",
                                      .description = "The body: a text as it is, everything else as JSON.",
                                      .shapes = {Of(Form::kTemplate)},
                                      .secrets = true},
                                     {.name = "form",
                                      .description = "The body as a form, a map.",
                                      .shapes = {Of(Form::kTemplateMap)},
                                      .secrets = true},
                                     {.name = "auth",
                                      .description = "`{ basic: { user, password } }` or `{ bearer: TOKEN }`.",
                                      .shapes = {In(HttpAuthObject), Of(Form::kTextTemplate)},
                                      .secrets = true},
                                     {.name = "success",
                                      .description = "Statuses that are a success.",
                                      .shapes = {ListOf({Of(Form::kStatusRange)}, 1)},
                                      .default_value = R"(["200-299"])"},
                                     {.name = "output",
                                      .description = "The body, or `{ status, headers, body }`.",
                                      .shapes = {Choice({"body", "response"})},
                                      .default_value = "\"body\""},
                                     {.name = "follow_redirects",
                                      .description = "How many redirects to follow.",
                                      .shapes = {Integer(0, 20)},
                                      .default_value = "5"},
                                     {.name = "max_body",
                                      .description = "Largest body it takes.",
                                      .shapes = {Of(Form::kSize)},
                                      .default_value = "\"10MB\""},
                                     {.name = "tls",
                                      .description = "Settings of the TLS connection.",
                                      .shapes = {In(TlsObject), Of(Form::kTextTemplate)}},
                                 },
                             .short_form = "url"};
  return object;
}

const Object& CaseObject() {
  static const Object object{
      .name = "case",
      .description = "One case of a switch.",
      .keys = {
          {.name = "case",
           .description = "Its name, and so the port: `needs: NODE.NAME`.",
           .shapes = {Of(Form::kId)},
           .required = true},
          {.name = "when",
           .description = "Taken if this holds and none before did; left out: the default, last.",
           .shapes = {Condition()}},
      }};
  return object;
}

const Object& WaitObject() {
  static const Object object{
      .name = "wait",
      .description = "Waits until a time.",
      .keys = {{.name = "until", .description = "An RFC 3339 time.", .shapes = {Expr()}, .required = true}}};
  return object;
}

const Object& ApprovalObject() {
  static const Object object{
      .name = "approval",
      .description = "Waits for a person's decision.",
      .keys = {
          {.name = "title", .description = "What is to be decided.", .shapes = {Of(Form::kTextTemplate)}},
          {.name = "form",
           .description = "JSON Schema (2020-12) of the data to fill in.",
           .shapes = {Of(Form::kSchema)}},
          {.name = "assignees", .description = "Who may decide.", .shapes = {Of(Form::kTemplate)}},
      }};
  return object;
}

const Object& LoopObject() {
  static const Object object{
      .name = "loop",
      .description = "Repeats its nodes.",
      .keys = {
          {.name = "while", .description = "Tested before each iteration.", .shapes = {Condition()}, .one_of = true},
          {.name = "until", .description = "Tested after each iteration.", .shapes = {Condition()}, .one_of = true},
          {.name = "max",
           .description = "How many iterations there may be.",
           .shapes = {Integer(1, 1'000'000)},
           .default_value = "1000"},
          {.name = "delay",
           .description = "Between two iterations.",
           .shapes = {Of(Form::kDuration)},
           .default_value = "\"0s\""},
      }};
  return object;
}

const Object& GroupObject() {
  static const Object object{.name = "group",
                             .description = "A nested graph.",
                             .keys = {{.name = "nodes",
                                       .description = "Its nodes by id.",
                                       .shapes = {MapOf({In(NodeObject)}, 1)},
                                       .required = true}}};
  return object;
}

const Object& EmitObject() {
  static const Object object{
      .name = "emit",
      .description = "A CloudEvent.",
      .keys = {
          {.name = "type", .description = "Its type.", .shapes = {Of(Form::kTextTemplate)}, .required = true},
          {.name = "source", .description = "Its source.", .shapes = {Of(Form::kTextTemplate)}},
          {.name = "subject", .description = "Its subject.", .shapes = {Of(Form::kTextTemplate)}},
          {.name = "data", .description = "Its data.", .shapes = {Of(Form::kTemplate)}},
          {.name = "key", .description = "Its key.", .shapes = {Of(Form::kTextTemplate)}},
      }};
  return object;
}

const Object& NotifyObject() {
  static const Object object{.name = "notify",
                             .description = "A message to people.",
                             .keys = {
                                 {.name = "to",
                                  .description = "Channels configured on the server, one or a list.",
                                  .shapes = {Word(), ListOf({Word()}, 1)},
                                  .required = true},
                                 {.name = "title", .description = "Its title.", .shapes = {Of(Form::kTextTemplate)}},
                                 {.name = "text", .description = "Its text.", .shapes = {Of(Form::kTextTemplate)}},
                             }};
  return object;
}

const Object& FailObject() {
  static const Object object{
      .name = "fail",
      .description = "Fails the node.",
      .keys = {
          {.name = "code", .description = "Code of the error.", .shapes = {Of(Form::kTextTemplate)}, .required = true},
          {.name = "message", .description = "Message of the error.", .shapes = {Of(Form::kTextTemplate)}},
      }};
  return object;
}

}  // namespace

std::vector<Key> KindKeys() {
  const auto kind = [](std::string_view name, std::string_view description, std::vector<Shape> shapes) {
    return Key{.name = name, .description = description, .shapes = std::move(shapes), .one_of = true};
  };
  return {
      kind("shell", "Runs a script.", {Word(), In(ShellObject)}),
      kind("python", "Runs Python code; `main(input)` gives the result.", {Word(), In(PythonObject)}),
      {.name = "http",
       .description = "Makes an HTTP request: a URL or an object.",
       .shapes = {Of(Form::kTextTemplate), In(HttpObject)},
       .one_of = true,
       .secrets = true},
      kind("event", "Waits for events: a CloudEvents type or a list of types.", {Word(), ListOf({Word()}, 1)}),
      kind("switch", "Chooses a case; its input passes on.", {ListOf({In(CaseObject)}, 1)}),
      kind("set", "Gives a value.", {Of(Form::kTemplate)}),
      kind("wait", "Waits for a duration, or until a time.", {Of(Form::kDurationTemplate), In(WaitObject)}),
      kind("approval", "Waits for a person's decision.", {In(ApprovalObject)}),
      kind("foreach", "Runs its nodes for each item of a list.", {Expr()}),
      kind("loop", "Repeats its nodes.", {In(LoopObject)}),
      kind("group", "A nested graph with one retry, time-out and compensation.", {In(GroupObject)}),
      kind("workflow", "Runs another workflow.", {Of(Form::kName)}),
      kind("emit", "Sends an event.", {In(EmitObject)}),
      kind("notify", "Sends a message to people.", {In(NotifyObject)}),
      kind("fail", "Fails.", {In(FailObject)}),
  };
}

}  // namespace weft::dsl
