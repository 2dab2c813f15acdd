#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::server {

class Counter {
 public:
  void Add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class Gauge {
 public:
  void Set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

/// Durations in seconds, by fixed bounds from 1 ms to 10 s.
class Histogram {
 public:
  static constexpr std::array<double, 9> kBounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10};

  void Observe(double seconds);

 private:
  friend class Metrics;
  mutable std::mutex mutex_;
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};  // the last: above all bounds
  double sum_ = 0;
};

/// What a process counts, for Prometheus. Metrics live as long as this and keep their addresses. Any thread.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// The metric of this name and these labels, made at the first call. One name has one kind and one help text.
  Counter& CounterOf(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& GaugeOf(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& HistogramOf(std::string_view name, std::string_view help, const Labels& labels = {});

  /// The text format, version 0.0.4, sorted by name and labels.
  [[nodiscard]] std::string Text() const;

 private:
  struct Family {
    std::string help;
    std::map<std::string, std::unique_ptr<Counter>> counters;  // by labels as they are written
    std::map<std::string, std::unique_ptr<Gauge>> gauges;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
  };
  Family& FamilyOf(std::string_view name, std::string_view help);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

/// Counts one for as long as it lives.
class Counting {
 public:
  explicit Counting(Gauge& gauge) : gauge_(gauge) { gauge_.Add(1); }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
  ~Counting() { gauge_.Add(-1); }

 private:
  Gauge& gauge_;
};

}  // namespace weft::server
