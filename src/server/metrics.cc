#include "server/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::server {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Write(const Metrics::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, Escape(value));
  }
  return text;
}

std::string InBraces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

template <class T>
T& In(std::map<std::string, std::unique_ptr<T>>& metrics, const Metrics::Labels& labels) {
  auto& metric = metrics[Write(labels)];
  if (!metric) metric = std::make_unique<T>();
  return *metric;
}

}  // namespace

void Histogram::Observe(double seconds) {
  const auto bucket = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
  const std::scoped_lock lock(mutex_);
  ++counts_.at(static_cast<std::size_t>(bucket));
  sum_ += seconds;
}

Metrics::Family& Metrics::FamilyOf(std::string_view name, std::string_view help) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.try_emplace(std::string(name)).first;
    found->second.help = help;
  }
  return found->second;
}

Counter& Metrics::CounterOf(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  return In(FamilyOf(name, help).counters, labels);
}

Gauge& Metrics::GaugeOf(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  return In(FamilyOf(name, help).gauges, labels);
}

Histogram& Metrics::HistogramOf(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  return In(FamilyOf(name, help).histograms, labels);
}

std::string Metrics::Text() const {
  const std::scoped_lock lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) {
    const auto* type = !family.counters.empty() ? "counter" : !family.gauges.empty() ? "gauge" : "histogram";
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, family.help, type);
    for (const auto& [labels, counter] : family.counters) {
      text += fmt::format("{}{} {}\n", name, InBraces(labels), counter->value());
    }
    for (const auto& [labels, gauge] : family.gauges) {
      text += fmt::format("{}{} {}\n", name, InBraces(labels), gauge->value());
    }
    for (const auto& [labels, histogram] : family.histograms) {
      const std::scoped_lock histogram_lock(histogram->mutex_);
      const auto* comma = labels.empty() ? "" : ",";
      std::uint64_t count = 0;
      for (std::size_t i = 0; i < histogram->counts_.size(); ++i) {
        count += histogram->counts_.at(i);
        const auto bound = i < Histogram::kBounds.size() ? fmt::format("{}", Histogram::kBounds.at(i)) : "+Inf";
        text += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, count);
      }
      text += fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, InBraces(labels), histogram->sum_, count);
    }
  }
  return text;
}

}  // namespace weft::server
