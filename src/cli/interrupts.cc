#include "cli/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <utility>

namespace weft::cli {

Interrupts::Interrupts(std::function<void(int count)> on_signal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const int taken = ::signalfd(-1, &signals, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([taken, wake = wake_, on_signal = std::move(on_signal)] {
    for (int count = 0;;) {
      pollfd ready[] = {{taken, POLLIN, 0}, {wake, POLLIN, 0}};
      if (::poll(ready, 2, -1) < 0) continue;
      if ((ready[1].revents & POLLIN) != 0) break;
      signalfd_siginfo about{};
      if (::read(taken, &about, sizeof about) == static_cast<ssize_t>(sizeof about)) on_signal(++count);
    }
    ::close(taken);
  });
}

Interrupts::~Interrupts() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(wake_);
}

}  // namespace weft::cli
