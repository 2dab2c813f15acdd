#include "activities/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgets to say that it is C
}

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "activities/fd.h"
#include "activities/process_tree.h"

namespace weft::activities {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kGrace = std::chrono::seconds(2);
constexpr auto kDrain = std::chrono::milliseconds(500);
constexpr auto kRescan = std::chrono::milliseconds(10);
constexpr int kKillRounds = 30;
/// Descriptors to be given to a child are kept above the numbers that they will have there.
constexpr int kAboveChild = 64;

std::unexpected<Error> SpawnError(std::string what, int error) {
  return Fail("internal", std::move(what) + ": " + std::strerror(error));
}

Result<Fd> Raise(Fd fd) {
  Fd raised(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveChild));
  if (!raised) return SpawnError("no descriptor is free", errno);
  return raised;
}

Result<Fd> FileWith(std::string_view content) {
  Fd file(::memfd_create("weft", MFD_CLOEXEC));
  if (!file) return SpawnError("no memory for a process's input", errno);
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0) return SpawnError("no memory for a process's input", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return Raise(std::move(file));
}

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return SpawnError("no descriptor is free", errno);
  Pipe pipe{.read = Fd(ends[0]), .write = Fd(ends[1])};
  // Only our end: the child's programs expect writing to block.
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  WEFT_TRY(pipe.write, Raise(std::move(pipe.write)));
  return pipe;
}

class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));  // NOLINT: exec does not write
  pointers.push_back(nullptr);
  return pointers;
}

/// Makes `fd` readable once stop is requested.
struct WakeUp {
  int fd;
  void operator()() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
  }
};

/// One command from its start to the end of its last process.
class Running {
 public:
  Running(const Command& command, const ProcessOptions& options) : command_(command), options_(options) {}

  Result<ProcessEnd> Run() {
    WEFT_TRY_VOID(Spawn());
    const std::stop_callback wake(options_.stop, WakeUp{stop_event_.get()});
    if (options_.timeout) deadline_ = Clock::now() + *options_.timeout;
    while ((phase_ != Phase::kDraining || AnyOpen()) && Wait()) {
    }
    if (pid_ != 0) Reap();
    return std::move(end_);
  }

 private:
  enum class Phase { kRunning, kTerminating, kDraining };
  enum Source { kOut, kErr, kResult, kSources };

