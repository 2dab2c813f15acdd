#include "dsl/graph.h"

#include <gtest/gtest.h>

#include "dsl/load.h"

namespace weft::dsl {
namespace {

/// Pictures of whole files stand in tests/dsl; here is what labels may hold.
std::shared_ptr<const Workflow> WithTitle(std::string_view title) {
  return Load("weft: 1\nname: demo\nnodes:\n  end: { set: 1, title: " + expr::Value(title).Dump() + " }\n").workflow;
}

TEST(Graph, MermaidTakesLabelsAsText) {
  EXPECT_EQ(GraphMermaid(*WithTitle("a \"b\" <b>&#1; `c`\\\nd")),
            "flowchart TD\n"
            "  n_end[\"a #34;b#34; #60;b#62;#38;#35;1; #96;c#96;#92;<br/>d<br/>set\"]\n");
}

TEST(Graph, DotTakesLabelsAsText) {
  EXPECT_EQ(GraphDot(*WithTitle("a \"b\" \\n\n")),
            "digraph \"demo\" {\n"
            "  compound=true;\n"
            "  node [shape=box, style=rounded];\n"
            "  \"end\" [label=\"a \\\"b\\\" \\\\n\\n\\nset\"];\n"
            "}\n");
}

TEST(Graph, JsonHoldsTitlesOnlyWhereWritten) {
  EXPECT_EQ(GraphJson(*WithTitle("T")).Get("nodes").Dump(), R"([{"id":"end","kind":"set","path":"end","title":"T"}])");
  EXPECT_EQ(GraphJson(*WithTitle("")).Get("nodes").Dump(), R"([{"id":"end","kind":"set","path":"end"}])");
}

}  // namespace
}  // namespace weft::dsl
