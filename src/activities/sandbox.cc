#include "activities/sandbox.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "activities/process_tree.h"

namespace weft::activities {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::string_view kInnerWork = "/work";
constexpr std::string_view kInnerHome = "/home/weft";
constexpr std::string_view kInnerTemporary = "/tmp";

/// What the kernel passes to a program as one text (MAX_ARG_STRLEN), its final NUL included.
constexpr std::size_t kMaxArgument = std::size_t{128} * 1024;

constexpr std::array<std::string_view, 8> kSystem{"/usr",   "/bin",   "/sbin",   "/lib",
                                                  "/lib32", "/lib64", "/libx32", "/nix/store"};

/// What programs need of /etc to find each other, libraries, names, hosts, certificates, fonts and the time zone. Each
/// costs some time.
constexpr std::array<std::string_view, 13> kEtc{
    "alternatives", "crypto-policies", "fonts",       "hosts",    "ld.so.cache", "localtime",      "nsswitch.conf",
    "pki/tls",      "protocols",       "resolv.conf", "services", "ssl/certs",   "ssl/openssl.cnf"};

/// What the machine's root may change in /proc, even from inside a user namespace that is root's. Covering it also
/// keeps a namespace made inside from mounting another /proc.
constexpr std::array<std::string_view, 8> kReadOnlyProc{"/proc/acpi", "/proc/asound",       "/proc/bus",
                                                        "/proc/fs",   "/proc/irq",          "/proc/scsi",
                                                        "/proc/sys",  "/proc/sysrq-trigger"};

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/:/bin/sh\nweft:x:1000:1000::/home/weft:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
constexpr std::string_view kGroup = "root:x:0:\nweft:x:1000:\nnogroup:x:65534:\n";

std::string EnvironmentOr(const char* name, std::string_view fallback) {
  const char* value = std::getenv(name);  // NOLINT: nothing in the process changes its environment
  return std::string(value != nullptr && *value != '\0' ? std::string_view(value) : fallback);
}

Result<void> WriteFile(const fs::path& path, std::string_view content) {
  std::ofstream file(path);
  file << content;
  if (file.flush()) return {};
  return Fail("internal", "cannot write " + path.string() + "; is the disk full?");
}

/// The options that make the view of the file system, as bubblewrap takes them.
std::vector<std::string> FileSystem(const WorkDirectory& work, const std::vector<Confined::Mount>& mounts) {
  std::vector<std::string> options;
  const auto add = [&](std::initializer_list<std::string> words) { options.insert(options.end(), words); };
  for (const auto directory : kSystem) {
    std::error_code error;
    if (const auto target = fs::read_symlink(directory, error); !error) {
      add({"--symlink", target, std::string(directory)});
    } else {
      add({"--ro-bind-try", std::string(directory), std::string(directory)});
    }
  }
  for (const auto name : kEtc) {
    const auto path = fmt::format("/etc/{}", name);
    add({"--ro-bind-try", path, path});
  }
  const auto& own = work.path();
  add({"--ro-bind", own / "passwd", "/etc/passwd", "--ro-bind", own / "group", "/etc/group"});
  add({"--proc", "/proc", "--dev", "/dev", "--dir", "/run", "--dir", "/var"});
  for (const auto path : kReadOnlyProc) add({"--ro-bind-try", std::string(path), std::string(path)});
  add({"--bind", own / "work", std::string(kInnerWork), "--bind", own / "home", std::string(kInnerHome)});
  add({"--bind", own / "tmp", std::string(kInnerTemporary), "--symlink", std::string(kInnerTemporary), "/var/tmp"});
  for (const auto& mount : mounts) add({mount.writable ? "--bind" : "--ro-bind", mount.path, mount.path});
  add({"--remount-ro", "/"});
  return options;
}

Result<void> CheckTexts(const Confined& confined) {
  for (const auto& [name, value] : confined.environment) {
    if (name.empty() || name.contains('=') || name.contains('\0')) {
      return Fail("validation", "`" + name + "` cannot be the name of an environment variable");
    }
    if (value.contains('\0'))
      return Fail("validation", "env." + name + " holds a NUL; give it to the script by `stdin`");
    if (name.size() + value.size() + 2 > kMaxArgument) {
      return Fail("too_large", "env." + name + " is larger than 128 KB; give it to the script by `stdin`");
    }
  }
  for (const auto& argument : confined.arguments) {
    if (argument.contains('\0')) return Fail("validation", "the script holds a NUL");
    if (argument.size() + 1 > kMaxArgument) return Fail("too_large", "the script is larger than 128 KB");
  }
  return {};
}

Result<std::string> InnerDirectory(const WorkDirectory& work, const std::string& directory,
                                   const fs::path& inner_work) {
  if (directory.empty()) return inner_work;
  const auto wanted = fs::path(directory).lexically_normal();
  if (wanted.is_absolute()) return wanted;
  if (!wanted.empty() && *wanted.begin() == "..") {
    return Fail("validation", "cwd `" + directory + "` leaves the working directory");
  }
  std::error_code error;
  fs::create_directories(work.path() / "work" / wanted, error);
  if (error) return Fail("validation", "cannot make cwd `" + directory + "`: " + error.message());
  return inner_work / wanted;
}

Result<Command> Unconfined(const WorkDirectory& work, Confined confined) {
  Command command{.standard_input = std::move(confined.standard_input),
                  .has_result = confined.has_result,
                  .files = std::move(confined.files),
                  .tree_mark = NewTreeMark()};
  const auto path = EnvironmentOr("PATH", kPath);
  const auto& own = work.path();
  WEFT_TRY(command.directory, InnerDirectory(work, confined.directory, own / "work"));
  std::error_code error;
  if (!fs::is_directory(command.directory, error)) {
    return Fail("validation", "cwd `" + confined.directory + "` does not exist");
  }
  command.environment = {"PATH=" + path, "HOME=" + (own / "home").string(), "TMPDIR=" + (own / "tmp").string(),
                         "LANG=C.UTF-8"};
  confined.environment.emplace_back(kTreeVariable, command.tree_mark);
  for (const auto& [name, value] : confined.environment) {
    std::erase_if(command.environment, [&](const auto& entry) { return entry.starts_with(name + '='); });
    command.environment.push_back(name + '=' + value);
  }
  command.program = FindProgram(confined.arguments.front(), path);
  if (command.program.empty()) {
    return Fail("validation", "there is no program `" + confined.arguments.front() + "` on this worker");
  }
  command.arguments = std::move(confined.arguments);
  return command;
}

}  // namespace

