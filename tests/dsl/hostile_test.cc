#include <gtest/gtest.h>

#include <string>

#include "dsl/load.h"

// Files made to hurt: they must be refused, quickly (ctest's time-out ends the program), with few words.
namespace weft::dsl {
namespace {

std::string Repeat(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::string Head() { return "weft: 1\nname: demo\n"; }

/// The codes of its errors, each once, in order; and the report stays short.
std::string Codes(const std::string& text) {
  const auto loaded = Load(text);
  EXPECT_FALSE(loaded.workflow);
  EXPECT_LE(loaded.diagnostics.size(), 1000U);
  EXPECT_LE(FormatDiagnostics("w.yaml", text, loaded.diagnostics).size(), 400'000U);
  std::string codes;
  for (const auto& d : loaded.diagnostics) {
    if (d.severity == Severity::kError && codes.find(d.code) == std::string::npos) codes += d.code + " ";
  }
  return codes;
}

constexpr std::size_t kTenMegabytes = std::size_t{10} * 1024 * 1024;
constexpr std::size_t kAlmostTheLimit = std::size_t{1000} * 1024;

TEST(Hostile, TenMegabytesOfBrackets) {
  EXPECT_EQ(Codes(std::string(kTenMegabytes, '[')), "limit ");
  EXPECT_EQ(Codes(std::string(kTenMegabytes, '{')), "limit ");
}

TEST(Hostile, BracketsBelowTheLimitOfSize) {
  EXPECT_EQ(Codes(std::string(kAlmostTheLimit, '[')), "syntax ");
  EXPECT_EQ(Codes(std::string(kAlmostTheLimit, '{')), "syntax ");
  EXPECT_EQ(Codes(Repeat("{a: ", kAlmostTheLimit / 4)), "syntax ");
  EXPECT_EQ(Codes(Repeat("- ", kAlmostTheLimit / 2)), "syntax ");
  EXPECT_EQ(Codes(Repeat("? ", kAlmostTheLimit / 2)), "syntax ");
}

TEST(Hostile, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return Head() + "nodes:\n  a: { set: " + std::string(depth, '[') + "1" + std::string(depth, ']') + " }\n";
  };
  EXPECT_TRUE(Load(nested(50)).workflow);
  EXPECT_EQ(Codes(nested(100)), "syntax ");
}

TEST(Hostile, NestedRegionsAreLimited) {
  std::string text = Head() + "nodes:\n";
  std::string indent = "  ";
  for (int i = 0; i < 100; ++i) {
    text += indent + "g" + std::to_string(i) + ":\n" + indent + "  group:\n" + indent + "    nodes:\n";
    indent += "      ";
  }
  text += indent + "a: { set: 1 }\n";
  EXPECT_EQ(Codes(text), "syntax ");
}

TEST(Hostile, AliasesCannotMultiply) {
  std::string text = Head() + "vars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    text += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            Repeat("*a" + std::to_string(i - 1) + ", ", 9) + "*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(Codes(text + "nodes:\n  a: { set: 1 }\n"), "syntax ");
}

TEST(Hostile, OneLongTextCannotBeRepeatedWithoutEnd) {
  const auto text = Head() + "vars:\n  a: &a " + std::string(500'000, 'x') + "\n  list: [" + Repeat("*a, ", 10'000) +
                    "*a]\nnodes:\n  a: { set: 1 }\n";
  EXPECT_EQ(Codes(text), "syntax ");
}

TEST(Hostile, ProblemsAreCounted) {
  EXPECT_EQ(Codes(Head() + "nodes:\n  a: { set: 1 }\n" + Repeat("[]: 1\n", 100)), "syntax ");
  std::string unknown = Head() + "nodes:\n  a: { set: 1 }\n";
  for (int i = 0; i < 50'000; ++i) unknown += "k" + std::to_string(i) + ": 1\n";
  EXPECT_NE(Codes(unknown).find("unknown-key"), std::string::npos);
}

TEST(Hostile, DuplicateKeysAreCounted) {
  EXPECT_NE(Codes(Head() + "nodes:\n  a: { set: 1 }\n" + Repeat("title: x\n", 50'000)).find("duplicate-key"),
            std::string::npos);
}

TEST(Hostile, ManyNodes) {
  std::string text = Head() + "nodes:\n";
  for (int i = 0; i < 60'000; ++i) text += "  n" + std::to_string(i) + ": {set: 1}\n";
  EXPECT_EQ(Codes(text), "limit ");
}

TEST(Hostile, ManyEdges) {
  std::string text = Head() + "nodes:\n";
  std::string needs;
  for (int i = 0; i < 400; ++i) {
    text += "  n" + std::to_string(i) + ": { needs: [" + needs + "], set: 1 }\n";
    needs += (i == 0 ? "n" : ", n") + std::to_string(i);
  }
  const auto loaded = Load(text);
  EXPECT_TRUE(loaded.workflow || HasErrors(loaded.diagnostics));
}

TEST(Hostile, LongChainOfNeeds) {
  std::string text = Head() + "nodes:\n  n0: { set: 1 }\n";
  for (int i = 1; i < 5'000; ++i) {
    text += "  n" + std::to_string(i) + ": { needs: n" + std::to_string(i - 1) + ", set: 1 }\n";
  }
  const auto loaded = Load(text);
  EXPECT_TRUE(loaded.workflow || HasErrors(loaded.diagnostics));
}

TEST(Hostile, LongCycle) {
  std::string text = Head() + "nodes:\n  n0: { needs: n999, set: 1 }\n";
  for (int i = 1; i < 1'000; ++i) {
    text += "  n" + std::to_string(i) + ": { needs: n" + std::to_string(i - 1) + ", set: 1 }\n";
  }
  EXPECT_EQ(Codes(text), "cycle ");
}

TEST(Hostile, LargeDefinition) {
  EXPECT_EQ(Codes(Head() + "nodes:\n  a: { set: " + std::string(300'000, 'x') + " }\n"), "limit ");
}

TEST(Hostile, LongExpression) {
  EXPECT_EQ(Codes(Head() + "nodes:\n  a: { set: \"${ 1" + Repeat(" + 1", 20'000) + " }\" }\n"), "expression ");
}

TEST(Hostile, LongWords) {
  const std::string word(400'000, 'x');
  EXPECT_EQ(Codes(Head() + word + ": 1\nnodes:\n  a: { set: 1 }\n"), "unknown-key ");
  EXPECT_EQ(Codes(Head() + "nodes:\n  a: { needs: " + word + ", set: 1 }\n"), "unknown-node ");
  EXPECT_EQ(Codes(Head() + "nodes:\n  a: { set: 1, join: " + word + " }\n"), "value ");
  EXPECT_EQ(Codes(Head() + "triggers: [{ id: t, cron: \"" + word + "\" }]\nnodes:\n  a: { set: 1 }\n"), "cron ");
}

TEST(Hostile, EveryPrefixOfAFileIsReadToItsEnd) {
  const std::string text =
      Head() +
      "title: \"标题\"\nvars: { a: &a [1, 'x'], b: *a }\nnodes:\n  a:\n    shell: |\n      echo ${ .x }\n"
      "  b: { needs: [a.failed], set: \"t ${ $nodes.a.error | {x: .} }\" }\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto part = text.substr(0, size);
    const auto loaded = Load(part);
    EXPECT_EQ(loaded.workflow == nullptr, HasErrors(loaded.diagnostics)) << part;
    FormatDiagnostics("w.yaml", part, loaded.diagnostics);
  }
}

}  // namespace
}  // namespace weft::dsl
