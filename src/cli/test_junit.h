#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace weft::cli {

/// How one test went.
struct TestOutcome {
  std::string path, title;
  std::vector<std::string> differences;  ///< empty: passed
  std::vector<std::string> nodes;        ///< of a failed one: what became of them
  std::vector<std::string> notices;      ///< likewise: what the interpreter remarked
  std::string duration;                  ///< in the run's own time
  std::chrono::microseconds took{0};
};

/// The outcomes as JUnit's XML, as CI systems read it.
std::string JUnitXml(const std::vector<TestOutcome>& outcomes);

}  // namespace weft::cli
