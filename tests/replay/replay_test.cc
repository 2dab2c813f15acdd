#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "worker/replay.h"

namespace weft::testing {
namespace {

namespace fs = std::filesystem;

const std::shared_ptr<temporalio::Runtime>& TheRuntime() {
  static const auto runtime = temporalio::Runtime::Create().value();
  return runtime;
}

Result<void> ReplayFile(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  WEFT_TRY(const auto history, worker::ParseHistory(text.str()));
  return worker::Replay(TheRuntime(), file.stem(), history);
}

class Stored : public ::testing::Test {
 public:
  explicit Stored(fs::path file) : file_(std::move(file)) {}
  void TestBody() override {
    const auto replayed = ReplayFile(file_);
    EXPECT_TRUE(replayed) << file_.filename() << ": " << replayed.error().message;
  }

 private:
  fs::path file_;
};

/// A history that was changed on purpose: proof that the replays above can fail.
class Tampered : public ::testing::Test {
 public:
  explicit Tampered(fs::path file) : file_(std::move(file)) {}
  void TestBody() override {
    const auto replayed = ReplayFile(file_);
    ASSERT_FALSE(replayed) << file_.filename() << " should differ";
    EXPECT_EQ(replayed.error().code, "replay") << replayed.error().message;
  }

 private:
  fs::path file_;
};

template <class Case>
void Register(const char* suite, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    ::testing::RegisterTest(suite, file.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [file]() -> ::testing::Test* { return new Case(file); });
  }
}

}  // namespace
}  // namespace weft::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::filesystem::path histories = HISTORIES;
  weft::testing::Register<weft::testing::Stored>("Stored", histories);
  weft::testing::Register<weft::testing::Tampered>("Tampered", histories / "tampered");
  if (::testing::UnitTest::GetInstance()->total_test_count() < 2) {
    std::fprintf(stderr, "no stored histories in %s\n", HISTORIES);
    return 1;
  }
  return RUN_ALL_TESTS();
}
