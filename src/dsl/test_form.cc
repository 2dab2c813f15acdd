#include "dsl/test_form.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "dsl/document.h"

namespace weft::dsl {
namespace {

using expr::Value;

class Writer {
 public:
  Writer(const Region& region, const TestForm& form) : region_(region), form_(form) {
    if (form.only) ancestors_ = AncestorsOf(region, *form.only);
  }

  std::string Write(const DocumentNode& root) const {
    std::string json;
    for (const auto& [key, value] : root.entries) {
      const std::string_view name = key->text;
      if (name == "notify" || name == "error_workflow" || name == "concurrency") continue;
      if (form_.only && (name == "output" || name == "input")) continue;
      Add(json, name, name == "nodes" ? Nodes(*value) : value->ToJson());
    }
    return "{" + json + "}";
  }

 private:
  static void Add(std::string& json, std::string_view name, const std::string& value) {
    json += (json.empty() ? "" : ",") + Value(name).Dump() + ":" + value;
  }

  std::string Nodes(const DocumentNode& nodes) const {
    std::string json;
    for (const auto& [key, value] : nodes.entries) {
      const auto index = region_.index.find(key->text)->second;
      if (form_.only && index != *form_.only && !ancestors_.contains(index)) continue;
      Add(json, key->text, Node(*value, index));
    }
    return "{" + json + "}";
  }

  std::string Node(const DocumentNode& node, std::size_t index) const {
    const auto& id = region_.nodes[index].id;
    std::string json;
    for (const auto& [key, value] : node.entries) {
      const std::string_view name = key->text;
      if (name == "compensate" && (ancestors_.contains(index) || form_.given.contains(id))) continue;
      if (form_.only && name == "disabled") continue;
      Add(json, name, form_.only && name == "needs" ? Needs(index) : value->ToJson());
    }
    return "{" + json + "}";
  }

  /// What is behind a failure gets its error as that node's result.
  std::string Needs(std::size_t index) const {
    std::vector<std::string> texts;
    for (const auto& need : region_.nodes[index].needs) {
      auto text = region_.nodes[need.source].id;
      if (index != *form_.only || need.port == Port::kDone) {
        text += ".done";
      } else if (need.port == Port::kCase) {
        text += '.' + need.case_name;
      }
      if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    }
    std::string json;
    for (const auto& text : texts) json += (json.empty() ? "" : ",") + Value(text).Dump();
    return "[" + json + "]";
  }

  const Region& region_;
  const TestForm& form_;
  std::set<std::size_t> ancestors_;
};

}  // namespace

std::set<std::size_t> AncestorsOf(const Region& region, std::size_t node) {
  std::set<std::size_t> found;
  std::vector<std::size_t> open{node};
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    for (const auto& need : region.nodes[at].needs) {
      if (found.insert(need.source).second) open.push_back(need.source);
    }
  }
  return found;
}

std::string NormaliseForTest(const Workflow& workflow, const TestForm& form) {
  const auto document = Document::FromJson(workflow.normalised);
  return Writer(*workflow.root, form).Write(*document->root());
}

}  // namespace weft::dsl
