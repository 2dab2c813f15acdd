#include "expr/builtins.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weft::expr {
namespace {

// What libjq defines after native/jq/edit.py; a test compiles a call of each.
constexpr std::string_view kBuiltins =
    "_negate/0 tojson/0 fromjson/0 tonumber/0 toboolean/0 tostring/0 keys/0 keys_unsorted/0 startswith/1 endswith/1 "
    "split/1 "
    "explode/0 implode/0 trim/0 ltrim/0 rtrim/0 setpath/2 getpath/1 delpaths/1 has/1 contains/1 length/0 "
    "utf8bytelength/0 type/0 isinfinite/0 isnan/0 isnormal/0 infinite/0 nan/0 sort/0 unique/0 bsearch/1 min/0 max/0 "
    "error/0 format/1 strptime/1 strftime/1 mktime/0 gmtime/0 now/0 error/1 map/1 select/1 sort_by/1 group_by/1 "
    "unique_by/1 max_by/1 min_by/1 add/1 add/0 del/1 abs/0 map_values/1 recurse/1 recurse/2 recurse/0 to_entries/0 "
    "from_entries/0 with_entries/1 reverse/0 indices/1 index/1 rindex/1 paths/0 paths/1 isfinite/0 arrays/0 objects/0 "
    "iterables/0 booleans/0 numbers/0 normals/0 finites/0 strings/0 nulls/0 values/0 scalars/0 join/1 flatten/1 "
    "flatten/0 range/1 range/2 range/3 fromdateiso8601/0 todateiso8601/0 fromdate/0 todate/0 ltrimstr/1 rtrimstr/1 "
    "trimstr/1 match/2 match/1 test/2 test/1 capture/2 capture/1 scan/2 scan/1 splits/2 splits/1 split/2 sub/3 sub/2 "
    "gsub/3 gsub/2 while/2 until/2 limit/2 skip/2 first/1 isempty/1 all/2 any/2 all/1 any/1 all/0 any/0 nth/2 first/0 "
    "last/0 last/1 nth/1 combinations/0 combinations/1 transpose/0 in/1 inside/1 repeat/1 ascii_downcase/0 "
    "ascii_upcase/0 truncate_stream/1 fromstream/1 tostream/0 walk/1 pick/1 INDEX/2 INDEX/1 JOIN/2 JOIN/3 JOIN/4 IN/1 "
    "IN/2 empty/0 not/0 path/1 builtins/0 frexp/0 modf/0 ceil/0 fabs/0 floor/0 logb/0 nearbyint/0 rint/0 round/0 "
    "sqrt/0 "
    "trunc/0 copysign/2 fdim/2 fmax/2 fmin/2 fmod/2 ldexp/2 nextafter/2 remainder/2 fma/3";

// The operators reach us as calls of these.
constexpr std::string_view kOperators =
    " _plus _minus _multiply _divide _mod _equal _notequal _less _greater _lesseq _greatereq _assign _modify ";

constexpr std::string_view kOutside =
    " env input inputs debug stderr input_filename input_line_number halt halt_error get_search_list modulemeta "
    "localtime strflocaltime get_prog_origin get_jq_origin ";
constexpr std::string_view kInexact =
    " pow log log2 log10 log1p exp exp2 exp10 expm1 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh "
    "cbrt hypot gamma lgamma tgamma lgamma_r erf erfc j0 j1 jn y0 y1 yn significand scalb scalbln drem pow10 ";

const std::unordered_set<std::string_view>& Known() {
  static const auto known = [] {
    std::unordered_set<std::string_view> set;
    for (auto rest = std::string_view(kBuiltins); !rest.empty();) {
      const auto space = std::min(rest.find(' '), rest.size());
      set.insert(rest.substr(0, space));
      rest.remove_prefix(std::min(space + 1, rest.size()));
    }
    return set;
  }();
  return known;
}

/// Each name in `list` stands between spaces.
bool InList(std::string_view list, std::string_view name) { return list.contains(' ' + std::string(name) + ' '); }

std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

bool IsBuiltin(std::string_view name, int arity) {
  if (arity == 2 && InList(kOperators, name)) return true;
  return Known().contains(std::string(name) + '/' + std::to_string(arity));
}

std::size_t CountBuiltins() {
  return static_cast<std::size_t>(
      std::ranges::count_if(Known(), [](std::string_view name) { return !name.starts_with('_'); }));
}

std::string HintForFunction(std::string_view name, int arity) {
  if (InList(kOutside, name)) {
    return "it reads the outside world, so that a replay could not repeat it; give the value as an input or an "
           "environment";
  }
  if (InList(kInexact, name))
    return "its last digit differs between machines, so that a replay could not repeat it; use a python node";
  std::string arities;
  for (int n = 0; n <= 4; ++n) {
    if (n != arity && IsBuiltin(name, n)) arities += (arities.empty() ? "" : " or ") + std::to_string(n);
  }
  if (!arities.empty()) return "`" + std::string(name) + "` takes " + arities + " arguments, separated by `;`";
  std::string names;
  for (const auto known : Known()) {
    if (!known.starts_with('_')) names += std::string(known.substr(0, known.find('/'))) + ' ';
  }
  if (const auto meant = DidYouMean(name, names)) return "did you mean `" + *meant + "`?";
  return {};
}

std::optional<std::string> DidYouMean(std::string_view name, std::string_view candidates) {
  std::optional<std::string> best;
  auto best_distance = std::min<std::size_t>(2, name.size() / 2) + 1;
  for (auto rest = candidates; !rest.empty();) {
    const auto space = std::min(rest.find(' '), rest.size());
    const auto candidate = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
    if (candidate.empty()) continue;
    const auto distance = Distance(name, candidate);
    if (distance < best_distance || (distance == best_distance && best && candidate < *best)) {
      best_distance = distance;
      best = std::string(candidate);
    }
  }
  return best;
}

}  // namespace weft::expr
