#include "cli/hidden_input.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "cli/file.h"
#include "cli/output.h"

namespace weft::cli {
namespace {

/// Turns the terminal's echo off for its life.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string ReadLine() {
  std::string line;
  char c = 0;
  while (true) {
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || c == '\n') return line;
    line += c;
  }
}

}  // namespace

Result<std::string> ReadHidden(const std::string& prompt) {
  std::string text;
  if (::isatty(STDIN_FILENO) == 1) {
    PrintError(prompt);
    const NoEcho no_echo;
    text = ReadLine();
    PrintError("\n");
  } else {
    WEFT_TRY(text, ReadTextFile("-"));
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  if (text.empty()) return Fail("usage", "There was no value on standard input.");
  return text;
}

}  // namespace weft::cli
