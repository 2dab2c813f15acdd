#include "dsl/graph.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

namespace weft::dsl {
namespace {

const Region* RegionOf(const Node& node) {
  if (const auto* each = std::get_if<Foreach>(&node.body)) return each->region.get();
  if (const auto* loop = std::get_if<Loop>(&node.body)) return loop->region.get();
  if (const auto* group = std::get_if<Group>(&node.body)) return group->region.get();
  return nullptr;
}

/// The port as it stands behind the dot in `needs`; empty for a plain edge.
std::string_view PortText(const Need& need) {
  switch (need.port) {
    case Port::kSucceeded: return "";
    case Port::kFailed: return "failed";
    case Port::kDone: return "done";
    case Port::kSkipped: return "skipped";
    case Port::kCase: return need.case_name;
  }
  return "";
}

/// Edges that the ordinary course of a run does not take.
bool IsExceptional(const Need& need) { return need.port == Port::kFailed || need.port == Port::kSkipped; }

/// What the trigger listens to: the cron, the path or the event's type.
const std::string& TriggerSource(const Trigger& trigger) {
  if (const auto* cron = std::get_if<CronTrigger>(&trigger.kind)) return cron->cron;
  if (const auto* webhook = std::get_if<WebhookTrigger>(&trigger.kind)) return webhook->path;
  return std::get<EventTrigger>(trigger.kind).type;
}

void AddRegion(const Region& region, const std::string& parent, expr::Value& nodes, expr::Value& edges) {
  const auto path = [&](const Node& node) { return parent.empty() ? node.id : parent + "/" + node.id; };
  for (const auto& node : region.nodes) {
    auto shown = expr::Value::Object(
        {{"id", expr::Value(node.id)}, {"path", expr::Value(path(node))}, {"kind", expr::Value(KindName(node.kind))}});
    if (!node.title.empty()) shown.Set("title", expr::Value(node.title));
    if (!parent.empty()) shown.Set("parent", expr::Value(parent));
    nodes.Append(std::move(shown));
    for (const auto& need : node.needs) {
      const auto port = PortText(need);
      edges.Append(expr::Value::Object({{"from", expr::Value(path(region.nodes[need.source]))},
                                        {"to", expr::Value(path(node))},
                                        {"port", port.empty() ? expr::Value() : expr::Value(port)}}));
    }
  }
  for (const auto& node : region.nodes) {
    if (const auto* inner = RegionOf(node)) AddRegion(*inner, path(node), nodes, edges);
  }
}

/// Mermaid reads labels in quotes as HTML with entities of its own making.
std::string MermaidText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n': out += "<br/>"; break;
      case '"':
      case '#':
      case '&':
      case '<':
      case '>':
      case '\\':
      case '`': fmt::format_to(std::back_inserter(out), "#{};", static_cast<int>(c)); break;
      default: out += c;
    }
  }
  return out;
}

std::string DotText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string Label(const Node& node) {
  return fmt::format("{}\n{}", node.title.empty() ? node.id : node.title, KindName(node.kind));
}

std::string Label(const Trigger& trigger) {
  return fmt::format("{}\n{} {}", trigger.id, TriggerKind(trigger), TriggerSource(trigger));
}

/// Both pictures are a walk over the regions; ids of nodes are unique in the file and plain words.
void MermaidRegion(const Region& region, int depth, std::string& out) {
  const auto line = [&](std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{:{}}{}\n", "", depth * 2, text);
  };
  for (const auto& node : region.nodes) {
    const auto label = MermaidText(Label(node));
    if (const auto* inner = RegionOf(node)) {
      line(fmt::format("subgraph n_{}[\"{}\"]", node.id, label));
      MermaidRegion(*inner, depth + 1, out);
      line("end");
    } else if (node.kind == Kind::kSwitch) {
      line(fmt::format("n_{}{{\"{}\"}}", node.id, label));
    } else {
      line(fmt::format("n_{}[\"{}\"]", node.id, label));
    }
  }
  for (const auto& node : region.nodes) {
    for (const auto& need : node.needs) {
      const auto port = PortText(need);
      line(fmt::format("n_{} {}{} n_{}", region.nodes[need.source].id, IsExceptional(need) ? "-.->" : "-->",
                       port.empty() ? "" : fmt::format("|\"{}\"|", MermaidText(port)), node.id));
    }
  }
}

