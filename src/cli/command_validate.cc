#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "expr/value.h"

namespace weft::cli {
namespace {

using expr::Value;

/// A file that cannot be read is reported like a problem at its beginning.
WorkflowFile Unreadable(const std::string& path, const Error& error) {
  WorkflowFile file;
  file.path = path;
  dsl::Diagnostic& diagnostic = file.loaded.diagnostics.emplace_back();
  diagnostic.code = kUnreadableFile;
  diagnostic.message = error.message;
  return file;
}

int Validate(const std::vector<std::string>& paths, bool as_json) {
  Value files = Value::EmptyArray();
  bool valid = true;
  for (const std::string& path : paths) {
    auto read = ReadWorkflowFile(path);
    const WorkflowFile file = read ? *read : Unreadable(path, read.error());
    valid = valid && !dsl::HasErrors(file.loaded.diagnostics);
    if (as_json) {
      Value list = Value::EmptyArray();
      for (const dsl::Diagnostic& diagnostic : file.loaded.diagnostics) list.Append(dsl::ToJson(diagnostic));
      files.Append(Value::Object({{"file", Value(path)}, {"diagnostics", std::move(list)}}));
    } else if (!read) {
      PrintOutput(path + ":1:1: error[" + std::string(kUnreadableFile) + "]: " + read.error().message + "\n");
    } else if (file.loaded.diagnostics.empty()) {
      PrintOutput(path + ": valid\n");
    } else {
      PrintOutput(dsl::FormatDiagnostics(path, file.text, file.loaded.diagnostics));
    }
  }
  if (as_json) PrintOutput(Value::Object({{"files", std::move(files)}}).DumpPretty() + "\n");
  return valid ? kOk : kUsage;
}

}  // namespace

void AddValidate(CLI::App& app, Action& action) {
  struct Options {
    std::vector<std::string> files;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "validate", "Report every problem of workflow files.",
                           "weft validate workflow.yaml\n"
                           "weft validate --json flows/*.yaml\n"
                           "weft validate - < workflow.yaml");
  verb->add_option("FILE", options->files, "Workflow files; - is standard input")->required();
  verb->add_flag("--json", options->json, "Print one JSON document instead of text");
  verb->callback([options, &action] { action = [options] { return Validate(options->files, options->json); }; });
}

}  // namespace weft::cli
