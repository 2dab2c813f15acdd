#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "driver.h"

namespace weft::machine::testing {

/// Where random workflows and random orders of events take their choices from: bytes of a fuzzer, or a seed.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : seed_(seed), endless_(true) {}
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// From 0 to `count` - 1; 0 when the bytes are used up.
  std::uint32_t Below(std::uint32_t count);
  bool OneIn(std::uint32_t count) { return Below(count) == 1; }
  [[nodiscard]] bool exhausted() const { return !endless_ && next_ >= bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t next_ = 0;
  std::uint64_t seed_ = 0;
  bool endless_ = false;
};

/// What a random workflow may hold.
struct Shape {
  std::uint32_t nodes = 8;   ///< of a region, at most
  bool races = true;         ///< what may depend on the order of events: first, always, errors of items
  bool finish_only = false;  ///< on_failure: finish
  int depth = 2;             ///< of regions inside regions
  bool waits = true;         ///< nodes that wait for time, events and people
};

/// A valid workflow as JSON.
std::string RandomWorkflow(Choices& choices, const Shape& shape);

/// Runs to the end in a random order of random outcomes. What broke the rules, `stuck` included; empty: nothing.
std::vector<std::string> PlayAtRandom(Driver& driver, Choices& choices);

/// Runs to the end in a random order in which each operation's outcome follows from its name alone; `continued`: and
/// continues as new now and then.
std::vector<std::string> PlayInRandomOrder(Driver& driver, Choices& choices, std::uint64_t outcomes,
                                           bool continued = false);

}  // namespace weft::machine::testing
