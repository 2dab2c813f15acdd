#include <fstream>

#include "activities/process_tree.h"
#include "activities/run_for_test.h"
#include "contract/names.h"

namespace weft::activities {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PythonTest : public ::testing::TestWithParam<bool> {
 protected:
  std::string Python(const std::string& code, const std::string& more = "") {
    return bench_.Text("python", R"({"code":)" + Quoted(code) + (more.empty() ? "" : "," + more) + "}");
  }
  Bench bench_{GetParam() ? Settings{} : NoSandbox()};
};
INSTANTIATE_TEST_SUITE_P(Confinement, PythonTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "bubblewrap" : "off"; });

TEST_P(PythonTest, GivesWhatMainReturns) {
  EXPECT_EQ(
      Python("def main(input):\n    return {'risk': 0.9 if input['count'] == 0 else 0.1}", R"("input":{"count":0})"),
      R"({"risk":0.9})");
  EXPECT_EQ(Python("def main(input):\n    return input"), "null");
  EXPECT_EQ(Python("def main():\n    return [1, (2, 3)]"), "[1,[2,3]]");
  EXPECT_EQ(Python("def main(input):\n    pass", R"("input":1)"), "null");
  EXPECT_TRUE(bench_.LeftNothing());
}

TEST_P(PythonTest, WithoutMainItIsTheGlobalOutput) {
  EXPECT_EQ(Python("output = input['a'] + 1", R"("input":{"a":1})"), "2");
  EXPECT_EQ(Python("x = 1"), "null");
  EXPECT_EQ(Python("main = 5\noutput = main"), "5");
}

TEST_P(PythonTest, PrintGoesToTheLogAndNotIntoTheResult) {
  EXPECT_EQ(Python("import sys\nprint('纬', 1)\nprint('E', file=sys.stderr)\noutput = 'R'"), R"("R")");
  EXPECT_THAT(bench_.log, ::testing::UnorderedElementsAre("stdout: 纬 1", "stderr: E"));
}

TEST_P(PythonTest, IntegersOfAnySizeSurvive) {
  const auto big = std::string(5000, '7');
  EXPECT_EQ(Python("output = input", R"("input":[9007199254740993,)" + big + "]"), "[9007199254740993," + big + "]");
  EXPECT_EQ(Python("output = 2 ** 64 + 1"), "18446744073709551617");
}

TEST_P(PythonTest, AnExceptionTellsItsTypeAndTheUsersLinesOnly) {
  const auto outcome = bench_.Run("python", R"({"code":)" +
                                                Quoted("import json\n\ndef main(input):\n    return "
                                                       "helper(input)\n\ndef helper(x):\n    return json.loads(x)\n") +
                                                R"(,"input":"nope"})");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "python.exception");
  EXPECT_EQ(outcome.error().message,
            "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0) (line 7)");
  EXPECT_EQ(outcome.error().data.Get("type").AsString(), "JSONDecodeError");
  EXPECT_EQ(outcome.error().data.Get("traceback").AsString(),
            "Traceback (most recent call last):\n"
            "  File \"script.py\", line 4, in main\n    return helper(input)\n           ^^^^^^^^^^^^^\n"
            "  File \"script.py\", line 7, in helper\n    return json.loads(x)\n           ^^^^^^^^^^^^^\n"
            "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n");
}

TEST_P(PythonTest, ASyntaxErrorShowsItsLine) {
  EXPECT_THAT(Python("x = 1\ny = = 2\n"), AllOf(StartsWith("python.exception: SyntaxError: invalid syntax"),
                                                HasSubstr(R"(File \"script.py\", line 2)")));
}

TEST_P(PythonTest, ACauseIsPartOfTheTraceback) {
  EXPECT_THAT(Python("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise RuntimeError('outer') from e\n"),
              AllOf(HasSubstr("RuntimeError: outer (line 4)"), HasSubstr("ZeroDivisionError: division by zero"),
                    Not(HasSubstr("<string>"))));
}

TEST_P(PythonTest, AResultThatIsNoJsonIsAFailureThatSaysSo) {
  EXPECT_THAT(Python("output = {1, 2}"),
              AllOf(StartsWith("python.exception: the result is not JSON: "), HasSubstr("set")));
  EXPECT_THAT(Python("output = float('nan')"), StartsWith("python.exception: the result is not JSON: "));
  EXPECT_THAT(Python("output = [float('inf')]"), StartsWith("python.exception: the result is not JSON: "));
  EXPECT_THAT(Python("output = []\noutput.append(output)"), StartsWith("python.exception: the result is not JSON: "));
  EXPECT_THAT(Python("x = []\nfor i in range(500): x = [x]\noutput = x"),
              AllOf(StartsWith("python.exception: "), HasSubstr("deep")));
}

TEST_P(PythonTest, TextWithLoneSurrogatesIsRepaired) {
  EXPECT_EQ(Python("output = 'a\\ud800b\\x00'"), "\"a\uFFFDb\\u0000\"");
}

TEST_P(PythonTest, AProcessThatEndsItselfIsAFailure) {
  EXPECT_THAT(Python("import os\nos._exit(3)"), StartsWith("python.exception: Python ended with exit code 3 before"));
  EXPECT_THAT(Python("import os\nos.kill(os.getpid(), 9)"),
              StartsWith("python.exception: Python was ended by signal 9 before"));
  EXPECT_THAT(Python("import sys\nsys.exit('no stock')"), AllOf(StartsWith("python.exception: SystemExit: no stock")));
  EXPECT_EQ(Python("import sys\noutput = 1\nsys.exit(0)"), "1");
}

