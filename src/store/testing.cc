#include "store/testing.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace weft::store {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr std::chrono::seconds kLongestStart{60};

/// PostgreSQL refuses to run as root: then it runs as the user its package made.
const passwd* OtherUser() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

/// Starts a program that ends with this one; its output goes to `log`.
pid_t Spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const passwd* user = OtherUser();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  // After the change of user, which takes it away.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

std::vector<pid_t> ChildrenOf(pid_t process) {
  const auto name = std::to_string(process);
  std::ifstream file("/proc/" + name + "/task/" + name + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

bool IsRunning(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // `PID (NAME) STATE …`
  const auto state = text.rfind(") ");
  return state != std::string::npos && text.substr(state + 2, 1) != "Z";
}

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string UrlOf(const std::filesystem::path& directory, const std::string& database) {
  return "postgresql:///" + database + "?user=weft&host=" + directory.string();
}

}  // namespace

Result<std::unique_ptr<PostgresServer>> PostgresServer::Start() {
  std::string pattern = (std::filesystem::temp_directory_path() / "weft-pg-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return Fail("internal", "cannot make a directory " + pattern);
  std::unique_ptr<PostgresServer> server(new PostgresServer(pattern));
  if (const auto* user = OtherUser()) {
    if (::chown(pattern.c_str(), user->pw_uid, user->pw_gid) != 0)
      return Fail("internal", "cannot give away " + pattern);
  }
  const auto log = server->directory_ / "initdb.log";
  const auto initdb = Spawn({std::string(kPrograms) + "initdb", "--pgdata", pattern + "/data", "--username=weft",
                             "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"},
                            log);
  int status = 0;
  if (initdb < 0 || ::waitpid(initdb, &status, 0) != initdb || status != 0) {
    return Fail("internal",
                "cannot make a PostgreSQL 15 database; is the package postgresql-15 installed? " + TextOf(log));
  }
  WEFT_TRY_VOID(server->Run());
  return server;
}

Result<void> PostgresServer::Run() {
  const auto log = directory_ / "postgres.log";
  process_ =
      Spawn({std::string(kPrograms) + "postgres", "-D", (directory_ / "data").string(), "-k", directory_.string(), "-c",
             "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB"},
            log);
  const auto url = UrlOf(directory_, "postgres");
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (std::chrono::steady_clock::now() < end) {
    if (PQping(url.c_str()) == PQPING_OK) return {};
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Fail("internal", "PostgreSQL does not start: " + TextOf(log));
}

void PostgresServer::Kill() {
  if (process_ < 0) return;
  // Stopped first, so that it starts no further children.
  ::kill(process_, SIGSTOP);
  const auto children = ChildrenOf(process_);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
  // A start finds the shared memory in use until they are gone. Whoever has inherited them may take their time to bury
  // them.
  for (const pid_t child : children) {
    while (IsRunning(child)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Result<void> PostgresServer::Restart() { return Run(); }

PostgresServer::~PostgresServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<std::string> PostgresServer::CreateDatabase() {
  const auto name = "test" + std::to_string(++databases_);
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(UrlOf(directory_, "postgres").c_str()),
                                                                &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> created(
      PQexec(connection.get(), ("CREATE DATABASE " + name).c_str()), &PQclear);
  if (PQresultStatus(created.get()) != PGRES_COMMAND_OK) return Fail("internal", PQerrorMessage(connection.get()));
  return UrlOf(directory_, name);
}

PostgresServer* SharedPostgres() {
  static auto shared = PostgresServer::Start();
  if (shared) return shared->get();
  ADD_FAILURE() << shared.error().message;
  return nullptr;
}

void StoreTest::SetUp() {
  if (GetParam() == "postgresql") {
    auto* server = SharedPostgres();
    ASSERT_NE(server, nullptr);
    const auto created = server->CreateDatabase();
    ASSERT_TRUE(created) << created.error().message;
    url_ = *created;
  } else {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-store-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    url_ = (directory_ / "weft.db").string();
  }
  auto opened = Database::Open({.url = url_});
  ASSERT_TRUE(opened) << opened.error().message;
  database_ = *std::move(opened);
}

void StoreTest::TearDown() {
  database_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

}  // namespace weft::store
