#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace weft::cli {
namespace {

void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool WantsColour(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && !IsSet("NO_COLOR") && terminal != nullptr && std::string_view(terminal) != "dumb";
}

int TerminalWidth(int descriptor) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string Paint(std::string_view text, Colour colour, bool on) {
  if (!on) return std::string(text);
  return "\x1b[" + std::to_string(static_cast<int>(colour)) + "m" + std::string(text) + "\x1b[0m";
}

void PrintOutput(std::string_view text) { WriteAll(STDOUT_FILENO, text); }
void PrintError(std::string_view text) { WriteAll(STDERR_FILENO, text); }
void Report(std::string_view message) { PrintError("weft: " + std::string(message) + "\n"); }

}  // namespace weft::cli