Result<WorkDirectory> WorkDirectory::Make(const Settings& settings) {
  auto path = settings.work_directory.empty() ? EnvironmentOr("TMPDIR", "/tmp") : settings.work_directory.string();
  path += "/weft-work-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return Fail("internal", "cannot make a working directory " + path + ": " +
                                std::error_code(errno, std::system_category()).message());
  }
  WorkDirectory directory((fs::path(path)));
  for (const auto* name : {"work", "home", "tmp"}) {
    std::error_code error;
    fs::create_directory(directory.path_ / name, error);
    if (error) return Fail("internal", "cannot make a working directory in " + path + ": " + error.message());
  }
  return directory;
}

WorkDirectory::~WorkDirectory() {
  if (path_.empty()) return;
  std::error_code error;
  fs::remove_all(path_, error);
  if (!error) return;
  // A script may have taken its own directories' permissions away.
  for (auto i = fs::recursive_directory_iterator(path_, error); i != fs::end(i); i.increment(error)) {
    std::error_code ignored;
    if (!i->is_symlink(ignored) && i->is_directory(ignored)) {
      fs::permissions(i->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(path_, error);
}

Result<Command> Sandbox::Confine(const WorkDirectory& work, Confined confined) const {
  WEFT_TRY_VOID(CheckTexts(confined));
  if (settings_.sandbox == Settings::Sandbox::kOff) return Unconfined(work, std::move(confined));
  WEFT_TRY_VOID(Probe());
  WEFT_TRY_VOID(WriteFile(work.path() / "passwd", kPasswd));
  WEFT_TRY_VOID(WriteFile(work.path() / "group", kGroup));
  WEFT_TRY(auto directory, InnerDirectory(work, confined.directory, kInnerWork));
  return Bubblewrap(work, std::move(confined), std::move(directory));
}

Command Sandbox::Bubblewrap(const WorkDirectory& work, Confined confined, std::string directory) const {
  Command command{.program = FindProgram(settings_.bubblewrap, EnvironmentOr("PATH", kPath)),
                  .arguments = {"bwrap"},
                  .standard_input = std::move(confined.standard_input),
                  .has_result = confined.has_result,
                  .files = std::move(confined.files),
                  .tree_mark = NewTreeMark()};
  std::vector<std::string> options{"--unshare-user",
                                   "--uid",
                                   "1000",
                                   "--gid",
                                   "1000",
                                   "--unshare-ipc",
                                   "--unshare-pid",
                                   "--unshare-uts",
                                   "--unshare-cgroup-try",
                                   "--die-with-parent"};
  if (!confined.network) options.emplace_back("--unshare-net");
  std::ranges::move(FileSystem(work, confined.mounts), std::back_inserter(options));
  options.insert(options.end(), {"--chdir", std::move(directory)});
  const auto set = [&](std::string_view name, std::string_view value) {
    options.insert(options.end(), {"--setenv", std::string(name), std::string(value)});
  };
  set("PATH", kPath);
  set("HOME", kInnerHome);
  set("TMPDIR", kInnerTemporary);
  set("LANG", "C.UTF-8");
  for (const auto& [name, value] : confined.environment) set(name, value);
  set(kTreeVariable, command.tree_mark);
  // As a file: arguments and environments of processes are there for others to read.
  std::string packed;
  for (const auto& option : options) (packed += option) += '\0';
  const auto descriptor = 3 + static_cast<std::size_t>(command.has_result) + command.files.size();
  command.files.push_back(std::move(packed));
  command.arguments.insert(command.arguments.end(), {"--args", std::to_string(descriptor), "--"});
  std::ranges::move(confined.arguments, std::back_inserter(command.arguments));
  return command;
}

Result<void> Sandbox::Probe() const {
  std::call_once(probed_, [&] {
    probe_ = [&]() -> Result<void> {
      if (FindProgram(settings_.bubblewrap, EnvironmentOr("PATH", kPath)).empty()) {
        return Fail("sandbox",
                    "shell and python run in a sandbox made by bubblewrap, which is not installed; install it (apt-get "
                    "install bubblewrap), or use --sandbox=off if you trust every workflow with this machine");
      }
      WEFT_TRY(const auto work, WorkDirectory::Make(settings_));
      WEFT_TRY_VOID(WriteFile(work.path() / "passwd", kPasswd));
      WEFT_TRY_VOID(WriteFile(work.path() / "group", kGroup));
      std::string complaint;
      const ProcessOptions options{.on_output = [&](Stream, std::string_view text) { complaint += text; }};
      WEFT_TRY(const auto end, RunProcess(Bubblewrap(work, {.arguments = {"true"}}, std::string(kInnerWork)), options));
      if (end.how == ProcessEnd::How::kExited && end.status == 0) return {};
      while (complaint.ends_with('\n')) complaint.pop_back();
      return Fail(
          "sandbox",
          "bubblewrap cannot make a sandbox here (" + complaint +
              "); allow user namespaces (sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 "
              "and kernel.apparmor_restrict_unprivileged_userns=0 where they exist; in a container, a seccomp "
              "profile that permits them), or use --sandbox=off if you trust every workflow with this machine");
    }();
  });
  return probe_;
}

}  // namespace weft::activities