/// Graphviz draws edges between nodes only; an edge of a region is one of a node inside, cut off at the border.
const Node& Innermost(const Node& node, bool last) {
  const auto* inner = RegionOf(node);
  return inner == nullptr ? node : Innermost(last ? inner->nodes.back() : inner->nodes.front(), last);
}

void DotRegion(const Region& region, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  for (const auto& node : region.nodes) {
    const auto label = DotText(Label(node));
    if (const auto* inner = RegionOf(node)) {
      fmt::format_to(std::back_inserter(out), "{}subgraph \"cluster_{}\" {{\n{}  label=\"{}\";\n", indent, node.id,
                     indent, label);
      DotRegion(*inner, depth + 1, out);
      out += indent + "}\n";
    } else {
      fmt::format_to(std::back_inserter(out), "{}\"{}\" [label=\"{}\"{}];\n", indent, node.id, label,
                     node.kind == Kind::kSwitch ? ", shape=diamond" : "");
    }
  }
  for (const auto& node : region.nodes) {
    for (const auto& need : node.needs) {
      const auto& source = region.nodes[need.source];
      std::string attributes;
      const auto add = [&](std::string_view name, std::string_view value) {
        fmt::format_to(std::back_inserter(attributes), "{}{}=\"{}\"", attributes.empty() ? "" : ", ", name, value);
      };
      if (!PortText(need).empty()) add("label", DotText(PortText(need)));
      if (IsExceptional(need)) add("style", "dashed");
      if (RegionOf(source) != nullptr) add("ltail", "cluster_" + source.id);
      if (RegionOf(node) != nullptr) add("lhead", "cluster_" + node.id);
      fmt::format_to(std::back_inserter(out), "{}\"{}\" -> \"{}\"{};\n", indent, Innermost(source, true).id,
                     Innermost(node, false).id, attributes.empty() ? "" : " [" + attributes + "]");
    }
  }
}

}  // namespace

std::string_view TriggerKind(const Trigger& trigger) {
  constexpr std::string_view kNames[] = {"cron", "webhook", "event"};
  return kNames[trigger.kind.index()];
}

expr::Value GraphJson(const Workflow& workflow) {
  auto nodes = expr::Value::EmptyArray(), edges = expr::Value::EmptyArray(), triggers = expr::Value::EmptyArray();
  AddRegion(*workflow.root, "", nodes, edges);
  for (const auto& trigger : workflow.triggers) {
    triggers.Append(expr::Value::Object({{"id", expr::Value(trigger.id)},
                                         {"kind", expr::Value(TriggerKind(trigger))},
                                         {"source", expr::Value(TriggerSource(trigger))}}));
  }
  return expr::Value::Object(
      {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}, {"triggers", std::move(triggers)}});
}

std::string GraphMermaid(const Workflow& workflow) {
  std::string out = "flowchart TD\n";
  for (std::size_t i = 0; i < workflow.triggers.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "  t{}([\"{}\"])\n", i, MermaidText(Label(workflow.triggers[i])));
  }
  MermaidRegion(*workflow.root, 1, out);
  for (std::size_t i = 0; i < workflow.triggers.size(); ++i) {
    for (const auto& node : workflow.root->nodes) {
      if (node.needs.empty()) fmt::format_to(std::back_inserter(out), "  t{} --> n_{}\n", i, node.id);
    }
  }
  return out;
}

std::string GraphDot(const Workflow& workflow) {
  std::string out =
      fmt::format("digraph \"{}\" {{\n  compound=true;\n  node [shape=box, style=rounded];\n", DotText(workflow.name));
  for (std::size_t i = 0; i < workflow.triggers.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "  \"trigger {}\" [label=\"{}\", shape=oval];\n", i,
                   DotText(Label(workflow.triggers[i])));
  }
  DotRegion(*workflow.root, 1, out);
  for (std::size_t i = 0; i < workflow.triggers.size(); ++i) {
    for (const auto& node : workflow.root->nodes) {
      if (!node.needs.empty()) continue;
      fmt::format_to(std::back_inserter(out), "  \"trigger {}\" -> \"{}\"{};\n", i, Innermost(node, false).id,
                     RegionOf(node) == nullptr ? "" : fmt::format(" [lhead=\"cluster_{}\"]", node.id));
    }
  }
  return out + "}\n";
}

}  // namespace weft::dsl
