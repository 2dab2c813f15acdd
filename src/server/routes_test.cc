#include "server/routes.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "base/ascii.h"
#include "dsl/document.h"
#include "progress/hub.h"
#include "server/embedded.h"
#include "server/http_text.h"
#include "server/router.h"

namespace weft::server {
namespace {

using expr::Value;
using testing::ContainerEq;

/// What table and document must agree on, of one call.
struct Call {
  std::string permission;
  std::set<std::string> parameters;  // of the path
  std::set<std::string> accepts;
  friend bool operator==(const Call&, const Call&) = default;
  friend void PrintTo(const Call& call, std::ostream* out) {
    *out << call.permission << testing::PrintToString(call.parameters) << testing::PrintToString(call.accepts);
  }
};
using Calls = std::map<std::string, Call>;  // by `POST /api/v1/events`; any method as `*`

class OpenApi : public testing::Test {
 protected:
  OpenApi() {
    const auto document = dsl::Document::FromYaml(ContentsOf(OpenApiFiles().front()), problems_);
    if (document.root() != nullptr) root_ = document.root()->ToValue();
  }

  Value Resolve(const Value& value) {
    if (!value.Has("$ref")) return value;
    const auto reference = value.Get("$ref").AsString();
    auto target = root_;
    for (std::size_t at = 0; at != std::string::npos && at < reference.size();) {
      const auto end = reference.find('/', at);
      const auto part = reference.substr(at, end - at);
      if (part != "#") target = target.Get(part);
      at = end == std::string::npos ? end : end + 1;
    }
    EXPECT_FALSE(target.IsNull()) << reference << " leads nowhere";
    return target;
  }

  void AddParameters(const Value& owner, std::set<std::string>& names) {
    const auto list = owner.Get("parameters");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto parameter = Resolve(list.At(i));
      if (parameter.Get("in") == Value("path")) names.insert(parameter.Get("name").AsString());
    }
  }

  Calls Described() {
    Calls calls;
    root_.Get("paths").ForEachField([&](std::string_view path, const Value& item) {
      for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        const auto operation = item.Get(LowerCase(method));
        if (operation.IsNull()) continue;
        const bool any = operation.Get("x-any-method").Truthy();
        auto& call = calls[(any ? "*" : method) + " " + std::string(path)];
        call.permission = operation.Get("x-permission").AsString();
        AddParameters(item, call.parameters);
        AddParameters(operation, call.parameters);
        const auto types = Resolve(operation.Get("requestBody")).Get("content").Keys();
        call.accepts = {types.begin(), types.end()};
        if (types.empty()) call.accepts = {"application/json"};
      }
    });
    return calls;
  }

  void CheckReferences(const Value& value) {
    Resolve(value);
    for (const auto& key : value.Keys()) CheckReferences(value.Get(key));
    for (std::size_t i = 0; value.IsArray() && i < value.size(); ++i) CheckReferences(value.At(i));
  }

  std::vector<dsl::Diagnostic> problems_;
  Value root_;
};

class Table : public OpenApi {
 protected:
  // Nothing is called: what handlers keep references to is enough.
  static Services ServicesWith(progress::Hub& hub) {
    Services services;
    services.client.emplace(nullptr);
    services.hub = &hub;
    return services;
  }

  progress::Hub hub_{temporalio::Client(nullptr)};
  Services services_ = ServicesWith(hub_);
  std::vector<Route> routes_ = AllRoutes(services_);
};

TEST_F(Table, SaysTheSameAsTheDocument) {
  Calls served;
  for (const auto& route : routes_) {
    std::string path;
    Call call{.permission = std::string(NameOf(route.permission)),
              .parameters = {},
              .accepts = {route.accepts.begin(), route.accepts.end()}};
    // Where no body is needed, one of JSON is ignored.
    if (call.accepts.empty()) call.accepts = {"application/json"};
    for (const char c : route.pattern) {
      if (c != '*') path += c;
    }
    for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at) {
      call.parameters.insert(path.substr(at + 1, path.find('}', at) - at - 1));
    }
    served[route.method + " " + path] = call;
  }
  const auto described = Described();
  for (const auto& [name, call] : served) {
    const auto found = described.find(name);
    if (found == described.end()) {
      ADD_FAILURE() << "openapi.yaml does not describe " << name;
    } else {
      EXPECT_EQ(found->second, call) << name << ": openapi.yaml says the first, the table the second";
    }
  }
  for (const auto& [name, call] : described) {
    EXPECT_TRUE(served.contains(name)) << "openapi.yaml describes " << name << ", which no route answers";
  }
}

TEST_F(Table, RoutesTellApartAndRouteOnce) {
  const Router router(AllRoutes(services_));
  EXPECT_EQ(router.routes().size(), routes_.size());
}

TEST_F(Table, NoCallTakesWhatAFormCanSend) {
  for (const auto& route : routes_) {
    for (const auto& type : route.accepts) {
      if (route.pattern.starts_with("/hooks/")) continue;  // other services send what they like
      EXPECT_FALSE(type == "*/*" || type.starts_with("text/") || type.starts_with("multipart/") ||
                   type == "application/x-www-form-urlencoded")
          << route.method << " " << route.pattern << " takes " << type;
    }
  }
}

TEST_F(Table, OnlyWhatMustBeIsPublic) {
  std::set<std::string> open;
  for (const auto& route : routes_) {
    if (route.permission == Permission::kPublic) open.insert(route.method + " " + route.pattern);
  }
  EXPECT_THAT(open, ContainerEq(std::set<std::string>{"* /hooks/{ns}/{path*}", "DELETE /api/v1/session", "GET /",
                                                      "GET /healthz", "GET /readyz", "GET /{file*}"}));
}

TEST_F(OpenApi, IsWellFormedAndItsReferencesLeadSomewhere) {
  ASSERT_THAT(problems_, testing::IsEmpty());
  CheckReferences(root_);
}

TEST_F(OpenApi, OperationIdsAreUnique) {
  std::set<std::string> ids;
  root_.Get("paths").ForEachField([&](std::string_view, const Value& item) {
    item.ForEachField([&](std::string_view, const Value& operation) {
      const auto id = operation.Get("operationId");
      if (!id.IsNull()) EXPECT_TRUE(ids.insert(id.AsString()).second) << id.AsString();
    });
  });
}

}  // namespace
}  // namespace weft::server
