#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dsl/load.h"
#include "expr/value.h"

namespace weft::cli {

inline constexpr std::string_view kNoSuchFile = "no_file";
inline constexpr std::string_view kUnreadableFile = "file";

/// A file's bytes; `-` is standard input. Fails with code kNoSuchFile or kUnreadableFile; directories, devices and
/// anything above 16 MB are refused.
Result<std::string> ReadTextFile(const std::string& path);

/// The value of an option that takes JSON, `@FILE`, or `-` for standard input; null when it was not given. Fails as
/// ReadTextFile, and with `usage`, naming the option.
Result<expr::Value> ReadJsonArgument(const std::string& option, const std::string& argument);

/// A file that a workflow file names, relative to its directory (of `-`: the working directory). Fails as ReadTextFile,
/// and for what is not really below that directory.
Result<std::string> ReadBeside(const std::string& workflow, std::string_view relative);

/// A workflow file and what there is to say about it.
struct WorkflowFile {
  std::string path;  ///< as given
  std::string text;
  dsl::Loaded loaded;
};

/// Reads and loads a workflow file. `python.file` is read from the file's own directory (`-`: the working directory)
/// and what is below it: paths and symbolic links that lead out are refused. Fails as ReadTextFile; problems in the
/// file are in `loaded.diagnostics`.
Result<WorkflowFile> ReadWorkflowFile(const std::string& path);

/// Reads and loads one workflow file for a verb that needs it valid: says on stderr what is wrong, warnings included.
/// Without errors the result's `loaded.workflow` is set; otherwise the error's code is `validation` (already reported).
Result<WorkflowFile> ReadValidWorkflow(const std::string& path);

}  // namespace weft::cli
