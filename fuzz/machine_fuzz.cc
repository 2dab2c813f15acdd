#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "generator.h"

/// Random workflows, random outcomes in a random order: nothing crashes, every rule of the driver holds, every run
/// ends, and a second machine gives the same commands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft::machine::testing;
  Choices choices(std::span(data, size));
  const auto workflow = RandomWorkflow(choices, {.nodes = 12});
  Driver driver(workflow, {});
  const auto broken = PlayAtRandom(driver, choices);
  if (broken.empty()) return 0;
  for (const auto& what : broken) std::cerr << what << '\n';
  std::cerr << workflow << '\n';
  std::abort();
}