  Result<void> Spawn() {
    std::vector<Fd> given;
    WEFT_TRY(auto input, FileWith(command_.standard_input));
    given.push_back(std::move(input));
    for (const auto source : {kOut, kErr}) {
      WEFT_TRY(auto pipe, MakePipe());
      pipes_[source] = std::move(pipe.read);
      given.push_back(std::move(pipe.write));
    }
    if (command_.has_result) {
      WEFT_TRY(auto pipe, MakePipe());
      pipes_[kResult] = std::move(pipe.read);
      given.push_back(std::move(pipe.write));
    }
    for (const auto& content : command_.files) {
      WEFT_TRY(auto file, FileWith(content));
      given.push_back(std::move(file));
    }
    SpawnSettings settings;
    for (std::size_t i = 0; i < given.size(); ++i) {
      ::posix_spawn_file_actions_adddup2(&settings.actions, given[i].get(), static_cast<int>(i));
    }
    ::posix_spawn_file_actions_addclosefrom_np(&settings.actions, static_cast<int>(given.size()));
    if (!command_.directory.empty()) {
      ::posix_spawn_file_actions_addchdir_np(&settings.actions, command_.directory.c_str());
    }
    stop_event_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_event_) return SpawnError("no descriptor is free", errno);
    const auto arguments = Pointers(command_.arguments);
    const auto environment = Pointers(command_.environment);
    if (const int error = ::posix_spawn(&pid_, command_.program.c_str(), &settings.actions, &settings.attributes,
                                        arguments.data(), environment.data());
        error != 0) {
      return SpawnError("cannot start " + command_.program, error);
    }
    started_ = StartTime(pid_);
    pidfd_ = Fd(::pidfd_open(pid_, 0));
    if (pidfd_) return {};
    const int error = errno;
    KillRest();
    Reap();
    return SpawnError("cannot watch " + command_.program, error);
  }

  [[nodiscard]] bool AnyOpen() const {
    return std::ranges::any_of(pipes_, [](const Fd& pipe) { return static_cast<bool>(pipe); });
  }

  /// Waits for the next thing to happen and deals with it. False: what still holds the pipes has had its time.
  bool Wait() {
    std::array<pollfd, kSources + 2> polled{};
    for (std::size_t i = 0; i < kSources; ++i) polled[i] = {pipes_[i].get(), POLLIN, 0};
    polled[kSources] = {pid_ != 0 ? pidfd_.get() : -1, POLLIN, 0};
    polled[kSources + 1] = {phase_ == Phase::kRunning ? stop_event_.get() : -1, POLLIN, 0};
    int timeout = -1;
    if (deadline_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
      timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    }
    const int ready = ::poll(polled.data(), polled.size(), timeout);
    if (ready < 0) return true;  // EINTR
    for (std::size_t i = 0; i < kSources; ++i) {
      if (polled[i].revents != 0) Read(static_cast<Source>(i));
    }
    if (polled[kSources].revents != 0) {
      Reap();
      KillRest();
      Drain();
      return true;
    }
    if (polled[kSources + 1].revents != 0) {
      Terminate(ProcessEnd::How::kStopped);
      return true;
    }
    if (!deadline_ || Clock::now() < *deadline_) return true;
    switch (phase_) {
      case Phase::kRunning: Terminate(ProcessEnd::How::kTimedOut); return true;
      case Phase::kTerminating:
        KillRest();
        Drain();
        return true;
      case Phase::kDraining: return false;
    }
    return false;
  }

  void Read(Source source) {
    auto& pipe = pipes_[source];
    const auto got = ::read(pipe.get(), buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return pipe.Close();
    const std::string_view chunk(buffer_.data(), static_cast<std::size_t>(got));
    if (source != kResult) {
      if (options_.on_output) options_.on_output(source == kOut ? Stream::kStdout : Stream::kStderr, chunk);
      return;
    }
    const auto room = options_.max_result - std::min(options_.max_result, end_.result.size());
    if (chunk.size() > room) end_.result_too_large = true;
    end_.result += chunk.substr(0, room);
  }

  void Terminate(ProcessEnd::How how) {
    end_.how = how;
    for (const auto& member : FindTree(pid_, command_.tree_mark, started_)) {
      if (member.marked) ::kill(member.pid, SIGTERM);
    }
    phase_ = Phase::kTerminating;
    deadline_ = Clock::now() + kGrace;
  }

  /// Ends every process there is, and those that are being started meanwhile.
  void KillRest() const {
    for (int round = 0; round < kKillRounds; ++round) {
      const auto members = FindTree(pid_, command_.tree_mark, started_);
      if (members.empty()) return;
      for (const auto& member : members) ::kill(member.pid, SIGKILL);
      ::poll(nullptr, 0, static_cast<int>(kRescan.count()));
    }
  }

  void Drain() {
    phase_ = Phase::kDraining;
    deadline_ = Clock::now() + kDrain;
  }

  void Reap() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    pid_ = 0;
    if (end_.how != ProcessEnd::How::kExited) return;
    end_.status = info.si_status;
    if (info.si_code != CLD_EXITED) end_.how = ProcessEnd::How::kSignal;
  }

  const Command& command_;
  const ProcessOptions& options_;
  std::array<Fd, kSources> pipes_;
  Fd stop_event_;
  Fd pidfd_;
  pid_t pid_ = 0;  ///< 0 once it is reaped
  std::uint64_t started_ = 0;
  Phase phase_ = Phase::kRunning;
  std::optional<Clock::time_point> deadline_;
  ProcessEnd end_;
  std::array<char, 65536> buffer_;
};

}  // namespace

std::string_view StreamName(Stream stream) { return stream == Stream::kStdout ? "stdout" : "stderr"; }

Result<ProcessEnd> RunProcess(const Command& command, const ProcessOptions& options) {
  return Running(command, options).Run();
}

std::string FindProgram(std::string_view name, std::string_view search_path) {
  if (name.contains('/')) return std::string(name);
  while (!search_path.empty()) {
    const auto colon = std::min(search_path.find(':'), search_path.size());
    auto path = std::string(search_path.substr(0, colon)) + '/' + std::string(name);
    if (path.front() == '/' && ::access(path.c_str(), X_OK) == 0) return path;
    search_path.remove_prefix(std::min(colon + 1, search_path.size()));
  }
  return {};
}

}  // namespace weft::activities
