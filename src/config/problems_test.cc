#include "config/problems.h"

#include <gtest/gtest.h>

namespace vigie::config {
namespace {

TEST(Problems, ReadAsFileLineColumnWhatHint) {
  Problems problems;
  problems.error({"b.yml", 2, 1}, "unknown key \"peple\"", "did you mean \"people\"?");
  problems.warn({"a.yml", 9, 4}, "old");
  problems.error({"a.yml", 1, 4}, "bad");
  EXPECT_FALSE(problems.ok());
  EXPECT_EQ(problems.errors(), 2U);
  EXPECT_EQ(problems.warnings(), 1U);
  EXPECT_EQ(problems.text(),
            "a.yml:1:4: bad\n"
            "a.yml:9:4: warning: old\n"
            "b.yml:2:1: unknown key \"peple\" (did you mean \"people\"?)\n");
  EXPECT_EQ(to_text(problems.to_json()[1]),
            R"({"severity":"warning","file":"a.yml","line":9,"column":4,"what":"old","hint":""})");
}

TEST(Problems, WarningsAloneAreGood) {
  Problems problems;
  problems.warn({}, "old");
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(problems.text(), "warning: old\n");
}

TEST(Problems, AreBoundedButCounted) {
  Problems problems;
  for (int i = 0; i < 1500; ++i) { problems.error({"a.yml", 1, 1}, "bad"); }
  EXPECT_EQ(problems.list().size(), 1000U);
  EXPECT_EQ(problems.errors(), 1500U);
  EXPECT_TRUE(problems.text().ends_with("and 500 more\n"));
  Problems all;
  all.append(problems);
  EXPECT_EQ(all.errors(), 1500U);
}

TEST(DidYouMean, FindsTheSlip) {
  const auto suggest = [](std::string_view word) {
    return did_you_mean(word, {"people", "schedules", "services", "scrape_configs", "last-resort",
                               "rule_files", "route", "to", "every"});
  };
  EXPECT_EQ(suggest("peple"), "did you mean \"people\"?");
  EXPECT_EQ(suggest("poeple"), "did you mean \"people\"?");
  EXPECT_EQ(suggest("Services"), "did you mean \"services\"?");
  EXPECT_EQ(suggest("scrape-configs"), "did you mean \"scrape_configs\"?");
  EXPECT_EQ(suggest("last_resort"), "did you mean \"last-resort\"?");
  EXPECT_EQ(suggest("rule_file"), "did you mean \"rule_files\"?");
  EXPECT_EQ(suggest("evry"), "did you mean \"every\"?");
}

TEST(DidYouMean, KeepsSilentWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("zzz", {"people", "route"}), "");
  EXPECT_EQ(did_you_mean("a", {"b"}), "");
  EXPECT_EQ(did_you_mean("", {"people"}), "");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'x'), {"people"}), "");
  EXPECT_EQ(did_you_mean("people", {"people"}), "") << "the word itself is no suggestion";
}

}  // namespace
}  // namespace vigie::config
