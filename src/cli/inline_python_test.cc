#include "cli/inline_python.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dsl/load.h"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class InlinePythonTest : public ::testing::Test {
 protected:
  InlinePythonTest() {
    std::string name = (fs::temp_directory_path() / "weft-inline-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~InlinePythonTest() override { fs::remove_all(folder_); }

  void Write(const std::string& name, std::string_view text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] std::string Inline(std::string text) const {
    auto result = InlinePython((folder_ / "workflow.yaml").string(), std::move(text));
    return result ? *std::move(result) : result.error().code + ": " + result.error().message;
  }
  /// What the inlined file means must be what the file itself means.
  void ExpectSameMeaning(const std::string& text) const {
    const auto whole = dsl::Load(Inline(text));
    const auto folder = folder_;
    const auto parts = dsl::Load(text, {.read_file = [folder](std::string_view name) -> Result<std::string> {
                                   std::ifstream file(folder / name);
                                   return std::string(std::istreambuf_iterator<char>(file), {});
                                 }});
    ASSERT_NE(whole.workflow, nullptr) << Inline(text);
    ASSERT_NE(parts.workflow, nullptr);
    EXPECT_EQ(whole.workflow->normalised, parts.workflow->normalised) << Inline(text);
  }

  fs::path folder_;
};

constexpr std::string_view kHead = "weft: 1\nname: a\nnodes:\n  n:\n";

TEST_F(InlinePythonTest, KeepsEverythingElseAsItIsWritten) {
  Write("score.py", "def main(input):\n    return 1\n");
  EXPECT_EQ(Inline(std::string(kHead) +
                   "    python:\n      # ours\n      file: score.py   # the score\n      requirements: []\n"),
            std::string(kHead) +
                "    python:\n      # ours\n      code: |\n        def main(input):\n            return 1   # the "
                "score\n      requirements: []\n");
}

TEST_F(InlinePythonTest, MeansTheSameInEveryStyle) {
  for (const std::string_view code :
       {"output = 1", "output = 1\n", "output = 1\n\n\n", "if True:\n\n    output = 'ä\\t'\n", "  \noutput = 2\n",
        "\n\noutput = 3", "output = \"}, ]: # no\"\n"}) {
    Write("c.py", code);
    ExpectSameMeaning(std::string(kHead) + "    python:\n      file: c.py\n      requirements: [a]\n");
    ExpectSameMeaning(std::string(kHead) + "    python: { file: \"c.py\", requirements: [a] }\n");
    ExpectSameMeaning(std::string(kHead) +
                      "    python: { requirements: [a], 'file': c.py }\n  m: { needs: n, python: { file: 'c.py' } }\n");
  }
}

TEST_F(InlinePythonTest, ReadsNothingOutsideOfTheDirectory) {
  EXPECT_THAT(Inline(std::string(kHead) + "    python: { file: ../secret.py }\n"), HasSubstr("secret.py"));
  EXPECT_THAT(Inline(std::string(kHead) + "    python: { file: /etc/passwd }\n"), HasSubstr("absolute path"));
}

TEST_F(InlinePythonTest, LeavesBadFilesToTheirReader) { EXPECT_EQ(Inline("a: [\n"), "a: [\n"); }

}  // namespace
}  // namespace weft::cli
