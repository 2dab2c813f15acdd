#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// What the command line writes. Results go to stdout and nothing else does; all that is said to people goes to stderr.
namespace weft::cli {

/// Whether escape sequences may be written to the descriptor: a terminal, no `NO_COLOR`, and `TERM` other than `dumb`.
bool WantsColour(int descriptor);

/// Columns of the terminal behind the descriptor; 80 where there is none.
int TerminalWidth(int descriptor);

enum class Colour { kRed = 31, kGreen = 32, kYellow = 33, kBlue = 34, kGrey = 90 };
/// The text in that colour if `on`, else as it is.
std::string Paint(std::string_view text, Colour colour, bool on);

/// Writes all of it, at once. A closed reader is no error: the process then ends with the code it would have had.
void PrintOutput(std::string_view text);
void PrintError(std::string_view text);

/// `weft: MESSAGE` on stderr.
void Report(std::string_view message);

}  // namespace weft::cli
