#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace temporalio::test {

/// Checks again and again until `holds`, for what Temporal does a moment later. False after a minute.
inline bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace temporalio::test
