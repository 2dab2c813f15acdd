#include "machine/retry.h"

#include <algorithm>
#include <array>

namespace weft::machine {
namespace {

bool Covers(const std::vector<std::string>& list, std::string_view code) {
  return std::ranges::any_of(list, [&](const std::string& entry) {
    return code == entry || (code.starts_with(entry) && code.size() > entry.size() && code[entry.size()] == '.');
  });
}

bool IsFinal(std::string_view code, const expr::Value& data) {
  constexpr std::array<std::string_view, 6> kFinal{"expression", "validation", "no_case",
                                                   "too_large",  "cancelled",  "http.blocked"};
  if (std::ranges::find(kFinal, code) != kFinal.end()) return true;
  if (code != "http.status") return false;
  const auto status = data.Get("status").AsInteger();
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

/// FNV-1a, then the finisher of splitmix64 (both public domain), because FNV's high bits mix badly on short texts.
std::uint64_t Hash(std::string_view text) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27U)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31U);
}

}  // namespace

bool IsRetryable(std::string_view code, const expr::Value& data, const dsl::Retry& retry) {
  if (Covers(retry.except, code)) return false;
  if (!retry.on.empty()) return Covers(retry.on, code);
  return !IsFinal(code, data);
}

Duration RetryDelay(const dsl::Retry& retry, int attempt, std::string_view seed) {
#pragma clang fp contract(off)  // a fused multiply-add would round differently on other processors
  const auto longest = static_cast<double>(retry.max_delay.count());
  double delay = static_cast<double>(retry.delay.count());
  for (int i = 1; i < attempt && delay < longest; ++i) delay *= retry.backoff;
  delay = std::min(delay, longest);
  const double unit = static_cast<double>(Hash(seed) >> 11U) / 9007199254740992.0;  // 2^53: [0, 1)
  delay *= 1 + retry.jitter * (2 * unit - 1);
  return Duration(std::max<std::int64_t>(0, static_cast<std::int64_t>(delay)));
}

}  // namespace weft::machine
