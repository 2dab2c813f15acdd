#include "server/handlers/drafts.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/id.h"
#include "dsl/document.h"
#include "expr/value.h"
#include "server/page.h"
#include "store/audit.h"
#include "store/definitions.h"
#include "store/drafts.h"

namespace weft::server {
namespace {

using expr::Value;
using store::Draft;

Value SummaryOf(const Draft& draft) {
  return Value::Object({{"namespace", Value(draft.ns)},
                        {"name", Value(draft.name)},
                        {"revision", Value(draft.revision)},
                        {"author", Value(draft.author)},
                        {"savedAt", Value(FormatTimestamp(draft.saved_at))},
                        {"version", Value(draft.version)}});
}

std::string TagOf(const Draft& draft) { return '"' + draft.version + '"'; }

Response Shown(int status, const Draft& draft, bool with_text) {
  auto document = SummaryOf(draft);
  if (with_text) document.Set("text", Value(draft.text));
  return {.status = status, .body = document.Dump(), .headers = {{"ETag", TagOf(draft)}}};
}

/// Somebody else's state stands there, or none any more: the whole of it, so that the caller can choose.
Response Conflict(const std::optional<Draft>& there) {
  if (!there) {
    return Problem(409, {"conflict", "The draft is not there any more: it was deployed or given up meanwhile."},
                   R"({"draft":null})");
  }
  auto draft = SummaryOf(*there);
  draft.Set("text", Value(there->text));
  auto response = Problem(409,
                          {"conflict", "`" + there->author + "` has saved another draft at " +
                                           FormatTimestamp(there->saved_at) + "; look at it before you save."},
                          Value::Object({{"draft", std::move(draft)}}).Dump());
  response.headers.emplace_back("ETag", TagOf(*there));
  return response;
}

/// The state that the caller has seen is the one that stands there; without If-Match he has seen none.
bool IsSeen(const Request& request, const std::optional<Draft>& there) {
  const auto tag = request.Header("if-match");
  return there ? tag == TagOf(*there) : tag.empty();
}

store::AuditEntry EntryOf(const Request& request, std::string action) {
  return {.id = {},
          .at = {},
          .actor = request.principal.name,
          .remote = request.remote,
          .action = std::move(action),
          .target = request.Parameter("ns") + '/' + request.Parameter("name"),
          .detail = {}};
}

Error NoDraft(const Request& request) {
  return {"not_found", "There is no draft of `" + request.Parameter("ns") + "/" + request.Parameter("name") + "`."};
}

Response List(const Services& services, const Request& request) {
  const auto drafts = services.database->Read<std::vector<Draft>>(
      [&](auto& t) { return store::ListDrafts(t, request.Query("namespace").value_or("")); });
  if (!drafts) return ProblemOf(drafts.error());
  std::vector<Value> items;
  for (const auto& draft : *drafts) items.push_back(SummaryOf(draft));
  return PageResponse(std::move(items), "");
}

Response Show(const Services& services, const Request& request) {
  const auto draft = services.database->Read<std::optional<Draft>>(
      [&](auto& t) { return store::FindDraft(t, request.Parameter("ns"), request.Parameter("name")); });
  if (!draft) return ProblemOf(draft.error());
  if (!*draft) return ProblemOf(NoDraft(request));
  return Shown(200, **draft, true);
}

/// `{ text, revision }`.
Result<Draft> DraftIn(const Request& request) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body || !body->Get("text").IsString() || !(body->Get("revision").AsDouble() >= 1)) {
    return Fail("validation",
                "The body must be `{ \"text\", \"revision\" }`: the file, and the revision it began from.");
  }
  Draft draft{.ns = request.Parameter("ns"),
              .name = request.Parameter("name"),
              .text = body->Get("text").AsString(),
              .revision = static_cast<int>(body->Get("revision").AsInteger()),
              .author = request.principal.name,
              .saved_at = Now(),
              .version = NewUlid()};
  if (draft.text.size() > dsl::Document::kMaxBytes) return Fail("too_large", "A workflow file has at most 1 MB.");
  return draft;
}

/// What was written, or what stood there instead.
struct Saved {
  bool written = false;
  std::optional<Draft> there;
};

Result<Saved> Save(store::Transaction& t, const Request& request, const Draft& draft) {
  WEFT_TRY_VOID(store::LockDraft(t, draft.ns, draft.name));
  WEFT_TRY(const int latest, store::FindLatestNumber(t, draft.ns, draft.name));
  if (latest == 0) {
    return Fail("not_found", "There is no workflow `" + draft.ns + "/" + draft.name +
                                 "`; drafts are kept of workflows that are deployed.");
  }
  WEFT_TRY(auto there, store::FindDraft(t, draft.ns, draft.name));
  // The same once more, as by a client that lost the answer.
  if (there && there->text == draft.text && there->revision == draft.revision) return Saved{true, std::move(there)};
  if (!IsSeen(request, there)) return Saved{false, std::move(there)};
  // One entry for each person's work, not for each pause in his typing.
  if (!there || there->author != draft.author) WEFT_TRY_VOID(store::AddAudit(t, EntryOf(request, "draft.save")));
  WEFT_TRY_VOID(store::PutDraft(t, draft));
  return Saved{true, draft};
}

Response Put(const Services& services, const Request& request) {
  const auto draft = DraftIn(request);
  if (!draft) return ProblemOf(draft.error());
  const auto saved = services.database->Write<Saved>([&](auto& t) { return Save(t, request, *draft); });
  if (!saved) return ProblemOf(saved.error());
  return saved->written ? Shown(200, *saved->there, false) : Conflict(saved->there);
}

Response Delete(const Services& services, const Request& request) {
  const auto &ns = request.Parameter("ns"), &name = request.Parameter("name");
  const auto gone = services.database->Write<Saved>([&](store::Transaction& t) -> Result<Saved> {
    WEFT_TRY_VOID(store::LockDraft(t, ns, name));
    WEFT_TRY(auto there, store::FindDraft(t, ns, name));
    if (!there || !IsSeen(request, there)) return Saved{false, std::move(there)};
    WEFT_TRY_VOID(store::DeleteDraft(t, ns, name));
    WEFT_TRY_VOID(store::AddAudit(t, EntryOf(request, "draft.delete")));
    return Saved{true, std::move(there)};
  });
  if (!gone) return ProblemOf(gone.error());
  if (!gone->there) return ProblemOf(NoDraft(request));
  if (!gone->written) return Conflict(gone->there);
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

}  // namespace

std::vector<Route> DraftRoutes(Services& services) {
  const std::string all = "/api/v1/drafts", one = all + "/{ns}/{name}";
  // A file of the largest size, with what JSON adds to it.
  constexpr std::size_t kMostBody = 2 * dsl::Document::kMaxBytes;
  const auto route = [&services](std::string method, const std::string& pattern, Permission permission,
                                 Response (*handle)(const Services&, const Request&),
                                 std::vector<std::string> accepts = {}) {
    return Route{.method = std::move(method),
                 .pattern = pattern,
                 .permission = permission,
                 .handler = [&services, handle](const Request& request) { return handle(services, request); },
                 .accepts = std::move(accepts),
                 .max_body = kMostBody};
  };
  return {route("GET", all, Permission::kView, List), route("GET", one, Permission::kEdit, Show),
          route("PUT", one, Permission::kEdit, Put, {"application/json"}),
          route("DELETE", one, Permission::kEdit, Delete)};
}

}  // namespace weft::server
