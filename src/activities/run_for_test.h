#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "activities/activity.h"

/// Runs activities as a worker would, and reads what comes out of them.
namespace weft::activities {

/// A directory of the test's own.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Bench {
 public:
  explicit Bench(Settings settings = {}) : settings_(std::move(settings)) {
    settings_.work_directory = directory_.path();
  }

  std::map<std::string, std::string> secrets;
  std::stop_source stop;
  std::optional<Duration> timeout;
  /// What was logged: `stdout: LINE` or `stderr: LINE`.
  std::vector<std::string> log;
  std::function<void(std::string_view line)> on_log;

  Outcome<std::string> RunInput(std::string_view type, std::string_view input) {
    if (!activities_) {
      activities_.emplace(settings_, [this](const std::string& name) -> Result<std::string> {
        if (const auto found = secrets.find(name); found != secrets.end()) return found->second;
        return Fail("secret", "this worker has no secret `" + name + "`");
      });
    }
    return activities_->Run(
        type, input,
        {.stop = stop.get_token(), .timeout = timeout, .log = [this](Stream stream, std::string_view line) {
           log.push_back(std::string(StreamName(stream)) + ": " + std::string(line));
           if (on_log) on_log(line);
         }});
  }
  Outcome<std::string> Run(std::string_view type, const std::string& arguments) {
    return RunInput(type, R"({"args":)" + arguments + "}");
  }
  /// The result's JSON, or `CODE: MESSAGE DATA`.
  std::string Text(std::string_view type, const std::string& arguments) { return Said(Run(type, arguments)); }

  static std::string Said(const Outcome<std::string>& outcome) {
    if (outcome) return *outcome;
    return outcome.error().code + ": " + outcome.error().message +
           (outcome.error().data.IsNull() ? "" : ' ' + outcome.error().data.Dump());
  }

  /// What attempts have left in the directory where they work.
  [[nodiscard]] bool LeftNothing() const { return std::filesystem::is_empty(directory_.path()); }

 private:
  Settings settings_;
  TestDirectory directory_;
  std::optional<Activities> activities_;
};

/// A JSON text of a string.
inline std::string Quoted(std::string_view text) { return expr::Value(text).Dump(); }

inline Settings NoSandbox() {
  Settings settings;
  settings.sandbox = Settings::Sandbox::kOff;
  return settings;
}

}  // namespace weft::activities
