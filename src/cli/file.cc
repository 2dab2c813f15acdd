#include "cli/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "cli/output.h"

namespace weft::cli {
namespace {

constexpr std::size_t kMaxFile = std::size_t{16} * 1024 * 1024;

Error Unreadable(const std::string& path, std::string_view why, std::string_view code = kUnreadableFile) {
  return {std::string(code), "Cannot read " + path + ": " + std::string(why) + "."};
}

/// Reads to the end, within the bound. Closes nothing.
Result<std::string> ReadAll(int descriptor, const std::string& path) {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t size = ::read(descriptor, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(Unreadable(path, std::strerror(errno)));
    if (size == 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
    if (text.size() > kMaxFile) return std::unexpected(Unreadable(path, "it is larger than 16 MB"));
  }
}

/// For `python.file`: only what is really below `directory`.
Result<std::string> ReadBelow(const std::filesystem::path& directory, std::string_view relative) {
  const std::filesystem::path path(relative);
  const std::string name(relative);
  if (path.is_absolute())
    return Fail(std::string(kUnreadableFile),
                "`" + name + "` is an absolute path; name a file below the workflow's directory.");
  std::error_code error;
  const auto base = std::filesystem::canonical(directory, error);
  if (error) return std::unexpected(Unreadable(directory.string(), error.message()));
  const auto target = std::filesystem::canonical(base / path, error);
  if (error) return std::unexpected(Unreadable(name, error.message()));
  const auto [end_of_base, ignored] = std::mismatch(base.begin(), base.end(), target.begin(), target.end());
  if (end_of_base != base.end())
    return Fail(std::string(kUnreadableFile),
                "`" + name + "` leads out of the workflow's directory; move the file into it.");
  return ReadTextFile(target.string());
}

}  // namespace

Result<std::string> ReadTextFile(const std::string& path) {
  if (path == "-") return ReadAll(STDIN_FILENO, "standard input");
  // Not to hang on a named pipe before it is known to be one.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return std::unexpected(Unreadable(path, std::strerror(errno), errno == ENOENT ? kNoSuchFile : kUnreadableFile));
  struct stat about{};
  Result<std::string> text = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode)
                                 ? ReadAll(descriptor, path)
                                 : std::unexpected(Unreadable(path, "it is not a regular file"));
  ::close(descriptor);
  return text;
}

Result<expr::Value> ReadJsonArgument(const std::string& option, const std::string& argument) {
  if (argument.empty()) return expr::Value();
  std::string text = argument;
  if (argument == "-" || argument.front() == '@') {
    WEFT_TRY(text, ReadTextFile(argument == "-" ? argument : argument.substr(1)));
  }
  auto value = expr::Value::Parse(text, expr::Value::kMaxDepth);
  if (!value) return Fail("usage", option + " is not JSON: " + value.error().message);
  return value;
}

Result<std::string> ReadBeside(const std::string& workflow, std::string_view relative) {
  auto directory = workflow == "-" ? std::filesystem::path() : std::filesystem::path(workflow).parent_path();
  if (directory.empty()) directory = ".";
  return ReadBelow(directory, relative);
}

Result<WorkflowFile> ReadWorkflowFile(const std::string& path) {
  WEFT_TRY(std::string text, ReadTextFile(path));
  dsl::LoadOptions options;
  options.read_file = [&path](std::string_view relative) { return ReadBeside(path, relative); };
  dsl::Loaded loaded = dsl::Load(text, options);
  return WorkflowFile{path, std::move(text), std::move(loaded)};
}

Result<WorkflowFile> ReadValidWorkflow(const std::string& path) {
  WEFT_TRY(WorkflowFile file, ReadWorkflowFile(path));
  PrintError(dsl::FormatDiagnostics(file.path, file.text, file.loaded.diagnostics));
  if (file.loaded.workflow == nullptr) return Fail("validation", path + " is not a valid workflow.");
  return file;
}

}  // namespace weft::cli
