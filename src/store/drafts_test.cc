#include "store/drafts.h"

#include <gmock/gmock.h>

#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};

class DraftsTest : public StoreTest {
 protected:
  void Put(const std::string& ns, const std::string& name, const std::string& text, const std::string& author) {
    ASSERT_TRUE(db().Write([&](Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(LockDraft(t, ns, name));
      return PutDraft(t, {.ns = ns,
                          .name = name,
                          .text = text,
                          .revision = 3,
                          .author = author,
                          .saved_at = kNoon,
                          .version = "v-" + text});
    }));
  }
  std::optional<Draft> Find(const std::string& ns, const std::string& name) {
    return *db().Read<std::optional<Draft>>([&](Transaction& t) { return FindDraft(t, ns, name); });
  }
  std::vector<std::string> List(const std::string& ns) {
    std::vector<std::string> found;
    for (const auto& draft : *db().Read<std::vector<Draft>>([&](Transaction& t) { return ListDrafts(t, ns); })) {
      EXPECT_TRUE(draft.text.empty());
      found.push_back(draft.ns + '/' + draft.name + ' ' + draft.author + ' ' + draft.version);
    }
    return found;
  }
};
WEFT_ON_BOTH_ENGINES(DraftsTest);

TEST_P(DraftsTest, OneOfEachWorkflowTakesThePlaceOfTheLast) {
  EXPECT_FALSE(Find("default", "orders"));
  Put("default", "orders", "first", "ann");
  Put("default", "orders", "weft: 1 # 订单", "bob");
  Put("default", "bills", "b", "ann");
  Put("team", "orders", "t", "ann");
  const auto draft = Find("default", "orders");
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->text, "weft: 1 # 订单");
  EXPECT_EQ(draft->revision, 3);
  EXPECT_EQ(draft->author, "bob");
  EXPECT_EQ(draft->saved_at, kNoon);
  EXPECT_THAT(List(""),
              ElementsAre("default/bills ann v-b", "default/orders bob v-weft: 1 # 订单", "team/orders ann v-t"));
  EXPECT_THAT(List("team"), ElementsAre("team/orders ann v-t"));
  ASSERT_TRUE(db().Write([](Transaction& t) { return DeleteDraft(t, "default", "orders"); }));
  EXPECT_FALSE(Find("default", "orders"));
  EXPECT_TRUE(Find("team", "orders"));
}

}  // namespace
}  // namespace weft::store
