#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "dsl/document.h"

/// Values of the tree in C++ types. Each gives nothing where the value is absent or malformed: the tables' check has
/// reported that.
namespace weft::dsl {

std::optional<std::string> TextOf(const DocumentNode* node);
std::optional<bool> BoolOf(const DocumentNode* node);
std::optional<std::int64_t> IntegerOf(const DocumentNode* node);
std::optional<double> NumberOf(const DocumentNode* node);
std::optional<Duration> DurationOf(const DocumentNode* node);
std::optional<std::uint64_t> SizeOf(const DocumentNode* node);
std::optional<Timestamp> TimeOf(const DocumentNode* node);
/// The texts of a list, or the one text.
std::vector<std::string> TextsOf(const DocumentNode* node);
/// `404` or `200-299`.
std::optional<std::pair<int, int>> StatusRangeOf(const DocumentNode& node);

}  // namespace weft::dsl
