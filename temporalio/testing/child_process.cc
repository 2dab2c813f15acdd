#include "temporalio/testing/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <future>
#include <optional>
#include <utility>

namespace temporalio::testing {
namespace {

constexpr std::size_t kTailLines = 30;
constexpr std::chrono::seconds kPatience{5};

// In the child, between fork and exec: only functions that are safe in a copy of a process with threads.
[[noreturn]] void Exec(char* const* arguments, pid_t parent, int output, int failure) {
  const auto give_up = [failure] {
    const int error = errno;
    [[maybe_unused]] const auto written = write(failure, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up();
  if (getppid() != parent) _exit(127);  // it died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
    give_up();
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  execvp(arguments[0], arguments);
  give_up();
  _exit(127);
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(std::vector<std::string> arguments) {
  std::unique_ptr<ChildProcess> process(new ChildProcess);
  std::promise<std::optional<Error>> spawned;
  auto outcome = spawned.get_future();
  process->thread_ = std::thread([&, self = process.get()] {
    std::optional<Error> error = self->Spawn(arguments);
    const bool failed = error.has_value();
    spawned.set_value(std::move(error));
    if (!failed) self->ReadOutput();
  });
  if (auto error = outcome.get()) return std::unexpected(*std::move(error));
  return process;
}

std::optional<Error> ChildProcess::Spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  int output[2];
  int failure[2];
  if (pipe2(output, O_CLOEXEC) != 0) return Error{Error::Code::kResourceExhausted, std::strerror(errno), {}};
  if (pipe2(failure, O_CLOEXEC) != 0) {
    const int error = errno;
    close(output[0]);
    close(output[1]);
    return Error{Error::Code::kResourceExhausted, std::strerror(error), {}};
  }
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) Exec(argv.data(), parent, output[1], failure[1]);
  const int fork_error = errno;
  close(output[1]);
  close(failure[1]);
  output_ = output[0];
  int exec_error = 0;
  const bool told = pid_ > 0 && read(failure[0], &exec_error, sizeof exec_error) == sizeof exec_error;
  close(failure[0]);
  if (pid_ < 0)
    return Error{Error::Code::kResourceExhausted,
                 "No process can be started for " + arguments[0] + ": " + std::strerror(fork_error),
                 {}};
  if (told) return Error{Error::Code::kNotFound, arguments[0] + " cannot be run: " + std::strerror(exec_error), {}};
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  return std::nullopt;
}

ChildProcess::~ChildProcess() {
  if (pidfd_ >= 0) {
    kill(pid_, SIGTERM);
    if (!EndsWithin(kPatience)) kill(pid_, SIGKILL);
  }
  // Its output ends with it, and with that the thread.
  if (thread_.joinable()) thread_.join();
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  if (pidfd_ >= 0) close(pidfd_);
  if (output_ >= 0) close(output_);
}

bool ChildProcess::EndsWithin(std::chrono::milliseconds patience) const {
  pollfd ended{pidfd_, POLLIN, 0};
  return poll(&ended, 1, static_cast<int>(patience.count())) > 0;
}

std::string ChildProcess::OutputTail() const {
  std::unique_lock lock(mutex_);
  // What it wrote last may still be on its way. A child of its own may hold the pipe open.
  if (EndsWithin(std::chrono::milliseconds(0))) read_all_.wait_for(lock, kPatience, [this] { return has_read_all_; });
  std::string text;
  for (const std::string& line : tail_) text += line + "\n";
  return text;
}

void ChildProcess::ReadOutput() {
  char buffer[4096];
  std::string line;
  for (;;) {
    const ssize_t count = read(output_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    for (const char c : std::string_view(buffer, static_cast<std::size_t>(count))) {
      if (c != '\n') {
        line += c;
        continue;
      }
      std::lock_guard lock(mutex_);
      tail_.push_back(std::exchange(line, {}));
      if (tail_.size() > kTailLines) tail_.pop_front();
    }
  }
  // The last line may lack its end.
  std::lock_guard lock(mutex_);
  if (!line.empty()) tail_.push_back(std::move(line));
  has_read_all_ = true;
  read_all_.notify_all();
}

}  // namespace temporalio::testing
