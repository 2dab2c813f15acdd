#include "cli/deploy_directory.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/file.h"
#include "cli/inline_python.h"
#include "cli/output.h"
#include "dsl/diagnostic.h"
#include "triggers/deploy.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLook{500};

bool MayMatter(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".py";
}

bool IsWorkflowFile(const fs::path& path, std::string_view text) {
  if (path.extension() == ".py" || path.stem().extension() == ".test") return false;
  return text.starts_with("weft:") || text.contains("\nweft:");
}

/// In the order of their names; hidden directories and what package managers put there are left out.
Result<std::vector<fs::path>> FilesBelow(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, error);
  if (error) return Fail("file", directory.string() + " cannot be read: " + error.message());
  for (; at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      if (name.starts_with('.') || name == "node_modules") at.disable_recursion_pending();
    } else if (MayMatter(at->path())) {
      files.push_back(at->path());
    }
    if (error) return Fail("file", directory.string() + " cannot be read: " + error.message());
  }
  std::ranges::sort(files);
  return files;
}

/// Changes whenever one of the files does.
std::string Signature(const std::vector<fs::path>& files) {
  std::string text;
  for (const auto& file : files) {
    std::error_code error;
    text += file.string() + ' ' + std::to_string(fs::file_size(file, error)) + ' ' +
            std::to_string(fs::last_write_time(file, error).time_since_epoch().count()) + '\n';
  }
  return text;
}

}  // namespace

DeployDirectory::DeployDirectory(std::string directory, store::Database& database, std::function<void()> deployed)
    : directory_(std::move(directory)), database_(database), deployed_(std::move(deployed)) {}

Result<void> DeployDirectory::Update() {
  WEFT_TRY(const auto files, FilesBelow(directory_));
  auto now = Signature(files);
  if (now == seen_) return {};
  seen_ = std::move(now);
  for (const auto& file : files) Deploy(file.string());
  return {};
}

void DeployDirectory::Deploy(const std::string& path) {
  const auto file = ReadTextFile(path);
  if (!file) return Report(file.error().message);
  if (!IsWorkflowFile(path, *file)) return;
  const auto text = InlinePython(path, *file);
  if (!text) return Report(text.error().message);
  auto& before = deployed_texts_[path];
  if (before == *text) return;
  before = *text;
  const auto deployment = triggers::Deploy(database_, *text, path, Now());
  if (!deployment) {
    before.clear();  // somebody else's fault; the next change of any file tries again
    return Report(path + ": " + deployment.error().message);
  }
  if (!deployment->diagnostics.empty()) Report(dsl::FormatDiagnostics(path, *text, deployment->diagnostics));
  if (!deployment->created) return;
  Report("deployed " + deployment->ns + "/" + deployment->name + ", revision " + std::to_string(deployment->revision));
  deployed_();
}

void DeployDirectory::Run(const std::stop_token& stop) {
  std::string trouble;
  while (Rest(stop, kLook)) {
    const auto updated = Update();
    const auto problem = updated ? std::string() : updated.error().message;
    if (problem != trouble && !problem.empty()) Report(problem);
    trouble = problem;
  }
}

}  // namespace weft::cli
