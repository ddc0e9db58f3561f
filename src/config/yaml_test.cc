#include <fmt/core.h>
#include <gtest/gtest.h>

#include "config/book.h"
#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

std::string problems_of(std::string_view yaml) {
  Problems problems;
  (void)parse_yaml(yaml, "test.yml", problems);
  return problems.text();
}

TEST(Yaml, FollowsAnchorsAndMerges) {
  const Node root = node_from(
      "base: &base {every: 10s, timeout: 2s}\n"
      "more: &more {timeout: 9s, retries: 3}\n"
      "one: {<<: *base, timeout: 5s}\n"
      "two: {<<: [*base, *more]}\n"
      "three: *base\n"
      "four: {\"<<\": text}\n");
  EXPECT_EQ(to_text(root["one"].to_json()), R"({"timeout":"5s","every":"10s"})");
  EXPECT_EQ(to_text(root["two"].to_json()), R"({"every":"10s","timeout":"2s","retries":3})");
  EXPECT_TRUE(root["three"].same_as(root["base"]));
  EXPECT_EQ(root["three"]["every"].place().text(), "test.yml:1:21") << "where it is written";
  EXPECT_EQ(root["four"]["<<"].text(), "text") << "a quoted \"<<\" is a key";
}

TEST(Yaml, NamesBothPlacesOfADuplicateKey) {
  EXPECT_EQ(problems_of("people:\n  ana: 1\n  ben: 2\n  ana: {deep: [1]}\nteams: 1\npeople: 2\n"),
            "test.yml:4:3: key \"ana\" is already here (first at test.yml:2:3)\n"
            "test.yml:6:1: key \"people\" is already here (first at test.yml:1:1)\n");
}

TEST(Yaml, SyntaxErrorsHaveLineColumnAndAHint) {
  EXPECT_EQ(problems_of("a: 1\nb: [1, 2\nc: 3\n").substr(0, 11), "test.yml:3:");
  EXPECT_NE(problems_of("a:\n  b: 1\n\tc: 2\n").find("spaces, not tabs"), std::string::npos);
  EXPECT_NE(problems_of("a: text: more\n").find("in quotes"), std::string::npos);
  EXPECT_NE(problems_of("a: *nowhere\n").find("test.yml:1:4"), std::string::npos);
}

TEST(Yaml, AnUnclosedQuoteNeverSwallowsTheRestOfTheFile) {
  const std::string expected =
      "test.yml:2:1: YAML: a quote that is opened from here on is never closed\n";
  EXPECT_EQ(problems_of("a: 1\nb: \"open\nc: 2\n"), expected);
  EXPECT_EQ(problems_of("a: 1\nb: 'open\nc: 2\n\n"), expected);
  EXPECT_EQ(problems_of("a: 1\nb: 'open\nc: 2"), expected);
  EXPECT_EQ(node_from("a: |+\n  x\n\n")["a"].text(), "x\n\n") << "blocks end as they did";
  EXPECT_EQ(node_from("a: |\n  x")["a"].text(), "x\n");
}

TEST(Yaml, OddKeysAndMergesAreErrors) {
  EXPECT_EQ(problems_of("? [1, 2]\n: x\nb: 1\n"), "test.yml:1:3: a key must be text, not a list\n");
  EXPECT_EQ(problems_of("a: {<<: 5}\n"), "test.yml:1:9: \"<<\" merges maps, and this is text\n");
  EXPECT_EQ(problems_of("a: &a [1, *a]\n"),
            "test.yml:1:11: this alias stands inside its own anchor\n");
}

TEST(Yaml, AnAliasBombIsDefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  const std::string text = problems_of(bomb);
  EXPECT_NE(text.find("test.yml:6:"), std::string::npos) << text;
  EXPECT_NE(text.find("more than 100000 values"), std::string::npos) << text;
}

TEST(Yaml, AMergeBombIsDefused) {
  std::string bomb = "a0: &a0 {";
  for (int i = 0; i < 1000; ++i) { bomb += fmt::format("k{}: 1, ", i); }
  bomb += "}\n";
  for (int i = 1; i < 200; ++i) { bomb += fmt::format("a{}: {{<<: *a0}}\n", i); }
  EXPECT_NE(problems_of(bomb).find("more than 100000 values"), std::string::npos);
}

TEST(Yaml, DepthIsBoundedAlsoThroughAliases) {
  std::string deep(200, '[');
  deep += std::string(200, ']');
  EXPECT_EQ(problems_of(deep), "test.yml:1:49: nested deeper than 48 levels\n");
  EXPECT_NE(problems_of(std::string(100'000, '[')).find("nested deeper"), std::string::npos);
  EXPECT_NE(problems_of(std::string(100'000, '{')), "");
  const std::string half = std::string(30, '[') + std::string(30, ']');
  const std::string twice =
      "a: &a " + half + "\nb: " + std::string(30, '[') + "*a" + std::string(30, ']') + "\n";
  EXPECT_NE(problems_of(twice).find("nested deeper"), std::string::npos);
}

TEST(Yaml, TakesUtf8Only) {
  EXPECT_EQ(problems_of("name: \xc3\xa9\nb: \xff\n"),
            "test.yml:2:4: this is not UTF-8 (save the file as UTF-8)\n");
  EXPECT_EQ(problems_of(std::string_view("a: \0b\n", 6)),
            "test.yml:1:4: control character 0x00 (remove it)\n");
  EXPECT_NE(problems_of("a: 1\n\x04 b: 2\n"), "") << "yaml-cpp would take it for the end";
  EXPECT_NE(problems_of("a: \xed\xa0\x80\n"), "") << "a surrogate";
  EXPECT_NE(problems_of("a: \xc0\xaf\n"), "") << "an overlong form";
  EXPECT_EQ(problems_of("\xef\xbb\xbfname: x\n"), "") << "a byte order mark is harmless";
}

TEST(Yaml, OnlyTheFirstDocumentCounts) {
  Problems problems;
  const Node root = parse_yaml("---\na: 1\n---\nb: 2\n", "test.yml", problems);
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(problems.text(),
            "test.yml:3:1: warning: only the first document of the file is read (remove the "
            "\"---\" between them, or put them in files of their own)\n");
  EXPECT_EQ(root["a"].text(), "1");
  EXPECT_FALSE(root.has("b"));
}

TEST(Yaml, EmptyIsNull) {
  EXPECT_TRUE(node_from("").is_null());
  EXPECT_TRUE(node_from("# nothing\n").is_null());
  EXPECT_TRUE(node_from("---\n").is_null());
}

TEST(Yaml, ReadsJson) {
  EXPECT_EQ(to_text(node_from(R"({"a": [1, true, null, "x"]})").to_json()),
            R"({"a":[1,true,null,"x"]})");
}

TEST(Yaml, AMissingFileIsAnErrorWithItsName) {
  Problems problems;
  (void)load_yaml_file("/nowhere/at/all.yml", problems);
  EXPECT_EQ(problems.text(), "/nowhere/at/all.yml: no such file\n");
  Problems more;
  (void)load_yaml_file("/dev/zero", more);
  EXPECT_EQ(more.text(), "/dev/zero: not a regular file\n");
}

}  // namespace
}  // namespace vigie::config
