#include "cli/settings.h"

#include <libfyaml.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "cli/command.h"
#include "cli/file.h"

namespace weft::cli {
namespace {

using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

std::string Scalar(fy_node* node) {
  std::size_t size = 0;
  const char* text = fy_node_get_scalar(node, &size);
  return text == nullptr ? std::string() : std::string(text, size);
}

Result<std::vector<std::string>> ReadValue(const std::string& where, fy_node* node) {
  if (fy_node_is_scalar(node)) return std::vector{Scalar(node)};
  std::vector<std::string> values;
  if (fy_node_is_sequence(node)) {
    void* at = nullptr;
    while (fy_node* item = fy_node_sequence_iterate(node, &at)) {
      if (!fy_node_is_scalar(item)) return Fail("settings", where + " must be a list of plain values.");
      values.push_back(Scalar(item));
    }
    return values;
  }
  return Fail("settings", where + " must be a plain value or a list of them.");
}

Result<Values> ReadFile(const std::string& file) {
  WEFT_TRY(const std::string text, ReadTextFile(file));
  fy_parse_cfg config{};
  config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DISABLE_RECYCLING);
  const std::unique_ptr<fy_document, void (*)(fy_document*)> document(
      fy_document_build_from_string(&config, text.data(), text.size()), fy_document_destroy);
  if (!document) return Fail("settings", file + " is not valid YAML.");
  fy_node* root = fy_document_root(document.get());
  Values values;
  if (root == nullptr || fy_node_is_null(root)) return values;
  if (!fy_node_is_mapping(root))
    return Fail("settings", file + " must be a map of settings, such as `temporal: HOST:PORT`.");
  void* at = nullptr;
  while (fy_node_pair* pair = fy_node_mapping_iterate(root, &at)) {
    const std::string key = Scalar(fy_node_pair_key(pair));
    WEFT_TRY(values[key], ReadValue(file + ": " + key, fy_node_pair_value(pair)));
  }
  return values;
}

/// The settings file: the one that WEFT_CONFIG names must be there, `weft.yaml` may be.
Result<std::pair<std::string, Values>> FindFile() {
  const char* named = std::getenv("WEFT_CONFIG");
  const std::string file = named != nullptr && *named != '\0' ? named : "weft.yaml";
  auto values = ReadFile(file);
  if (!values) {
    if (file == "weft.yaml" && values.error().code == kNoSuchFile) return std::pair(file, Values{});
    return std::unexpected(std::move(values).error());
  }
  return std::pair(file, *std::move(values));
}

std::string LongName(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

std::vector<std::string> FromEnvironment(const std::string& variable, const CLI::Option& option) {
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return {};
  if (option.get_expected_max() <= 1) return {value};
  return CLI::detail::split(value, ',');
}

Result<void> Give(CLI::Option& option, const std::vector<std::string>& values, const std::string& source) {
  try {
    for (const std::string& value : values) option.add_result(value);
    option.run_callback();
  } catch (const CLI::Error& error) {
    return Fail("settings", source + ": " + error.what());
  }
  return {};
}

Result<void> CheckKeys(CLI::App& app, const std::string& file, const Values& values) {
  std::set<std::string, std::less<>> known, guarded;
  for (CLI::App* verb : app.get_subcommands({})) {
    for (const CLI::Option* option : verb->get_options()) {
      if (option->get_group() == kSettings) known.insert(LongName(*option));
      if (option->get_group() == kProtection) guarded.insert(LongName(*option));
    }
  }
  for (const auto& [key, ignored] : values) {
    if (known.contains(key)) continue;
    if (guarded.contains(key))
      return Fail("settings", file + ": " + key + " loosens a protection and cannot be set in a file; use --" + key +
                                  " or " + VariableName(key) + ".");
    return Fail("settings", file + ": unknown setting `" + key + "`.");
  }
  return {};
}

}  // namespace

std::string VariableName(std::string_view option) {
  std::string name = "WEFT_";
  for (const char c : option) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

Result<void> ApplySettings(CLI::App& app, CLI::App& verb) {
  WEFT_TRY(const auto settings, FindFile());
  const auto& [file, values] = settings;
  WEFT_TRY_VOID(CheckKeys(app, file, values));
  for (CLI::Option* option : verb.get_options()) {
    const std::string& group = option->get_group();
    if (option->count() > 0 || (group != kSettings && group != kProtection)) continue;
    const std::string name = LongName(*option);
    const std::string variable = VariableName(name);
    if (const auto found = FromEnvironment(variable, *option); !found.empty()) {
      WEFT_TRY_VOID(Give(*option, found, variable));
    } else if (const auto written = values.find(name); written != values.end()) {
      WEFT_TRY_VOID(Give(*option, written->second, file));
    }
  }
  return {};
}

}  // namespace weft::cli
