#include "activities/python_environment.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "activities/fd.h"
#include "activities/script.h"
#include "contract/names.h"

namespace weft::activities {
namespace {

namespace fs = std::filesystem;
using expr::Value;

constexpr std::string_view kComplete = ".weft-complete";
constexpr auto kLockPause = std::chrono::milliseconds(100);
/// Installing compiles at worst; what takes longer hangs.
constexpr Duration kInstallTimeout{contract::kInstallAllowanceMs / 2};

std::string Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT: nothing in the process changes its environment
  return value == nullptr ? std::string() : value;
}

fs::path CacheDirectory(const Settings& settings) {
  if (!settings.cache_directory.empty()) return settings.cache_directory;
  if (const auto cache = Variable("XDG_CACHE_HOME"); cache.starts_with('/')) return fs::path(cache) / "weft";
  const auto home = Variable("HOME");
  return fs::path(home.starts_with('/') ? home : "/var/cache") / ".cache" / "weft";
}

/// Names the set: the same requirements for the same Python.
std::string KeyOf(std::vector<std::string> requirements, bool sandboxed) {
  std::ranges::sort(requirements);
  const auto found = FindProgram("python3", sandboxed ? "/usr/local/bin:/usr/bin:/bin" : Variable("PATH"));
  std::error_code error;
  auto text = fs::canonical(found, error).string() + '\n';
  for (const auto& requirement : requirements) (text += requirement) += '\n';
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
  std::string key;
  for (std::size_t i = 0; i < 16; ++i) key += fmt::format("{:02x}", digest[i]);
  return key;
}

/// Holds the lock until it goes. Fails with `cancelled` when stop is requested.
Outcome<Fd> Lock(const fs::path& path, const std::stop_token& stop) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file)
    return Failure("internal",
                   "cannot open " + path.string() + ": " + std::error_code(errno, std::system_category()).message());
  std::mutex mutex;
  std::condition_variable_any pause;
  std::unique_lock waiting(mutex);
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    pause.wait_for(waiting, stop, kLockPause, [] { return false; });
    if (stop.stop_requested())
      return Failure("cancelled", "stopped while another node installed the same requirements");
  }
  return file;
}

/// What pip is told on this worker by variables and files; their files become visible inside.
void AddPipSettings(Confined& confined) {
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto name = text.substr(0, text.find('='));
    constexpr std::array<std::string_view, 11> kPassed{
        "http_proxy", "https_proxy", "no_proxy",      "all_proxy",    "HTTP_PROXY",        "HTTPS_PROXY",
        "NO_PROXY",   "ALL_PROXY",   "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"};
    if (!name.starts_with("PIP_") && std::ranges::find(kPassed, name) == kPassed.end()) continue;
    confined.environment.emplace_back(name, text.substr(std::min(name.size() + 1, text.size())));
  }
  for (const fs::path file : {Variable("HOME") + "/.config/pip/pip.conf", Variable("HOME") + "/.pip/pip.conf"}) {
    std::error_code error;
    if (!Variable("PIP_CONFIG_FILE").empty() || !fs::is_regular_file(file, error)) continue;
    confined.environment.emplace_back("PIP_CONFIG_FILE", file);
    break;
  }
  confined.mounts.push_back({.path = "/etc/pip.conf"});
  for (const auto& [name, value] : confined.environment) {
    for (std::size_t begin = 0; begin < value.size();) {
      const auto end = std::min(value.find_first_of(" \n", begin), value.size());
      if (value[begin] == '/') confined.mounts.push_back({.path = value.substr(begin, end - begin)});
      begin = end + 1;
    }
  }
  std::erase_if(confined.mounts, [](const auto& mount) {
    std::error_code error;
    return !fs::exists(mount.path, error) || mount.path.native().starts_with("/etc/ssl/");
  });
}

Outcome<void> Install(const Call& call, std::vector<std::string> words, const fs::path& directory) {
  auto work = WorkDirectory::Make(call.settings);
  if (!work) return Failure(std::move(work).error());
  const auto cache = directory.parent_path() / "pip";
  std::error_code error;
  fs::create_directories(cache, error);
  Confined confined{.arguments = std::move(words), .network = true};
  AddPipSettings(confined);
  std::erase_if(confined.environment, [](const auto& entry) { return entry.first == "PIP_CACHE_DIR"; });
  confined.environment.emplace_back("PIP_CACHE_DIR", cache);
  confined.mounts.push_back({.path = directory, .writable = true});
  confined.mounts.push_back({.path = cache, .writable = true});
  const auto script = RunScript(call, *work, std::move(confined), kInstallTimeout);
  if (!script) return std::unexpected(script.error());
  if (script->process.how == ProcessEnd::How::kExited && script->process.status == 0) return {};
  // Python says on standard output that Debian has split it into packages.
  const auto said = LastOf(script->err.text.empty() ? script->out.text : script->err.text);
  const bool no_venv = said.contains("ensurepip is not");
  return Failure("python.exception",
                 "the requirements could not be installed: " +
                     (no_venv ? "this worker's Python has no `venv`; install the package python3-venv there"
                              : said.substr(0, said.find('\n'))),
                 Value::Object({{"type", Value("RequirementsError")}, {"traceback", Value(said)}}));
}

}  // namespace

Outcome<fs::path> PreparePython(const Call& call, const std::vector<std::string>& requirements) {
  for (const auto& requirement : requirements) {
    if (requirement.empty() || requirement.front() == '-' || requirement.find_first_of("\r\n") != std::string::npos) {
      return Failure("validation", "`" + requirement + "` is no requirement; write `name` or `name==1.2.3`");
    }
  }
  const auto environments = CacheDirectory(call.settings) / "python";
  const auto key = KeyOf(requirements, call.settings.sandbox != Settings::Sandbox::kOff);
  const auto directory = environments / key;
  std::error_code error;
  if (fs::exists(directory / kComplete, error)) return directory;
  fs::create_directories(environments, error);
  if (error) return Failure("internal", "cannot make " + environments.string() + ": " + error.message());
  const auto lock = Lock(environments / (key + ".lock"), call.attempt.stop);
  if (!lock) return std::unexpected(lock.error());
  if (fs::exists(directory / kComplete, error)) return directory;
  fs::remove_all(directory, error);  // of an installation that did not come to its end
  fs::create_directory(directory, error);
  if (error) return Failure("internal", "cannot make " + directory.string() + ": " + error.message());

  if (auto made = Install(call, {"python3", "-I", "-m", "venv", directory}, directory); !made) {
    return std::unexpected(std::move(made).error());
  }
  std::vector<std::string> words{directory / "bin/python",      "-I", "-m", "pip", "install", "--no-input", "--quiet",
                                 "--disable-pip-version-check", "--"};
  std::ranges::copy(requirements, std::back_inserter(words));
  if (auto installed = Install(call, std::move(words), directory); !installed) {
    return std::unexpected(std::move(installed).error());
  }
  std::ofstream(directory / kComplete).put('\n');
  return directory;
}

}  // namespace weft::activities
