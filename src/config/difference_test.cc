#include "config/difference.h"

#include <gtest/gtest.h>

#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

std::string lines(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes) { out += change.text() + "\n"; }
  return out;
}

TEST(Difference, NamesTheDeepestValueThatChanged) {
  const Node before =
      node_from("{name: a, people: {ana: {email: x, phone: 1}, ben: {email: y}}, list: [1, 2]}");
  const Node after =
      node_from("{people: {ana: {phone: 1, email: z}, cho: {email: w}}, name: a, list: [1, 3, 4]}");
  EXPECT_EQ(lines(difference(before, after)),
            "people.ana.email: \"x\" → \"z\"\n"
            "people.cho: {\"email\":\"w\"} (new)\n"
            "people.ben: {\"email\":\"y\"} (removed)\n"
            "list[1]: 2 → 3\n"
            "list[2]: 4 (new)\n");
  EXPECT_TRUE(difference(before, before).empty());
}

TEST(Difference, KnowsItemsByTheirNames) {
  const Node before = node_from(R"(
scrape_configs: [{job_name: a, scrape_interval: 15s}, {job_name: b}]
rule_groups: [{name: g, rules: [{alert: A, expr: up == 0}, {alert: B, expr: x}]}]
)");
  const Node after = node_from(R"(
scrape_configs: [{job_name: b}, {job_name: a, scrape_interval: 5s}]
rule_groups: [{name: g, rules: [{alert: B, expr: x}, {alert: A, expr: up == 1}]}]
)");
  const std::vector<Change> changes = difference(before, after);
  EXPECT_EQ(lines(changes),
            "scrape_configs[a].scrape_interval: \"15s\" → \"5s\"\n"
            "rule_groups[g].rules[A].expr: \"up == 0\" → \"up == 1\"\n");
  EXPECT_EQ(changes[0].place.text(), "test.yml:2:64");
}

TEST(Difference, NeverShowsASecret) {
  const Node before = node_from("{smtp: {password: hunter1, user: a}, url: 'https://a:hunter1@h'}");
  const Node after = node_from("{smtp: {password: hunter2, user: a}, url: 'https://a:hunter2@h'}");
  EXPECT_EQ(lines(difference(before, after)),
            "smtp.password: \"<secret>\" (has a new value)\n"
            "url: \"https://a:<secret>@h\" (has a new value)\n");
  const Node variable = Node::map({{Node::scalar("x"), Node::scalar("${X}").with_text("hunter3")}});
  EXPECT_EQ(lines(difference(node_from("{x: hunter2}"), variable)), "x: \"<secret>\" → \"${X}\"\n");
  const Node newer = Node::map({{Node::scalar("x"), Node::scalar("${X}").with_text("hunter4")}});
  EXPECT_EQ(lines(difference(variable, newer)), "x: \"${X}\" (has a new value)\n");
}

TEST(Difference, PrintsAsJson) {
  EXPECT_EQ(to_text(to_json(difference(node_from("{a: 1}"), node_from("{a: [1]}")))),
            R"([{"path":"a","before":"1","after":"[1]","file":"test.yml","line":1,"column":5}])");
}

}  // namespace
}  // namespace vigie::config
