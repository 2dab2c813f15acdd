#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "dsl/document.h"
#include "dsl/graph.h"
#include "dsl/input_schema.h"
#include "dsl/schema.h"
#include "files.h"

namespace weft::dsl {
namespace {

using files::ExpectGolden;

/// Faults that a JSON Schema can see.
const std::set<std::string, std::less<>> kSeenBySchema{"unknown-key", "missing", "type",    "kind",
                                                       "id",          "version", "duration"};

/// … but not in these, where it depends on more than one key or on what a text holds.
const std::set<std::string, std::less<>> kNotSeenBySchema{
    "invalid/missing/needs-of-join-always", "invalid/duration/zero-timeout", "invalid/type/http-auth-is-text"};

const InputSchema& Schema() {
  static const auto schema = InputSchema::Compile(LanguageSchema()).value();
  return schema;
}

std::string Show(const std::vector<SchemaViolation>& violations) {
  std::string out;
  for (const auto& v : violations) out += v.path + ": " + v.message + "\n";
  return out;
}

std::string FileName(const std::string& name) { return std::filesystem::path(name).filename().string() + ".yaml"; }

/// What holds for the diagnostics of any file.
void ExpectSound(const std::vector<Diagnostic>& diagnostics, std::string_view text) {
  const auto lines = 1 + std::ranges::count(text, '\n');
  for (const auto& d : diagnostics) {
    EXPECT_FALSE(d.code.empty());
    EXPECT_FALSE(d.message.empty());
    EXPECT_GE(d.begin.line, 1) << d.message;
    EXPECT_LE(d.begin.line, lines) << d.message;
    EXPECT_GE(d.begin.column, 1) << d.message;
    EXPECT_LE(d.begin, d.end) << d.message;
  }
  EXPECT_TRUE(std::ranges::is_sorted(diagnostics, {}, &Diagnostic::begin));
}

class Valid : public testing::TestWithParam<std::string> {};

TEST_P(Valid, LoadsAsWritten) {
  const auto text = files::Source(GetParam());
  const auto loaded = files::LoadFile(GetParam(), text);
  ExpectSound(loaded.diagnostics, text);
  ASSERT_TRUE(loaded.workflow) << FormatDiagnostics(GetParam(), text, loaded.diagnostics);
  EXPECT_FALSE(HasErrors(loaded.diagnostics));
  ExpectGolden(GetParam(), "diag", FormatDiagnostics(FileName(GetParam()), text, loaded.diagnostics));
  const auto& workflow = *loaded.workflow;
  ExpectGolden(GetParam(), "normalised.json", files::Indented(workflow.normalised));
  ExpectGolden(GetParam(), "graph.json", GraphJson(workflow).DumpPretty() + "\n");
  if (files::HasGolden(GetParam(), "mermaid")) ExpectGolden(GetParam(), "mermaid", GraphMermaid(workflow));
  if (files::HasGolden(GetParam(), "dot")) ExpectGolden(GetParam(), "dot", GraphDot(workflow));
}

TEST_P(Valid, NormalisedFormLoadsAsTheSameWorkflow) {
  const auto loaded = files::LoadFile(GetParam(), files::Source(GetParam()));
  ASSERT_TRUE(loaded.workflow);
  const auto again = LoadNormalised(loaded.workflow->normalised);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ((*again)->normalised, loaded.workflow->normalised);
  EXPECT_EQ((*again)->digest, loaded.workflow->digest);
  const auto as_file = Load(loaded.workflow->normalised);
  ASSERT_TRUE(as_file.workflow) << FormatDiagnostics(GetParam(), loaded.workflow->normalised, as_file.diagnostics);
  EXPECT_EQ(as_file.workflow->normalised, loaded.workflow->normalised);
}

TEST_P(Valid, FollowsTheJsonSchema) {
  std::vector<Diagnostic> problems;
  const auto document = Document::FromYaml(files::Source(GetParam()), problems);
  ASSERT_TRUE(document.root() != nullptr && problems.empty());
  const auto violations = Schema().Validate(document.root()->ToValue());
  EXPECT_TRUE(violations.empty()) << Show(violations);
}

class Invalid : public testing::TestWithParam<std::string> {};

TEST_P(Invalid, SaysWhatIsWrong) {
  const auto text = files::Source(GetParam());
  const auto loaded = files::LoadFile(GetParam(), text);
  ExpectSound(loaded.diagnostics, text);
  EXPECT_FALSE(loaded.workflow);
  EXPECT_TRUE(HasErrors(loaded.diagnostics));
  const auto code = std::filesystem::path(GetParam()).parent_path().filename().string();
  for (const auto& d : loaded.diagnostics) {
    if (d.severity == Severity::kError && code != "several") EXPECT_EQ(d.code, code) << d.message;
  }
  ExpectGolden(GetParam(), "diag", FormatDiagnostics(FileName(GetParam()), text, loaded.diagnostics));
}

TEST_P(Invalid, BreaksTheJsonSchemaWhereThatCanSeeIt) {
  const std::filesystem::path name = GetParam();
  if (!kSeenBySchema.contains(name.parent_path().filename().string())) return;
  if (kNotSeenBySchema.contains(GetParam())) return;
  std::vector<Diagnostic> problems;
  const auto document = Document::FromYaml(files::Source(GetParam()), problems);
  ASSERT_TRUE(document.root());
  EXPECT_FALSE(Schema().Validate(document.root()->ToValue()).empty());
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  auto name = info.param.substr(info.param.find('/') + 1);
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Valid, testing::ValuesIn(files::Names("valid")), TestName);
INSTANTIATE_TEST_SUITE_P(Files, Invalid, testing::ValuesIn(files::Names("invalid")), TestName);

/// docs/reference/diagnostics.md: below each heading that is a code an example that gives it, and nothing else.
TEST(Reference, EachExampleOfADiagnosticGivesItsCode) {
  const auto page = files::Read(std::filesystem::path(WEFT_DSL_FILES) / "../../docs/reference/diagnostics.md");
  std::set<std::string, std::less<>> codes;
  constexpr std::string_view kHeading = "\n### `", kFence = "\n```yaml\n", kEnd = "\n```\n";
  for (auto at = page.find(kHeading); at != std::string::npos;) {
    const auto code = page.substr(at + kHeading.size(), page.find('`', at + kHeading.size()) - at - kHeading.size());
    const auto next = page.find(kHeading, at + 1);
    const auto section = page.substr(at, next - at);
    at = next;
    const auto fence = section.find(kFence);
    if (fence == std::string::npos) continue;
    const auto text = section.substr(fence + kFence.size(), section.find(kEnd, fence) - fence - kFence.size() + 1);
    codes.insert(code);
    const auto diagnostics = Load(text).diagnostics;
    EXPECT_FALSE(diagnostics.empty()) << code;
    for (const auto& d : diagnostics) EXPECT_EQ(d.code, code) << FormatDiagnostics(code, text, diagnostics);
  }
  EXPECT_GE(codes.size(), 25U);
}

TEST(Digest, IgnoresWhatIsForPeople) {
  const auto digest = [](std::string_view more, std::string_view in_node = "") {
    const auto text = "weft: 1\nname: demo\n" + std::string(more) + "nodes:\n  a:\n    set: 1\n" + std::string(in_node);
    const auto loaded = Load(text);
    return loaded.workflow ? loaded.workflow->digest
                           : "does not load: " + FormatDiagnostics("w", text, loaded.diagnostics);
  };
  const auto plain = digest("");
  EXPECT_EQ(plain.size(), 64U);
  EXPECT_EQ(digest("title: T\ndescription: D\nlabels: { a: b }\nui: { x: 1 }\n# comment\n"), plain);
  EXPECT_EQ(digest("", "    title: T\n    description: D\n    labels: { a: b }\n"), plain);
  EXPECT_EQ(digest("namespace: default\non_failure: cancel\nmanual: true\n"), plain);
  EXPECT_NE(digest("timeout: 1h\n"), plain);
  EXPECT_NE(digest("", "    when: false\n"), plain);
}

}  // namespace
}  // namespace weft::dsl
