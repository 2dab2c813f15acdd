#include <algorithm>
#include <array>

#include "dsl/keys.h"
#include "dsl/loader.h"
#include "dsl/null_compare.h"
#include "dsl/region_facts.h"
#include "expr/scan.h"

namespace weft::dsl {
namespace {

using expr::Name;
using expr::Read;

constexpr std::array<std::string_view, 7> kNodeFields{"output",    "status",  "error", "attempts",
                                                      "startedAt", "endedAt", "case"};
constexpr std::array<std::string_view, 3> kTriggerFields{"kind", "id", "payload"};
constexpr std::array<std::string_view, 5> kRunFields{"id", "workflow", "revision", "namespace", "startedAt"};

/// An expression of a text and where it begins in it.
struct Program {
  std::string text;
  std::size_t offset = 0;
};

/// Judges what expressions read.
class ReadChecker {
 public:
  ReadChecker(Loader& loader, const Workflow& workflow) : loader_(loader), workflow_(workflow) {}

  void Check(const SitedText& text) {
    std::vector<const Read*> reads;
    text.content.CollectReads(reads);
    for (std::size_t i = 0; i < reads.size(); ++i) CheckRead(text, reads, i);
    if (!loader_.normalised) WarnOfNull(text);
  }

 private:
  /// The expressions of a text, those that only name a secret left out.
  std::vector<Program> Programs(const SitedText& text) const {
    const auto& whole = text.text->text;
    if (text.bare && !whole.contains("${")) return {{whole, 0}};
    std::vector<Program> programs;
    for (auto& piece : expr::ScanText(whole).pieces) {
      if (piece.is_expression && !piece.text.contains("$secrets"))
        programs.push_back({std::move(piece.text), piece.offset});
    }
    return programs;
  }

  /// The expression to which a read belongs; reads come in the order of the expressions.
  Program ProgramOf(const SitedText& text, std::size_t read) const {
    static const std::vector<std::string> kNone;
    const auto& aliases = text.site.names == nullptr ? kNone : text.site.names->aliases;
    for (auto& program : Programs(text)) {
      const auto parsed = expr::Expression::Parse(program.text, text.mode, aliases);
      const auto count = parsed ? parsed->reads().size() : 0;
      if (read < count) return std::move(program);
      read -= count;
    }
    return {};
  }

  Spot SpotOf(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i) const {
    const auto program = ProgramOf(text, i);
    auto length = reads[i]->length;
    if (!reads[i]->path.empty()) {
      const auto behind =
          std::string_view(program.text).substr(std::min(reads[i]->offset + length, program.text.size()));
      const auto step = '.' + reads[i]->path.front();
      if (behind.starts_with(step)) length += step.size();
    }
    return {*text.text, program.offset + reads[i]->offset, length};
  }

  void CheckRead(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i) {
    const auto& read = *reads[i];
    const auto moment = text.site.moment;
    const auto refuse = [&](std::string message, std::string hint = {}) {
      loader_.problems.Error("expression", SpotOf(text, reads, i), std::move(message), std::move(hint));
    };
    const auto* names = text.site.names;
    const bool at_start = moment == Moment::kTrigger || moment == Moment::kStart;
    switch (read.name) {
      case Name::kInput:
        if (moment == Moment::kTrigger) refuse("`$input` is not known to a trigger", "its payload is `.`");
        return;
      case Name::kNodes:
        if (at_start) return refuse("`$nodes` is not known before nodes run");
        if (!read.path.empty()) CheckNodeRead(text, reads, i);
        return;
      case Name::kTrigger: return CheckField(read, "$trigger", kTriggerFields, refuse);
      case Name::kRun:
        if (moment == Moment::kTrigger) return refuse("`$run` is not known before the run starts");
        return CheckField(read, "$run", kRunFields, refuse);
      case Name::kVars:
        if (!read.path.empty() && !workflow_.vars.Has(read.path.front())) {
          refuse("there is no " + Quoted(read.path.front()) + " in `vars`",
                 "declare it under `vars:` at the top of the file");
        }
        return;
      case Name::kError:
        if (at_start || moment == Moment::kEnd) refuse("`$error` is known to nodes only");
        return;
      case Name::kItem:
        if (read.alias.empty() && (names == nullptr || !names->has_item))
          refuse("`$item` is known inside a foreach only");
        return;
      case Name::kIndex:
        if (names == nullptr || !names->has_index) refuse("`$index` is known inside a foreach or loop only");
        return;
      case Name::kPrevious:
        if (names == nullptr || !names->has_previous) refuse("`$previous` is known inside a loop only");
        return;
      case Name::kDot:
      case Name::kSecrets: return;
    }
  }

  template <std::size_t N, class Refuse>
  void CheckField(const Read& read, std::string_view name, const std::array<std::string_view, N>& fields,
                  Refuse refuse) {
    if (read.path.empty() || std::ranges::find(fields, read.path.front()) != fields.end()) return;
    refuse(Quoted(name) + " has no " + Quoted(read.path.front()),
           "it has " + Alternatives({fields.begin(), fields.end()}));
  }

