#include "server/handlers/instances.h"

#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "dsl/graph.h"
#include "dsl/load.h"
#include "server/handlers/instance_actions.h"
#include "server/handlers/instance_list.h"
#include "server/handlers/instance_rerun.h"
#include "server/history_json.h"
#include "server/instance_documents.h"
#include "server/page.h"
#include "store/logs.h"
#include "temporalio/converter/payload.h"

namespace weft::server {
namespace {

using expr::Value;
using progress::InstanceView;
using progress::NodeView;

Response Text(std::string json) { return {.status = 200, .body = std::move(json), .headers = {}}; }

/// `RUN:N`.
struct Moment {
  std::string run;
  std::int64_t event = 0;
};
Result<Moment> MomentOf(const std::string& text) {
  Moment moment;
  const auto colon = text.find(':');
  const auto* const end = text.data() + text.size();
  if (colon != std::string::npos) {
    moment.run = text.substr(0, colon);
    const auto [read, problem] = std::from_chars(text.data() + colon + 1, end, moment.event);
    if (problem == std::errc() && read == end && !moment.run.empty() && moment.event > 0) return moment;
  }
  return Fail("request", "`at` is RUN:N, a run's id (`run.id` of the document) and the number of an event, from 1");
}

/// Lines of a text as log lines of a node.
void AddLines(std::vector<Value>& lines, const NodeView& node, const char* stream, const Value& text) {
  if (!text.IsString() || text.StringView().empty()) return;
  const auto at = node.ended_at != Timestamp{} ? node.ended_at : node.started_at;
  lines.push_back(Value::Object({{"path", Value(node.path)},
                                 {"attempt", Value(node.attempts)},
                                 {"stream", Value(stream)},
                                 {"text", text},
                                 {"at", Value(FormatTimestamp(at))}}));
}

/// What is known of a node's output without the workers having sent it to a server: its result, or last heartbeat.
void AddKnownLines(std::vector<Value>& lines, const NodeView& node) {
  AddLines(lines, node, "stdout", node.output.Get("stdout"));
  AddLines(lines, node, "stderr", node.output.Get("stderr"));
  if (node.error) AddLines(lines, node, "stderr", node.error->data.Get("stderr"));
  const auto heartbeat = Value::Parse(node.heartbeat);
  if (!heartbeat) return;
  const auto log = heartbeat->Get("log");
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto line = log.At(i);
    AddLines(lines, node, line.Get("stream").StringView() == "stderr" ? "stderr" : "stdout", line.Get("text"));
  }
}

class Instances {
 public:
  explicit Instances(const Services& services)
      : services_(services), documents_(*services.hub, services.database, *services.client) {}

  Result<Response> Get(const Request& request) const {
    WEFT_TRY(const auto instance, documents_.Find(request.Parameter("id")));
    const auto path = request.Query("path").value_or("");
    if (const auto at = request.Query("at")) {
      WEFT_TRY(const auto moment, MomentOf(*at));
      WEFT_TRY(auto text, documents_.At(instance, moment.run, moment.event, path));
      return Text(std::move(text));
    }
    WEFT_TRY(auto text, documents_.Now(instance, path));
    return Text(std::move(text));
  }

  Result<StreamSource> Stream(const Request& request, const std::shared_ptr<EventStream>& stream) const {
    WEFT_TRY(const auto instance, documents_.Find(request.Parameter("id")));
    const std::string last(request.Header("last-event-id"));
    if (!instance.archived) {
      return documents_.hub().Watch(
          *instance.found, {.send = [stream](auto event, auto id, auto data) { return stream->Send(event, id, data); },
                            .close = [stream] { stream->Close(); },
                            .last_version = last});
    }
    WEFT_TRY(const auto text, documents_.Now(instance, {}));
    WEFT_TRY(const auto document, Value::Parse(text));
    const auto version = instance.last_run() + ":" + document.Get("run").Get("events").Dump() + ".archived";
    if (last != version) stream->Send("instance", version, text);
    stream->Send(
        "closed", version,
        Value::Object(
            {{"status", document.Get("status")}, {"output", document.Get("output")}, {"error", document.Get("error")}})
            .Dump());
    stream->Close();
    return std::make_shared<std::string>(version);
  }

  Result<Response> History(const Request& request) const {
    WEFT_TRY(const auto page, PageOf(request));
    WEFT_TRY(const auto instance, documents_.Find(request.Parameter("id")));
    const auto run = request.Query("run").value_or(instance.last_run());
    WEFT_TRY(const auto read, documents_.histories().ReadPage(instance.id, run, page.after, page.limit));
    std::vector<Value> items;
    for (const auto& event : read.history.events()) items.push_back(HistoryEventJson(event));
    return PageResponse(std::move(items), read.next);
  }

