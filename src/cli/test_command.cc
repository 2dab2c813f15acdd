#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/test_expect.h"
#include "cli/test_file.h"
#include "cli/test_junit.h"
#include "cli/test_watch.h"

namespace weft::cli {
namespace {

struct TestOptions {
  std::vector<std::string> files;
  std::string junit;
  bool watch = false;
};

TestOutcome RunTest(const TestFile& test) {
  const auto began = std::chrono::steady_clock::now();
  const auto trace = Simulate(test);
  TestOutcome outcome{.path = test.path,
                      .title = test.title,
                      .differences = Differences(test, trace),
                      .nodes = {},
                      .notices = {},
                      .duration = FormatDuration(trace.duration),
                      .took = {}};
  if (!outcome.differences.empty()) {
    outcome.nodes = NodeLines(trace);
    outcome.notices = trace.notices;
  }
  outcome.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  return outcome;
}

std::string Lines(std::string_view heading, const std::vector<std::string>& lines, std::string_view indent) {
  std::string text;
  if (!lines.empty() && !heading.empty()) text = "  " + std::string(heading) + '\n';
  for (const auto& line : lines) text += std::string(indent) + line + '\n';
  return text;
}

std::string TextOf(const TestOutcome& outcome, bool colour) {
  const bool passed = outcome.differences.empty();
  std::string text = passed ? Paint("passed", Colour::kGreen, colour) : Paint("FAILED", Colour::kRed, colour);
  text += ' ' + outcome.path;
  if (outcome.title != outcome.path) text += ": " + outcome.title;
  text += " (" + outcome.duration + ")\n";
  text += Lines("", outcome.differences, "  ");
  text += Lines("nodes:", outcome.nodes, "    ");
  return text + Lines("notices:", outcome.notices, "    ");
}

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (file) return true;
  Report("Cannot write " + path + ".");
  return false;
}

int RunTests(const TestOptions& options, const std::vector<LoadedTest>& tests) {
  const bool bad = std::ranges::any_of(tests, [](const LoadedTest& test) { return !test.problems.empty(); });
  if (bad) {
    for (const auto& test : tests) PrintError(test.problems);
    return kUsage;
  }
  std::vector<TestOutcome> outcomes;
  const bool colour = WantsColour(fileno(stdout));
  for (const auto& loaded : tests) {
    outcomes.push_back(RunTest(loaded.test));
    PrintOutput(TextOf(outcomes.back(), colour));
  }
  const auto failed = std::ranges::count_if(outcomes, [](const auto& outcome) { return !outcome.differences.empty(); });
  PrintOutput(std::to_string(std::ssize(outcomes) - failed) + " passed, " + std::to_string(failed) + " failed\n");
  if (!options.junit.empty() && !WriteFile(options.junit, JUnitXml(outcomes))) return kUsage;
  return failed == 0 ? kOk : kFailed;
}

std::vector<LoadedTest> LoadTests(const TestOptions& options) {
  std::vector<LoadedTest> tests;
  for (const auto& path : options.files) tests.push_back(LoadTest(path));
  return tests;
}

/// Whatever is read after the files are watched is run, so that no change between is missed.
Result<std::vector<LoadedTest>> LoadAndWatch(const TestOptions& options, FileWatch& watch) {
  for (const auto& path : options.files) WEFT_TRY_VOID(watch.Add(path));
  for (const auto& test : LoadTests(options)) {
    if (!test.workflow_path.empty()) WEFT_TRY_VOID(watch.Add(test.workflow_path));
  }
  return LoadTests(options);
}

int WatchTests(const TestOptions& options) {
  FileWatch watch;
  for (;;) {
    const auto tests = LoadAndWatch(options, watch);
    if (!tests) {
      Report(tests.error().message);
      return kUsage;
    }
    RunTests(options, *tests);
    if (const auto changed = watch.Wait(); !changed) {
      Report(changed.error().message);
      return kUsage;
    }
  }
}

}  // namespace

void AddTest(CLI::App& app, Action& action) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* verb =
      AddVerb(app, "test", "Run workflows in memory as test files say: mocked nodes, events, skipped time.",
              "weft test orders.test.yaml\n"
              "weft test --junit results.xml flows/*.test.yaml\n"
              "weft test --watch orders.test.yaml");
  verb->add_option("FILE", options->files, "Test files (see docs/reference/test.md)")->required();
  verb->add_option("--junit", options->junit, "Also write the results to this file, as JUnit's XML");
  verb->add_flag("--watch", options->watch, "Run again whenever a test file or its workflow changes");
  verb->callback([options, &action] {
    action = [options] { return options->watch ? WatchTests(*options) : RunTests(*options, LoadTests(*options)); };
  });
}

}  // namespace weft::cli
