#include "config/node.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

TEST(Place, ReadsAsFileLineColumn) {
  EXPECT_EQ((Place{"oncall.yml", 12, 3}.text()), "oncall.yml:12:3");
  EXPECT_EQ((Place{"oncall.yml"}.text()), "oncall.yml");
  EXPECT_EQ(Place{}.text(), "");
}

TEST(Node, KnowsWhereEveryValueStands) {
  const Node root = node_from(
      "name: astreinte\n"
      "people:\n"
      "  ana: {email: a@example.org,   phone: \"+33\"}\n"
      "  ben:\n"
      "    notify:\n"
      "      - via: push\n"
      "      - |\n"
      "        two\n"
      "empty:\n"
      "last: 1\n");
  EXPECT_EQ(root["name"].place().text(), "test.yml:1:7");
  EXPECT_EQ(root["people"].place().text(), "test.yml:3:3");
  EXPECT_EQ(root.place_of_key("people").text(), "test.yml:2:1");
  EXPECT_EQ(root["people"]["ana"].place().text(), "test.yml:3:8");
  EXPECT_EQ(root["people"]["ana"]["phone"].place().text(), "test.yml:3:40");
  EXPECT_EQ(root["people"]["ana"].place_of_key("phone").text(), "test.yml:3:33");
  EXPECT_EQ(root["people"]["ben"]["notify"].items()[0]["via"].place().text(), "test.yml:6:14");
  EXPECT_EQ(root["people"]["ben"]["notify"].items()[1].place().text(), "test.yml:7:9");
  EXPECT_EQ(root["empty"].place().text(), "test.yml:9:1") << "a null stands at its key";
  EXPECT_TRUE(root["empty"].is_null());
}

TEST(Node, AnAbsentValueIsNullAndStandsWhereItsMapDoes) {
  const Node root = node_from("a:\n  b: 1\n");
  const Node absent = root["a"]["nothing"]["deeper"];
  EXPECT_TRUE(absent.is_null());
  EXPECT_EQ(absent.text(), "");
  EXPECT_EQ(absent.place().text(), "test.yml:2:3");
  EXPECT_EQ(absent.size(), 0U);
  EXPECT_FALSE(root["a"].has("nothing"));
  EXPECT_TRUE(root["a"].has("b"));
  EXPECT_TRUE(Node{}["x"].is_null());
}

TEST(Node, QuotesMakeTextOfNumbers) {
  const Node root = node_from("a: 5\nb: \"5\"\nc: '5'\nd: !!str 5\ne: |\n  5\nf: ~\ng: \"\"\n");
  EXPECT_FALSE(root["a"].quoted());
  EXPECT_TRUE(root["b"].quoted());
  EXPECT_TRUE(root["c"].quoted());
  EXPECT_TRUE(root["d"].quoted());
  EXPECT_TRUE(root["e"].quoted());
  EXPECT_TRUE(root["f"].is_null());
  EXPECT_TRUE(root["g"].is_scalar());
  EXPECT_EQ(to_text(root.to_json()),
            R"({"a":5,"b":"5","c":"5","d":"5","e":"5\n","f":null,"g":""})");
}

constexpr std::string_view kMixed = R"(
name: astreinte
version: 1.10
share: 0.3
small: 1e-9
port: 9797
negative: -5
phone: +33600000001
octal: 0755
hex: 0x1F
zero: 0
minus-zero: -0
huge: 123456789012345678901234567890
least: -9223372036854775808
yes-word: yes
truth: true
untruth: "false"
nothing:
tilde: "~"
text: |
  two
  lines	and a tab "quoted" \ backslash
accent: "é – 日本 \u0001"
list: [1, "1", a, [], {}, [[~]]]
)";

TEST(Node, SurvivesTheJournalByteForByte) {
  const Node live = node_from(kMixed);
  const std::string once = to_text(live.to_json());
  const Result<json::value> parsed = parse_json(once);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().what;
  const Node journaled = Node::from_json(*parsed);
  EXPECT_EQ(to_text(journaled.to_json()), once);
  EXPECT_TRUE(journaled.same_as(live));
  for (const Node::Entry& entry : live.entries()) {
    EXPECT_EQ(journaled[entry.key.text()].text(), entry.value.text()) << entry.key.text();
    EXPECT_EQ(journaled[entry.key.text()].kind(), entry.value.kind()) << entry.key.text();
  }
  EXPECT_TRUE(journaled["untruth"].quoted());
  EXPECT_FALSE(journaled["port"].quoted());
  EXPECT_EQ(journaled["version"].text(), "1.10");
  EXPECT_EQ(journaled["list"].place().text(), "");
}

TEST(Node, TakesAnyJson) {
  const Node node = Node::from_json(*parse_json(R"({"a":0.5,"b":18446744073709551615,"c":-1})"));
  EXPECT_EQ(node["a"].text(), "0.5");
  EXPECT_EQ(node["b"].text(), "18446744073709551615");
  EXPECT_EQ(node["c"].text(), "-1");
}

TEST(Node, FindsKeysInLargeMapsToo) {
  std::string yaml;
  for (int i = 999; i >= 0; --i) { yaml += fmt::format("key{}: {}\n", i, i); }
  const Node node = node_from(yaml);
  ASSERT_EQ(node.size(), 1000U);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(node[fmt::format("key{}", i)].text(), fmt::format("{}", i));
  }
  EXPECT_EQ(node.entries().front().key.text(), "key999") << "the order is that of the file";
  EXPECT_TRUE(node["key1000"].is_null());
  EXPECT_EQ(node.place_of_key("key0").line, 1000U);
  EXPECT_EQ(node.weight(), 2001U);
}

TEST(Node, EqualityIgnoresPlacesQuotesAndTheOrderOfKeys) {
  EXPECT_TRUE(node_from("{a: 1, b: [x]}").same_as(node_from("b: ['x']\na: '1'\n")));
  EXPECT_FALSE(node_from("[1, 2]").same_as(node_from("[2, 1]")));
  EXPECT_FALSE(node_from("{a: ~}").same_as(node_from("{b: ~}")));
  EXPECT_FALSE(node_from("{a: 1}").same_as(node_from("{a: 1, b: 2}")));
  EXPECT_FALSE(node_from("a").same_as(node_from("[a]")));
}

}  // namespace
}  // namespace vigie::config
