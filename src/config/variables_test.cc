#include "config/variables.h"

#include <gtest/gtest.h>

#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

const Environment kNames(Environment::Values{{"HOST", "db"},
                                             {"PORT", "5432"},
                                             {"EMPTY", ""},
                                             {"PASSWORD", "hunter2"},
                                             {"LOOKS", "${HOST}"}});

/// What the scalar `written` becomes, or the problems.
std::string filled(const std::string& written) {
  Problems problems;
  const Node node = fill_variables(Node::scalar(written, true, {"a.yml", 3, 7}), kNames, problems);
  return problems.ok() ? node.text() : problems.text();
}

TEST(Variables, AreFilledIn) {
  EXPECT_EQ(filled("${HOST}"), "db");
  EXPECT_EQ(filled("postgres://${HOST}:${PORT}/x"), "postgres://db:5432/x");
  EXPECT_EQ(filled("${NOPE:-fallback}"), "fallback");
  EXPECT_EQ(filled("${HOST:-fallback}"), "db");
  EXPECT_EQ(filled("${EMPTY:-fallback}"), "fallback");
  EXPECT_EQ(filled("${EMPTY}"), "");
  EXPECT_EQ(filled("${NOPE:-}"), "");
  EXPECT_EQ(filled("${NOPE:-${HOST}:${ALSO_NOPE:-1}}"), "db:1");
  EXPECT_EQ(filled("${LOOKS}"), "${HOST}") << "values are not filled in again";
}

TEST(Variables, EveryOtherDollarStandsForItself) {
  for (const char* text : {"$1", "${1}", "$HOST", "$$", "cost: $5", "{{ $labels.x }}", "a$", "${}",
                           "${-x}", "$(HOST)", "$1$2_${3}"}) {
    EXPECT_EQ(filled(text), text);
  }
  EXPECT_EQ(filled("$${HOST}"), "${HOST}");
  EXPECT_EQ(filled("$$${HOST}"), "$${HOST}");
  EXPECT_EQ(filled("$${HOST}${HOST}"), "${HOST}db");
}

TEST(Variables, UnsetOnesAreErrorsWithTheirPlace) {
  EXPECT_EQ(filled("x ${NOPE} y"),
            "a.yml:3:7: variable NOPE is not set (set it in the environment or in .env, or write "
            "${NOPE:-default})\n");
  EXPECT_NE(filled("${HOST").find("without its"), std::string::npos);
  EXPECT_NE(filled("${HOST:default}").find("\"${HOST:default}\" is no variable"),
            std::string::npos);
  EXPECT_NE(filled("${A:-${B:-${C:-${D:-${E:-${F:-x}}}}}}").find("too deep"), std::string::npos);
}

TEST(Variables, OfAnAliasAreReportedOnce) {
  Problems problems;
  (void)fill_variables(node_from("a: &a {x: '${NOPE}'}\nb: *a\nc: *a\n"), kNames, problems);
  EXPECT_EQ(problems.errors(), 1U);
}

TEST(Variables, KeepTheirTypeAndTheirSource) {
  Problems problems;
  const Node root = fill_variables(
      node_from("port: ${PORT}\ntext: \"${PORT}\"\nnone: ${EMPTY}\nkept: x\n"), kNames, problems);
  EXPECT_EQ(to_text(root.to_json()), R"({"port":5432,"text":"5432","none":null,"kept":"x"})");
  EXPECT_EQ(root["port"].shown(), "${PORT}");
  EXPECT_TRUE(root["port"].expanded());
  EXPECT_EQ(root["port"].place().text(), "test.yml:1:7");
  EXPECT_EQ(root["kept"].shown(), "x");
  EXPECT_FALSE(root["kept"].expanded());
}

TEST(Variables, LeaveRelabelingAlone) {
  Problems problems;
  const Node written = node_from(
      "scrape_configs:\n"
      "- job_name: ${HOST}\n"
      "  relabel_configs: [{regex: '(?P<HOST>.*)', replacement: '${HOST}:${1}', x: '${NOPE}'}]\n"
      "  metric_relabel_configs: [{replacement: $1}]\n");
  const Node root = fill_variables(written, kNames, problems);
  EXPECT_TRUE(problems.ok()) << problems.text();
  const Node job = root["scrape_configs"].items()[0];
  EXPECT_EQ(job["job_name"].text(), "db");
  EXPECT_EQ(job["relabel_configs"].items()[0]["replacement"].text(), "${HOST}:${1}");
  EXPECT_EQ(job["metric_relabel_configs"].items()[0]["replacement"].text(), "$1");
}

TEST(Variables, LeaveATreeWithoutThemAsItIs) {
  Problems problems;
  const Node written = node_from("{a: [1, {b: $1}]}");
  EXPECT_TRUE(fill_variables(written, kNames, problems).is_same_node(written));
}

TEST(Dotenv, ReadsWhatComposeReads) {
  Environment names(Environment::Values{{"SET", "process"}});
  Problems problems;
  names.add_dotenv(
      "# a comment\n"
      "\n"
      "PLAIN=a b  # why\r\n"
      "export EXPORTED = x\n"
      "SINGLE='a # \"b\" $c\\n'\n"
      "DOUBLE=\"two\\nlines \\\"q\\\"\" # why\n"
      "EMPTY=\n"
      "COLOUR=#fff\n"
      "EQUALS=a=b=\n"
      "SET=file\n"
      "TWICE=1\nTWICE=2\n",
      ".env", problems);
  EXPECT_TRUE(problems.ok()) << problems.text();
  EXPECT_EQ(names.get("PLAIN"), "a b");
  EXPECT_EQ(names.get("EXPORTED"), "x");
  EXPECT_EQ(names.get("SINGLE"), "a # \"b\" $c\\n");
  EXPECT_EQ(names.get("DOUBLE"), "two\nlines \"q\"");
  EXPECT_EQ(names.get("EMPTY"), "");
  EXPECT_EQ(names.get("COLOUR"), "#fff");
  EXPECT_EQ(names.get("EQUALS"), "a=b=");
  EXPECT_EQ(names.get("SET"), "process") << "the process wins";
  EXPECT_EQ(names.get("TWICE"), "2");
  EXPECT_EQ(names.get("NOPE"), std::nullopt);
}

TEST(Dotenv, NamesBadLinesButNotWhatTheyHold) {
  Environment names;
  Problems problems;
  names.add_dotenv("hunter2\nA=\"hunter2\n1X=hunter2\nB='hunter2' hunter2\nGOOD=1\n", ".env",
                   problems);
  EXPECT_EQ(problems.text(),
            ".env:1:1: not a NAME=value line\n"
            ".env:2:1: the quotes of A do not match\n"
            ".env:3:1: not a NAME=value line\n"
            ".env:4:1: the quotes of B do not match\n");
  EXPECT_EQ(names.get("GOOD"), "1");
}

TEST(Environment, IsThatOfTheProcess) {
  EXPECT_TRUE(Environment::of_process().get("PATH").has_value());
}

}  // namespace
}  // namespace vigie::config