  /// What the run was started with, which need not be deployed.
  Result<Response> Definition(const Request& request) const {
    WEFT_TRY(const auto instance, documents_.Find(request.Parameter("id")));
    std::string normalised;
    WEFT_TRY_VOID(documents_.histories().Read(
        instance.id, instance.last_run(), [&](const Histories::Event& event) -> Result<bool> {
          const auto& payloads = event.workflow_execution_started_event_attributes().input().payloads();
          if (payloads.size() < 2) return false;
          if (const auto text = temporalio::JsonOf(payloads[1])) normalised = *text;
          return false;
        }));
    WEFT_TRY(const auto workflow, dsl::LoadNormalised(normalised));
    const auto graph = dsl::GraphJson(*workflow).Dump();
    return Text("{\"source\":" + Value(normalised).Dump() + ",\"graph\":" + graph + "}");
  }

  Result<Response> Logs(const Request& request) const {
    WEFT_TRY(const auto page, PageOf(request));
    WEFT_TRY(const auto instance, documents_.Find(request.Parameter("id")));
    store::LogFilter filter{.runs = {}, .path = request.Query("path").value_or(""), .after = 0, .limit = page.limit};
    std::from_chars(page.after.data(), page.after.data() + page.after.size(), filter.after);
    std::set<std::string> runs{instance.first_run(), instance.last_run()};
    if (services_.database != nullptr) {
      WEFT_TRY(const auto chunks, services_.database->Read<std::vector<store::LogChunk>>(
                                      [&](store::Transaction& t) -> Result<std::vector<store::LogChunk>> {
                                        WEFT_TRY(const auto archived,
                                                 store::ListArchivedRuns(t, instance.id, instance.first_run()));
                                        for (const auto& run : archived) runs.insert(run.run);
                                        filter.runs.assign(runs.begin(), runs.end());
                                        return store::ReadLogs(t, instance.id, filter);
                                      }));
      if (!chunks.empty() || filter.after > 0) return LogPage(chunks, filter.limit);
    }
    if (instance.archived) return PageResponse({}, {});
    // Workers without servers: what heartbeats and results hold.
    std::string text;
    WEFT_TRY_VOID(documents_.hub().Look(*instance.found, [&](const InstanceView& view) {
      std::vector<Value> lines;
      for (const auto& node : view.nodes) {
        if (filter.path.empty() || node.path == filter.path) AddKnownLines(lines, node);
      }
      text = PageResponse(std::move(lines), {}).body;
    }));
    return Text(std::move(text));
  }

  [[nodiscard]] const InstanceDocuments& documents() const { return documents_; }

 private:
  static Response LogPage(const std::vector<store::LogChunk>& chunks, int limit) {
    std::vector<Value> items;
    for (const auto& chunk : chunks) {
      items.push_back(Value::Object({{"sequence", Value(chunk.sequence)},
                                     {"path", Value(chunk.path)},
                                     {"attempt", Value(chunk.attempt)},
                                     {"stream", Value(chunk.stream)},
                                     {"text", Value(chunk.text)},
                                     {"at", Value(FormatTimestamp(chunk.at))}}));
    }
    const bool more = chunks.size() >= static_cast<std::size_t>(limit);
    return PageResponse(std::move(items), more ? std::to_string(chunks.back().sequence) : std::string());
  }

  const Services& services_;
  InstanceDocuments documents_;
};

}  // namespace

std::vector<Route> InstanceRoutes(Services& services) {
  const auto instances = std::make_shared<Instances>(services);
  std::vector<Route> routes;
  const auto get = [&](const char* pattern, Result<Response> (Instances::*call)(const Request&) const) {
    routes.push_back({.method = "GET",
                      .pattern = pattern,
                      .permission = Permission::kView,
                      .handler = Handler([instances, call](const Request& request) {
                        auto response = ((*instances).*call)(request);
                        return response ? *std::move(response) : ProblemOf(response.error());
                      }),
                      .accepts = {}});
  };
  get("/api/v1/instances/{id}", &Instances::Get);
  get("/api/v1/instances/{id}/history", &Instances::History);
  get("/api/v1/instances/{id}/definition", &Instances::Definition);
  get("/api/v1/instances/{id}/logs", &Instances::Logs);
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/instances/{id}/stream",
                    .permission = Permission::kView,
                    .handler = StreamHandler([instances](const Request& request, std::shared_ptr<EventStream> stream)
                                                 -> std::variant<Response, StreamSource> {
                      auto source = instances->Stream(request, stream);
                      if (!source) return ProblemOf(source.error());
                      return *std::move(source);
                    }),
                    .accepts = {}});
  AddInstanceList(routes, services);
  AddInstanceActions(routes, services, std::shared_ptr<const InstanceDocuments>(instances, &instances->documents()));
  AddInstanceRerun(routes, services, std::shared_ptr<const InstanceDocuments>(instances, &instances->documents()));
  return routes;
}

}  // namespace weft::server
