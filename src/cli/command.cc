#include "cli/command.h"

namespace weft::cli {

CLI::App* AddVerb(CLI::App& app, const std::string& name, const std::string& about, const std::string& examples) {
  CLI::App* verb = app.add_subcommand(name, about);
  std::string footer = "\nExamples:";
  for (std::size_t begin = 0; begin < examples.size();) {
    const std::size_t end = std::min(examples.find('\n', begin), examples.size());
    footer += "\n  " + examples.substr(begin, end - begin);
    begin = end + 1;
  }
  verb->footer(footer);
  return verb;
}

CLI::App* AddSubVerb(CLI::App& verb, const std::string& name, const std::string& about, const std::string& examples,
                     Action& action, const Action& run) {
  CLI::App* sub = AddVerb(verb, name, about, examples);
  sub->fallthrough();
  sub->callback([run, &action] { action = run; });
  return sub;
}

}  // namespace weft::cli