TEST_P(PythonTest, IsIsolatedFromTheEnvironmentButSeesItsVariables) {
  EXPECT_EQ(Python("import os, sys\noutput = [os.environ['NODE'], sys.flags.isolated, sys.dont_write_bytecode, "
                   "__name__, os.getcwd() in sys.path]",
                   R"("env":{"NODE":"x","PYTHONPATH":"/tmp","PYTHONSTARTUP":"/tmp/x"})"),
            R"(["x",1,true,"script",false])");
}

TEST_P(PythonTest, CodeForTryingByHandDoesNotRun) {
  EXPECT_EQ(Python("def main(input):\n    return 1\n\nif __name__ == '__main__':\n    raise SystemExit(9)\n"), "1");
}

TEST_P(PythonTest, DataclassesAndSubprocessesWork) {
  EXPECT_EQ(
      Python(
          "import dataclasses, subprocess\n@dataclasses.dataclass\nclass A:\n    x: int\n"
          "output = [dataclasses.asdict(A(1)), subprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout]"),
      R"([{"x":1},"hi\n"])");
}

TEST_P(PythonTest, AChildCannotWriteTheResult) {
  EXPECT_EQ(Python("import subprocess\nsubprocess.run('echo E{} >&3 || true', shell=True, close_fds=False, "
                   "stderr=subprocess.DEVNULL)\noutput = 1"),
            "1");
}

TEST_P(PythonTest, ATimeOutKeepsWhatWasPrinted) {
  std::string said;
  // A slow machine needs longer until there is something to keep.
  for (Duration timeout(300); bench_.log.size() < 2 && timeout < Duration(120'000); timeout *= 4) {
    bench_.log.clear();
    bench_.timeout = timeout;
    said = Python("import sys, time\nprint('before')\nprint('last words', file=sys.stderr)\ntime.sleep(1000)");
  }
  EXPECT_THAT(said, AllOf(StartsWith("timeout: "), HasSubstr("last words")));
  EXPECT_THAT(bench_.log, ::testing::UnorderedElementsAre("stdout: before", "stderr: last words"));
}

TEST_P(PythonTest, SecretsAreMaskedInResultAndTraceback) {
  bench_.secrets = {{"token", "s3cr3t-value"}};
  const auto run = [&](const std::string& code) {
    return Bench::Said(
        bench_.RunInput("python", R"({"args":{"code":)" + Quoted(code) +
                                      R"(},"secrets":[{"path":["env","T"],"segments":[{"secret":"token"}]}]})"));
  };
  EXPECT_EQ(run("import os\noutput = {os.environ['T']: [os.environ['T'] + '!']}"), R"({"***":["***!"]})");
  EXPECT_THAT(run("import os\nraise ValueError(os.environ['T'])"),
              AllOf(HasSubstr("ValueError: ***"), Not(HasSubstr("s3cr3t"))));
}

TEST_P(PythonTest, ABigResultMayBeCutByOutput) {
  EXPECT_EQ(
      Bench::Said(bench_.RunInput("python", R"({"args":{"code":"output = ['x' * 1000] * 5000"},"output":"length"})")),
      "5000");
  EXPECT_THAT(Python("output = ['x' * 1000] * 5000"), StartsWith("too_large: "));
}

/// A package of one module that pip can install without an index.
void MakeWheel(const std::filesystem::path& directory) {
  const auto script = directory / "make.py";
  std::ofstream(script) << R"(
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/weft_sample-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("weft_sample.py", "VALUE = 42\n")
    wheel.writestr("weft_sample-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: weft-sample\nVersion: 1.0\n")
    wheel.writestr("weft_sample-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: weft\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("weft_sample-1.0.dist-info/RECORD", "weft_sample.py,,\nweft_sample-1.0.dist-info/METADATA,,\nweft_sample-1.0.dist-info/WHEEL,,\nweft_sample-1.0.dist-info/RECORD,,\n")
)";
  ASSERT_EQ(std::system(("python3 " + script.string() + " " + directory.string()).c_str()), 0);
}

TEST(PythonRequirementsTest, AreInstalledOnceAndSeenReadOnly) {
  const TestDirectory wheels;
  const TestDirectory cache;
  MakeWheel(wheels.path());
  ::setenv("PIP_NO_INDEX", "1", 1);
  ::setenv("PIP_FIND_LINKS", wheels.path().c_str(), 1);
  Settings settings;
  settings.cache_directory = cache.path();
  Bench bench(settings);
  const auto run = [&](const std::string& requirement, const std::string& code) {
    return bench.Text("python", R"({"code":)" + Quoted(code) + R"(,"requirements":[")" + requirement + R"("]})");
  };
  const std::string code = "import weft_sample\noutput = weft_sample.VALUE";
  EXPECT_EQ(run("weft-sample==1.0", code), "42");
  std::filesystem::remove_all(wheels.path() / "weft_sample-1.0-py3-none-any.whl");
  // The allowance is for installing; the code gets the rest.
  bench.timeout = Duration(contract::kInstallAllowanceMs + 300);
  EXPECT_THAT(run("weft-sample==1.0", "import time\ntime.sleep(1000)"),
              AllOf(StartsWith("timeout: "), HasSubstr("300ms")));
  bench.timeout.reset();
  EXPECT_EQ(run("weft-sample==1.0", code), "42");
  EXPECT_THAT(run("weft-sample==1.0", "import weft_sample\nopen(weft_sample.__file__, 'w')"),
              HasSubstr("Read-only file system"));
  EXPECT_THAT(run("weft-sample==2.0", code), AllOf(StartsWith("python.exception: "), HasSubstr("RequirementsError")));
  EXPECT_THAT(run("--index-url=x", code), StartsWith("validation: "));
  ::unsetenv("PIP_NO_INDEX");
  ::unsetenv("PIP_FIND_LINKS");
}

}  // namespace
}  // namespace weft::activities