  void CheckNodeRead(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i) {
    const auto& read = *reads[i];
    const auto& id = read.path.front();
    const auto found = loader_.ids.find(id);
    if (found == loader_.ids.end()) return ReportUnknown(text, reads, i);
    const auto [target_region, target] = found->second;
    // Outwards from the reader to the region of the node that is read.
    const auto* region = text.site.region;
    auto reader = text.site.node;
    bool inside = false;  // the reader stands inside `reader`
    while (region != nullptr && region != target_region) {
      reader = region->owner;
      region = region->parent;
      inside = true;
    }
    const bool at_end = text.site.moment == Moment::kEnd && !inside;
    const bool compensates_itself = text.site.moment == Moment::kCompensation && reader == target && !inside;
    if (region == nullptr) return ReportOtherRegion(text, reads, i, *target_region);
    if (read.path.size() > 1 && std::ranges::find(kNodeFields, read.path[1]) == kNodeFields.end()) {
      loader_.problems.Error("expression", SpotOf(text, reads, i), "`$nodes." + id + "` has no " + Quoted(read.path[1]),
                             "did you mean `$nodes." + id + ".output." + read.path[1] + "`?");
      return;
    }
    if (!region->linked) return;
    auto& facts = FactsOf(*region);
    if (!at_end && !compensates_itself && !facts.IsUpstream(target, reader))
      return ReportNotUpstream(text, reads, i, *region, target, reader);
    if (loader_.normalised || compensates_itself) return;
    const auto field = read.path.size() > 1 ? std::string_view(read.path[1]) : "output";
    if (field == "status" || field == "error" || field == "attempts") return;  // they tell whether it ran
    const bool has_run =
        at_end ? facts.HasRunAtEnd(target, field == "output") : facts.HasRun(target, reader, field == "output");
    if (has_run || HasAlternative(ProgramOf(text, i), read)) return;
    loader_.problems.Warning(
        "maybe-skipped", SpotOf(text, reads, i),
        "the node " + Quoted(id) + " may not have run by then; its `" + std::string(field) + "` is null in that case",
        "say what holds instead: `$nodes." + id + "." + std::string(field) + " // …`");
  }

  /// Whether `//` follows a read.
  static bool HasAlternative(const Program& program, const Read& read) {
    constexpr std::string_view kPath = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]\"?";
    auto rest = std::string_view(program.text).substr(std::min(read.offset + read.length, program.text.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(kPath), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n)"), rest.size()));
    return rest.starts_with("//");
  }

  void ReportUnknown(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i) {
    const auto& id = reads[i]->path.front();
    std::vector<std::string_view> known;
    for (const auto& [name, place] : loader_.ids) known.push_back(name);
    std::string hint;
    if (const auto meant = DidYouMean(id, known); !meant.empty())
      hint = "did you mean `$nodes." + std::string(meant) + "`?";
    loader_.problems.Error("unknown-node", SpotOf(text, reads, i), "there is no node " + Quoted(id), std::move(hint));
  }

  void ReportOtherRegion(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i,
                         const RegionScope& region) {
    const auto& id = reads[i]->path.front();
    const auto& owner = region.parent->region->nodes[region.owner].id;
    loader_.problems.Error(
        "not-upstream", SpotOf(text, reads, i),
        "the node " + Quoted(id) + " is inside " + Quoted(owner) + " and cannot be read from outside",
        "what comes out of " + Quoted(owner) + " is `$nodes." + owner + ".output`");
  }

  void ReportNotUpstream(const SitedText& text, const std::vector<const Read*>& reads, std::size_t i,
                         const RegionScope& region, std::size_t target, std::size_t reader) {
    const auto& nodes = region.region->nodes;
    const auto& id = nodes[target].id;
    auto message = "the node " + Quoted(id) + " is not upstream of " + Quoted(nodes[reader].id);
    auto hint = "add " + Quoted(id) + " to the needs of " + Quoted(nodes[reader].id) + ", or of a node before it";
    if (target == reader) {
      message = "the node " + Quoted(id) + " cannot read itself";
      hint = "its input is `.`; in `output:` so is its raw result";
    } else if (FactsOf(region).IsUpstream(reader, target)) {
      hint = Quoted(id) + " runs after it";
    }
    loader_.problems.Error("not-upstream", SpotOf(text, reads, i), std::move(message), std::move(hint));
  }

  void WarnOfNull(const SitedText& text) {
    if (text.text->text.find_first_of("<>") == std::string::npos) return;
    for (const auto& program : Programs(text)) {
      for (const auto& found : FindNullComparisons(program.text)) {
        // A condition refuses to order values of different types.
        if (!found.literal && text.mode == expr::Mode::kCondition) continue;
        const Spot spot(*text.text, program.offset + found.offset, found.length);
        const auto shown = Quoted(std::string_view(program.text).substr(found.offset, found.length));
        if (found.literal) {
          loader_.problems.Warning("null-compare", spot, shown + " orders null, which jq puts before everything else",
                                   "compare with `== null` or `!= null`");
        } else {
          loader_.problems.Warning("null-compare", spot,
                                   shown + " is true when the value is missing: jq puts null before everything else",
                                   "say what a missing value counts as: `(… // 0)`");
        }
      }
    }
  }

  RegionFacts& FactsOf(const RegionScope& scope) { return facts_.try_emplace(&scope, *scope.region).first->second; }

  Loader& loader_;
  const Workflow& workflow_;
  std::map<const RegionScope*, RegionFacts> facts_;
};

}  // namespace

void CheckReads(Loader& loader, const Workflow& workflow) {
  ReadChecker checker(loader, workflow);
  for (const auto& text : loader.texts) checker.Check(text);
}

}  // namespace weft::dsl
