// The load of run.py: webhooks from many connections, and viewers of instances. Figures as JSON on stdout.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int port = 0;
  std::string token;
  int connections = 16;
  // hooks
  std::string path;
  std::string secret;
  int count = 1000;
  std::string prefix = "k";
  // viewers
  std::string instance;
};

[[noreturn]] void Die(const std::string& message) {
  fmt::print(stderr, "server_load: {}\n", message);
  std::exit(1);
}

int Connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Die("cannot connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void SendAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) Die("the server closed a connection");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Signature(const std::string& secret, const std::string& body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

/// Reads one answer with a Content-Length; gives its status.
int ReadAnswer(int fd, std::string& buffer) {
  std::array<char, 4096> piece;
  for (;;) {
    const auto end = buffer.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto at = buffer.find("Content-Length: ");
      const auto length = at < end ? std::stoul(buffer.substr(at + 16)) : 0;
      if (buffer.size() >= end + 4 + length) {
        const int status = std::stoi(buffer.substr(9, 3));
        buffer.erase(0, end + 4 + length);
        return status;
      }
    }
    const auto got = ::recv(fd, piece.data(), piece.size(), 0);
    if (got <= 0) Die("the server closed a connection");
    buffer.append(piece.data(), static_cast<std::size_t>(got));
  }
}

/// Each connection sends signed webhooks, one after the other; one that is refused because too much is going on (429,
/// 503) is sent again.
void Hooks(const Options& options) {
  std::atomic<int> next = 0;
  std::atomic<int> refused = 0;
  std::vector<std::vector<double>> taken(static_cast<std::size_t>(options.connections));
  const auto began = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& times : taken) {
      threads.emplace_back([&options, &next, &refused, &times] {
        const int fd = Connect(options.port);
        std::string buffer;
        for (int number = 0; (number = next++) < options.count;) {
          const auto body =
              fmt::format(R"({{"orderId":"{}-{}","amount":12.5,"note":"{:a<200}"}})", options.prefix, number, "");
          const auto request = fmt::format(
              "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Hub-Signature-256: "
              "sha256={}\r\nContent-Length: {}\r\n\r\n{}",
              options.path, Signature(options.secret, body), body.size(), body);
          for (;;) {
            const auto sent = Clock::now();
            SendAll(fd, request);
            const int status = ReadAnswer(fd, buffer);
            if (status == 202 || status == 200) {
              times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
              break;
            }
            if (status != 503 && status != 429) Die(fmt::format("a webhook was answered {}", status));
            ++refused;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }
        ::close(fd);
      });
    }
  }
  const auto seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::vector<double> all;
  for (const auto& times : taken) all.insert(all.end(), times.begin(), times.end());
  std::ranges::sort(all);
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  fmt::print(
      R"({{"accepted":{},"refused":{},"seconds":{:.3f},"per_second":{:.0f},"p50_ms":{:.2f},"p99_ms":{:.2f},"max_ms":{:.2f}}})"
      "\n",
      all.size(), refused.load(), seconds, static_cast<double>(all.size()) / seconds, at(0.5), at(0.99), all.back());
}

/// Opens as many streams of one instance, says `connected`, and reads until standard input ends. Then gives, for each
/// version of the document, when each viewer had it (milliseconds since the epoch).
void Viewers(const Options& options) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const auto request = fmt::format(
      "GET /api/v1/instances/{}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nAccept: "
      "text/event-stream\r\n\r\n",
      options.instance, options.token);
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::map<int, std::string> buffers;
  for (int i = 0; i < options.connections; ++i) {
    const int fd = Connect(options.port);
    SendAll(fd, request);
    buffers[fd];
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  epoll_event input{.events = EPOLLIN, .data = {.fd = STDIN_FILENO}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &input);

  std::map<std::string, std::vector<std::int64_t>> arrivals;
  std::map<int, bool> has_document;
  std::size_t closed = 0;
  std::uint64_t bytes = 0;
  bool said = false;
  std::array<char, 65536> piece;
  std::array<epoll_event, 256> events;
  for (bool reading = true; reading && closed < buffers.size();) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
      if (fd == STDIN_FILENO) {
        reading = ::read(fd, piece.data(), piece.size()) > 0;
        continue;
      }
      const auto got = ::recv(fd, piece.data(), piece.size(), 0);
      if (got <= 0) {
        ::epoll_ctl(poll, EPOLL_CTL_DEL, fd, nullptr);
        ++closed;
        continue;
      }
      bytes += static_cast<std::uint64_t>(got);
      auto& buffer = buffers[fd];
      buffer.append(piece.data(), static_cast<std::size_t>(got));
      const auto now =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count();
      for (std::size_t end = 0; (end = buffer.find("\n\n")) != std::string::npos; buffer.erase(0, end + 2)) {
        auto frame = std::string_view(buffer).substr(0, end);
        if (frame.find("event: instance") != std::string_view::npos) has_document[fd] = true;
        const auto id = frame.starts_with("id: ") ? 0 : frame.find("\nid: ");
        if (id == std::string_view::npos) continue;
        frame.remove_prefix(id == 0 ? 4 : id + 5);
        arrivals[std::string(frame.substr(0, frame.find('\n')))].push_back(now);
      }
      if (!said && has_document.size() == buffers.size()) {
        said = true;
        fmt::print("connected\n");
        std::fflush(stdout);
      }
    }
  }
  std::string versions;
  for (const auto& [version, times] : arrivals) {
    versions += fmt::format("{}\"{}\":[{}]", versions.empty() ? "" : ",", version, fmt::join(times, ","));
  }
  fmt::print(R"({{"bytes":{},"closed":{},"versions":{{{}}}}})"
             "\n",
             bytes, closed, versions);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Load for bench/server");
  app.require_subcommand(1);
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections);
  auto* hooks = app.add_subcommand("hooks");
  hooks->add_option("--path", options.path)->required();
  hooks->add_option("--secret", options.secret)->required();
  hooks->add_option("--count", options.count);
  hooks->add_option("--prefix", options.prefix);
  auto* viewers = app.add_subcommand("viewers");
  viewers->add_option("--instance", options.instance)->required();
  viewers->add_option("--token", options.token)->required();
  CLI11_PARSE(app, argc, argv);
  if (*hooks) Hooks(options);
  if (*viewers) Viewers(options);
}
