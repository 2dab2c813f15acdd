#pragma once

#include <string>
#include <vector>

#include "cli/test_simulation.h"

namespace weft::cli {

/// What is not as expected, one line each; empty: the test passed.
std::vector<std::string> Differences(const TestFile& test, const Trace& trace);

/// What became of every node, a line each, for people.
std::vector<std::string> NodeLines(const Trace& trace);

}  // namespace weft::cli
