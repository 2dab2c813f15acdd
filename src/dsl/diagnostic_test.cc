#include "dsl/diagnostic.h"

#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

std::string Format(std::string_view text, Position begin, Position end, std::string hint = {},
                   std::string message = "wrong") {
  return FormatDiagnostics("w.yaml", text,
                           {{Severity::kError, "value", std::move(message), std::move(hint), begin, end, ""}});
}

/// The excerpt without the first line and the margins: the source line and what stands below it.
std::pair<std::string, std::string> Excerpt(std::string_view text, Position begin, Position end) {
  const auto out = Format(text, begin, end);
  const auto first = out.find(" | ") + 3;
  const auto second = out.find(" | ", first) + 3;
  return {out.substr(first, out.find('\n', first) - first), out.substr(second, out.find('\n', second) - second)};
}

TEST(FormatDiagnostics, ShowsPlaceLineCaretAndHint) {
  EXPECT_EQ(Format("weft: 1\nname: A b\n", {2, 7}, {2, 10}, "write `a-b`"),
            "w.yaml:2:7: error[value]: wrong\n"
            "    2 | name: A b\n"
            "      |       ^~~\n"
            "      = hint: write `a-b`\n");
}

TEST(FormatDiagnostics, NamesWarnings) {
  const auto out =
      FormatDiagnostics("w.yaml", "a", {{Severity::kWarning, "maybe-skipped", "m", "", {1, 1}, {1, 2}, ""}});
  EXPECT_TRUE(out.starts_with("w.yaml:1:1: warning[maybe-skipped]: m\n"));
}

TEST(FormatDiagnostics, IndentsTheLinesOfAHint) {
  EXPECT_TRUE(Format("a", {1, 1}, {1, 2}, "env:\n  A: b").ends_with("      = hint: env:\n      =         A: b\n"));
}

TEST(FormatDiagnostics, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(Excerpt("标题: x", {1, 5}, {1, 6}), std::pair(std::string("标题: x"), std::string("      ^")));
  EXPECT_EQ(Excerpt("标题: x", {1, 1}, {1, 3}), std::pair(std::string("标题: x"), std::string("^~~~")));
}

TEST(FormatDiagnostics, TabsBecomeSpacesUpToTheNextStop) {
  EXPECT_EQ(Excerpt("a\tb", {1, 3}, {1, 4}), std::pair(std::string("a   b"), std::string("    ^")));
}

TEST(FormatDiagnostics, CombiningMarksTakeNoColumn) { EXPECT_EQ(Excerpt("e\u0301 x", {1, 4}, {1, 5}).second, "  ^"); }

TEST(FormatDiagnostics, LongLinesAreCutAroundTheCaret) {
  const std::string text = std::string(500, 'a') + "HERE" + std::string(500, 'b');
  const auto [line, caret] = Excerpt(text, {1, 501}, {1, 505});
  EXPECT_EQ(line, "…" + std::string(40, 'a') + "HERE" + std::string(56, 'b') + "…");
  EXPECT_EQ(caret, std::string(41, ' ') + "^~~~");
}

TEST(FormatDiagnostics, EndOfALongLineKeepsWhatStandsBefore) {
  const auto [line, caret] = Excerpt(std::string(300, 'a'), {1, 301}, {1, 301});
  EXPECT_EQ(line, "…" + std::string(100, 'a'));
  EXPECT_EQ(caret, std::string(101, ' ') + "^");
}

TEST(FormatDiagnostics, ALineOfHundredColumnsIsNotCut) {
  EXPECT_EQ(Excerpt(std::string(100, 'a'), {1, 90}, {1, 91}).first, std::string(100, 'a'));
}

TEST(FormatDiagnostics, AMarkOverSeveralLinesEndsWithItsFirst) {
  EXPECT_EQ(Excerpt("ab: [\n]\n", {1, 5}, {2, 2}).second, "    ^");
  EXPECT_EQ(Excerpt("abc\nd\n", {1, 1}, {2, 2}).second, "^~~");
}

TEST(FormatDiagnostics, AByteOrderMarkIsNotShown) {
  EXPECT_EQ(Excerpt("\xEF\xBB\xBF"
                    "ab: c",
                    {1, 5}, {1, 6}),
            std::pair(std::string("ab: c"), std::string("    ^")));
}

TEST(FormatDiagnostics, EveryKindOfLineEndCounts) { EXPECT_EQ(Excerpt("a\r\nb\rc\nd", {4, 1}, {4, 2}).first, "d"); }

TEST(FormatDiagnostics, APlaceBehindTheTextHasNoExcerpt) {
  EXPECT_EQ(Format("a", {7, 1}, {7, 1}), "w.yaml:7:1: error[value]: wrong\n");
}

TEST(FormatDiagnostics, ATerminalIsNotAskedToObeyTheFile) {
  EXPECT_EQ(Excerpt("\x1b[31m \u202e x", {1, 1}, {1, 2}).first, "\uFFFD[31m \uFFFD x");
  EXPECT_EQ(Excerpt("\xff x", {1, 3}, {1, 4}), std::pair(std::string("\uFFFD x"), std::string("  ^")));
  EXPECT_TRUE(Format("a", {1, 1}, {1, 2}, "", "no \x1b[31m").starts_with("w.yaml:1:1: error[value]: no \uFFFD[31m\n"));
}

TEST(HasErrors, WarningsAreNone) {
  EXPECT_FALSE(HasErrors({{Severity::kWarning, "maybe-skipped", "m", "", {}, {}, ""}}));
  EXPECT_TRUE(HasErrors({{Severity::kError, "value", "m", "", {}, {}, ""}}));
}

}  // namespace
}  // namespace weft::dsl
