#include "dsl/timezone.h"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

#include "dsl/keys.h"

namespace weft::dsl {
namespace {

constexpr const char* kDatabase = "/usr/share/zoneinfo/tzdata.zi";

using Names = std::set<std::string, std::less<>>;

/// The database's text has a line `Z NAME …` for each zone and `L ZONE NAME` for each other name of one.
Names ReadNames() {
  Names names;
  std::ifstream file(kDatabase);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, first, second;
    words >> kind >> first >> second;
    if (kind == "Z") names.insert(first);
    if (kind == "L") names.insert(second);
  }
  return names;
}

std::string HintFor(std::string_view name, const Names& names) {
  std::vector<std::string_view> all;
  for (const auto& known : names) {
    // `Shanghai` alone is the commonest slip.
    if (known.ends_with(name) && known.size() > name.size() && known[known.size() - name.size() - 1] == '/') {
      return fmt::format("did you mean `{}`?", known);
    }
    all.push_back(known);
  }
  if (const auto near = DidYouMean(name, all); !near.empty()) return fmt::format("did you mean `{}`?", near);
  return "write a name such as `Asia/Shanghai`, `Europe/Berlin` or `UTC`";
}

}  // namespace

std::optional<TimeZoneProblem> CheckTimeZone(std::string_view name) {
  static const Names names = ReadNames();
  if (names.empty() || names.contains(name)) return {};
  return TimeZoneProblem{fmt::format("there is no time zone `{}`", name), HintFor(name, names)};
}

}  // namespace weft::dsl
