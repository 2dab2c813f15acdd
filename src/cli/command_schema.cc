#include "cli/command.h"
#include "cli/output.h"
#include "dsl/schema.h"

namespace weft::cli {

void AddSchema(CLI::App& app, Action& action) {
  CLI::App* verb =
      AddVerb(app, "schema", "Print the JSON Schema of workflow files, for editors.", "weft schema > weft.schema.json");
  verb->callback([&action] {
    action = [] {
      PrintOutput(dsl::LanguageSchema().DumpPretty() + "\n");
      return static_cast<int>(kOk);
    };
  });
}

}  // namespace weft::cli
