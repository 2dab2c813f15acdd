#include "temporalio/config/environment.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "temporalio/bridge/environment.h"

namespace temporalio {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

const Value* Find(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

std::string Text(const Struct& object, const char* name) {
  const Value* value = Find(object, name);
  return value ? value->string_value() : "";
}

/// What a certificate or key setting holds: the file it names, or the bytes given in its place.
Result<std::string> Read(const Struct& tls, const char* name, const std::string& what) {
  const Value* source = Find(tls, name);
  if (!source) return "";
  if (const Value* data = Find(source->struct_value(), "data")) {
    std::string bytes;
    for (const Value& byte : data->list_value().values()) bytes += static_cast<char>(byte.number_value());
    return bytes;
  }
  const std::string path = Text(source->struct_value(), "path");
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file || bytes.empty()) {
    return Fail(Error::Code::kInvalidArgument, "The " + what + " for Temporal cannot be read from `" + path +
                                                   "`; correct the path or the file's permissions.");
  }
  return bytes;
}

Result<TlsOptions> ReadTls(const Struct& tls) {
  TlsOptions options;
  options.server_name = Text(tls, "server_name");
  const struct {
    const char* name;
    const char* what;
    std::string* to;
  } files[] = {{"server_ca_cert", "server's root certificate", &options.server_root_ca_cert},
               {"client_cert", "client certificate", &options.client_cert},
               {"client_key", "client certificate's private key", &options.client_private_key}};
  for (const auto& file : files) {
    Result<std::string> bytes = Read(tls, file.name, file.what);
    if (!bytes) return std::unexpected(bytes.error());
    *file.to = *std::move(bytes);
  }
  if (options.client_cert.empty() != options.client_private_key.empty()) {
    return Fail(Error::Code::kInvalidArgument,
                "A client certificate for Temporal needs its private key, and the key its certificate; set "
                "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, or neither.");
  }
  return options;
}

bool StripPrefix(std::string* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->erase(0, prefix.size());
  return true;
}

}  // namespace

Result<ConnectionOptions> LoadConnectionOptions(const EnvironmentOptions& options) {
  std::error_code ignored;
  if (!options.config_file.empty() && !std::filesystem::exists(options.config_file, ignored)) {
    return Fail(Error::Code::kInvalidArgument,
                "The Temporal configuration file `" + options.config_file + "` does not exist.");
  }
  Result<std::string> json =
      internal::LoadProfile({options.profile, options.config_file, options.read_environment, options.environment});
  if (!json) {
    // The further lines quote the file, which may hold a key.
    const std::string& reason = json.error().message;
    return Fail(Error::Code::kInvalidArgument,
                "Temporal's connection settings cannot be used: " + reason.substr(0, reason.find('\n')) +
                    ". Correct the TEMPORAL_* environment variables or the configuration file.");
  }
  Struct profile;
  if (!google::protobuf::util::JsonStringToMessage(*json, &profile).ok())
    return Fail(Error::Code::kInternal, "Temporal's connection settings came from Core in a form that cannot be read.");

  ConnectionOptions connection;
  bool tls_on = false;
  if (std::string address = Text(profile, "address"); !address.empty()) {
    tls_on = StripPrefix(&address, "https://");
    StripPrefix(&address, "http://");
    if (address.ends_with('/')) address.pop_back();
    connection.target = std::move(address);
  }
  if (std::string name = Text(profile, "namespace"); !name.empty()) connection.namespace_name = std::move(name);
  connection.api_key = Text(profile, "api_key");
  if (const Value* headers = Find(profile, "grpc_meta")) {
    for (const auto& [name, value] : headers->struct_value().fields()) connection.headers[name] = value.string_value();
  }

  const Value* tls = Find(profile, "tls");
  const Value* disabled = tls ? Find(tls->struct_value(), "disabled") : nullptr;
  if (disabled && disabled->bool_value()) {
    if (!connection.api_key.empty()) {
      return Fail(Error::Code::kInvalidArgument,
                  "An API key is sent over TLS only, but TLS is turned off; remove TEMPORAL_TLS=false (`disabled` in "
                  "the configuration file) or the API key.");
    }
    return connection;
  }
  if (tls) {
    Result<TlsOptions> read = ReadTls(tls->struct_value());
    if (!read) return std::unexpected(read.error());
    connection.tls = *std::move(read);
  } else if (tls_on || !connection.api_key.empty()) {
    connection.tls.emplace();
  }
  return connection;
}

}  // namespace temporalio
