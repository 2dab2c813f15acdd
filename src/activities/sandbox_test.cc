#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>

#include "activities/fd.h"
#include "activities/run_for_test.h"

namespace weft::activities {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Try(Bench& bench, const std::string& run) { return bench.Text("shell", R"({"run":)" + Quoted(run) + "}"); }

TEST(SandboxTest, SeesNothingOfTheMachineButItsPrograms) {
  const TestDirectory data;
  std::ofstream(data.path() / "weft.db") << "data";
  Bench bench;
  EXPECT_THAT(Try(bench, "cat " + (data.path() / "weft.db").string()), HasSubstr("No such file"));
  EXPECT_THAT(Try(bench, "ls /"),
              AllOf(HasSubstr("usr"), Not(HasSubstr("root")), Not(HasSubstr("srv")), Not(HasSubstr("opt"))));
  EXPECT_THAT(Try(bench, "ls /root"), StartsWith("shell.exit: "));
  EXPECT_THAT(Try(bench, "cat /etc/shadow"), StartsWith("shell.exit: "));
  EXPECT_THAT(Try(bench, "ls /etc/ssl/private"), StartsWith("shell.exit: "));
  EXPECT_THAT(Try(bench, "ps ax -o pid= | wc -l"), Not(HasSubstr("shell.exit")));
}

TEST(SandboxTest, CannotWriteOutsideOfItsOwnDirectories) {
  Bench bench;
  for (const auto* path : {"/x", "/usr/x", "/etc/x", "/usr/bin/env", "/etc/passwd", "/var/x"}) {
    EXPECT_THAT(Try(bench, std::string("echo x > ") + path), StartsWith("shell.exit: ")) << path;
  }
  EXPECT_THAT(Try(bench, "echo x > here; echo y > ~/there; echo z > $TMPDIR/t; cat here ~/there /tmp/t"),
              HasSubstr(R"("stdout":"x\ny\nz")"));
  EXPECT_TRUE(bench.LeftNothing());
}

TEST(SandboxTest, RootsSettingsOfTheKernelCannotBeWrittenWhenTheWorkerIsRoot) {
  Bench bench;
  // Opened only: should it succeed, nothing is changed.
  for (const auto* path : {"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"}) {
    EXPECT_THAT(Try(bench, std::string(": >> ") + path), StartsWith("shell.exit: ")) << path;
  }
  EXPECT_THAT(Try(bench, "unshare -Urpfm --mount-proc sh -c ': >> /proc/sys/kernel/core_pattern'"),
              StartsWith("shell.exit: "));
}

TEST(SandboxTest, HasNoCapabilitiesAndNoOtherProcesses) {
  Bench bench;
  EXPECT_THAT(Try(bench, "id -u; grep CapEff /proc/self/status; ls -d /proc/[0-9]* | wc -l"),
              AllOf(HasSubstr(R"(1000\nCapEff:\t0000000000000000\n)"), Not(HasSubstr(R"(\n9)"))));
}

TEST(SandboxTest, DirectoriesWithoutPermissionsAreRemovedToo) {
  Bench bench;
  EXPECT_THAT(Try(bench, "mkdir -p a/b; touch a/b/c; chmod 0 a/b a"), HasSubstr(R"("exit_code":0)"));
  EXPECT_TRUE(bench.LeftNothing());
}

/// A listening socket on loopback.
struct Listener {
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket.get(), 8);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int port = 0;
};

TEST(SandboxTest, ReachesTheNetworkOnlyIfAllowed) {
  const Listener listener;
  const auto connect = "exec 5<>/dev/tcp/127.0.0.1/" + std::to_string(listener.port) + " && echo connected";
  Bench closed;
  EXPECT_THAT(Try(closed, connect), StartsWith("shell.exit: "));
  Settings settings;
  settings.code_network = true;
  Bench open(settings);
  EXPECT_THAT(Try(open, connect), HasSubstr("connected"));
}

TEST(SandboxTest, ItsEnvironmentIsNotInTheArgumentsOrEnvironmentOfProcessesOutside) {
  Bench bench;
  bench.secrets = {{"token", "very-secret-value"}};
  std::string seen;
  bench.on_log = [&](std::string_view line) {
    if (line != "ready") return;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      for (const auto* name : {"cmdline", "environ"}) {
        std::ifstream file(entry.path() / name);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        // The script's own environment is for its own user's eyes; it begins with what the sandbox sets.
        const bool inside = std::string_view(name) == "environ" && text.contains("HOME=/home/weft");
        if (!inside && text.contains("very-secret-value")) seen += entry.path().string() + ' ' + name + '\n';
      }
    }
    bench.stop.request_stop();
  };
  bench.RunInput(
      "shell",
      R"({"args":{"run":"echo ready; sleep 1000"},"secrets":[{"path":["env","T"],"segments":[{"secret":"token"}]}]})");
  EXPECT_EQ(seen, "");
}

TEST(SandboxTest, AnEnvironmentVariableDoesNotChangeTheSandboxItself) {
  Bench bench;
  EXPECT_THAT(
      bench.Text("shell", R"({"run":"echo $PATH","env":{"PATH":"/nowhere:/usr/bin","LD_PRELOAD":"/no/such.so"}})"),
      HasSubstr(R"("stdout":"/nowhere:/usr/bin")"));
}

TEST(SandboxTest, WithoutBubblewrapCodeIsRefused) {
  Settings settings;
  settings.bubblewrap = "no-such-bwrap";
  Bench bench(settings);
  EXPECT_THAT(Try(bench, "echo x"),
              AllOf(StartsWith("sandbox: "), HasSubstr("install it"), HasSubstr("--sandbox=off")));
}

TEST(SandboxTest, ABubblewrapThatMayNotWorkIsRefusedWithItsWords) {
  const TestDirectory directory;
  const auto fake = directory.path() / "bwrap";
  std::ofstream(fake) << "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
  std::filesystem::permissions(fake, std::filesystem::perms::owner_all);
  Settings settings;
  settings.bubblewrap = fake;
  Bench bench(settings);
  EXPECT_THAT(Try(bench, "echo x"), AllOf(StartsWith("sandbox: "), HasSubstr("No permissions to create new namespace"),
                                          HasSubstr("user.max_user_namespaces")));
}

}  // namespace
}  // namespace weft::activities
