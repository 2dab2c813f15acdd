#include "dsl/node_reads.h"

#include <vector>

namespace weft::dsl {
namespace {

using expr::Name;
using expr::Template;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

/// Reads of one node of the outermost region, and of what stands inside of it.
class Reads {
 public:
  Reads(const Region& region, std::size_t node) : region_(region), node_(region.nodes[node]) {}

  std::set<std::string, std::less<>> Take() && {
    OfNode(node_, true);
    return std::move(found_);
  }

 private:
  /// `dot`: whether `.` is the outermost node's own input.
  void Of(const Template& text, bool dot) {
    if (dot && text.MayReadDot()) OfInput();
    std::vector<const expr::Read*> reads;
    text.CollectReads(reads);
    for (const auto* read : reads) {
      if (read->name != Name::kNodes) continue;
      if (read->path.empty()) {
        for (const auto& other : region_.nodes) found_.insert(other.id);
      } else if (region_.index.contains(read->path.front())) {
        found_.insert(read->path.front());
      }
    }
  }

  /// The input is what one source gave, or an object of what all of them gave.
  void OfInput() {
    for (const auto& need : node_.needs) found_.insert(region_.nodes[need.source].id);
  }

  void OfNode(const Node& node, bool dot) {
    Of(node.with, dot);
    dot = dot && node.with.empty();
    for (const auto* text : {&node.when, &node.env, &node.continue_with}) Of(*text, dot);
    Of(node.output, false);  // there `.` is the node's own result
    OfBody(node.body, dot);
  }

  void OfBody(const Body& body, bool dot) {
    const auto all = [&](std::initializer_list<const Template*> texts) {
      for (const auto* text : texts) Of(*text, dot);
    };
    const auto whole_input = [&] {
      if (dot) OfInput();
    };
    std::visit(
        Overloaded{
            [&](const Shell& shell) { all({&shell.stdin_text, &shell.cwd}); },
            [&](const Python& /*python*/) { whole_input(); },
            [&](const Http& http) {
              all({&http.url, &http.method, &http.query, &http.headers, &http.body, &http.form, &http.auth, &http.tls});
            },
            [&](const Event& event) { all({&event.key, &event.match}); },
            [&](const Switch& branches) {
              for (const auto& branch : branches.cases) Of(branch.when, dot);
            },
            [&](const Set& set) { Of(set.value, dot); }, [&](const Wait& wait) { all({&wait.duration, &wait.until}); },
            [&](const Approval& approval) { all({&approval.title, &approval.assignees}); },
            [&](const Foreach& foreach) {
              Of(foreach.list, dot);
              OfRegion(*foreach.region, false);  // there `.` is the item
            },
            [&](const Loop& loop) {
              all({&loop.while_condition, &loop.until_condition});
              OfRegion(*loop.region, dot);
            },
            [&](const Group& group) { OfRegion(*group.region, dot); },
            [&](const WorkflowCall& /*call*/) { whole_input(); },
            [&](const Emit& emit) { all({&emit.type, &emit.source, &emit.subject, &emit.data, &emit.key}); },
            [&](const Notify& notify) { all({&notify.title, &notify.text}); },
            [&](const FailNode& fail) { all({&fail.code, &fail.message}); }},
        body);
  }

  void OfRegion(const Region& inner, bool dot) {
    for (const auto& node : inner.nodes) OfNode(node, dot && node.needs.empty());
  }

  const Region& region_;
  const Node& node_;
  std::set<std::string, std::less<>> found_;
};

}  // namespace

std::set<std::string, std::less<>> NodesReadBy(const Region& region, std::size_t node) {
  return Reads(region, node).Take();
}

}  // namespace weft::dsl
