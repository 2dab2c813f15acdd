#include "base/id.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace weft {
namespace {

constexpr std::size_t kTimeBytes = 6;
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 26;
using Bits = std::array<unsigned char, 16>;

/// Adds one to the random part.
void Increment(Bits& bits) {
  for (std::size_t i = bits.size(); i-- > kTimeBytes;) {
    if (++bits[i] != 0) return;
  }
}

/// 128 bits in Crockford's base 32, most significant first; the first letter holds three bits.
std::string Encode(const Bits& bits) {
  std::string text;
  unsigned value = 0;
  int held = 2;  // 130 bits: two leading zeros
  for (const unsigned char byte : bits) {
    value = (value << 8U) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text.push_back(kLetters[(value >> static_cast<unsigned>(held)) & 31U]);
    }
  }
  return text;
}

}  // namespace

std::string NewUlid() {
  static std::mutex mutex;
  static Bits last{};
  static std::int64_t last_time = -1;
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::scoped_lock lock(mutex);
  if (now > last_time) {
    last_time = now;
    for (std::size_t i = 0; i < kTimeBytes; ++i)
      last[i] = static_cast<unsigned char>(now >> (8 * (kTimeBytes - 1 - i)));
    RAND_bytes(last.data() + kTimeBytes, static_cast<int>(last.size() - kTimeBytes));
  } else {
    Increment(last);
  }
  return Encode(last);
}

bool IsUlid(std::string_view text) {
  return text.size() == kLength && std::ranges::all_of(text, [](char c) { return kLetters.contains(c); });
}

}  // namespace weft
