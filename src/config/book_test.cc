#include "config/book.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config/section.h"
#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

TEST(Book, IsOneTreeWhateverFilesItIsWrittenIn) {
  TempBook files;
  files.write("vigie.yml",
              "name: astreinte\n"
              "include: [oncall.yml, services/*.yml, runbooks/*.md]\n"
              "people: {ana: {email: a@example.org}}\n"
              "scrape_configs: [{job_name: a}]\n");
  files.write("oncall.yml", "people:\n  ben: {email: b@example.org}\nlast-resort: [ana]\n");
  files.write("services/one.yml",
              "services: {one: {team: core}}\nscrape_configs: [{job_name: b}]\n");
  files.write("services/two.yml", "services:\n  two: {team: core}\n");
  files.write("runbooks/restart.md", "# Restart\n\n```sh\necho ${HOME} {{ $x }}\n```\n");
  const Book book = files.load();
  EXPECT_EQ(files.problems().text(), "");
  EXPECT_EQ(book.root["people"].size(), 2U);
  EXPECT_EQ(book.root["people"]["ben"]["email"].place().text(), "oncall.yml:2:16");
  EXPECT_EQ(book.root["services"].size(), 2U);
  EXPECT_EQ(book.root["services"]["one"].place().text(), "services/one.yml:1:17");
  EXPECT_EQ(book.root["scrape_configs"].items()[1]["job_name"].text(), "b");
  EXPECT_EQ(book.root["last-resort"].items()[0].text(), "ana");
  EXPECT_FALSE(book.root.has("include")) << "a book in the journal needs no files";
  const Node runbook = book.root["runbook_files"].items()[0];
  EXPECT_EQ(runbook["path"].text(), "runbooks/restart.md");
  EXPECT_EQ(runbook["text"].text(), "# Restart\n\n```sh\necho ${HOME} {{ $x }}\n```\n");
  EXPECT_EQ(book.files, (std::vector<std::string>{"vigie.yml", "oncall.yml", "services/one.yml",
                                                  "services/two.yml", "runbooks/restart.md"}));
}

TEST(Book, SurvivesTheJournalByteForByte) {
  TempBook files;
  files.write("vigie.yml",
              "name: \"5\"\nrule_files: r.yml\npeople: {ana: {phone: +33, x: 1.10}}\n");
  files.write("r.yml", "groups: [{name: g, rules: [{alert: A, expr: 'up{a=\"b\"} == 0'}]}]\n");
  const Book book = files.load();
  const std::string text = book.journal_text();
  const Node again = Node::from_json(*parse_json(text));
  EXPECT_EQ(to_text(again.to_json()), text);
  EXPECT_TRUE(again.same_as(book.root));
}

TEST(Book, HashFollowsTheContentAndNotTheComments) {
  TempBook files;
  files.write("vigie.yml", "name: a\npeople: {ana: {email: x}}\n");
  const std::string first = files.load().hash;
  EXPECT_EQ(first.size(), 32U);
  files.write("vigie.yml", "# why\nname: 'a'\npeople:\n  ana: {email: x}\n");
  EXPECT_EQ(files.load().hash, first);
  files.write("vigie.yml", "name: a\npeople: {ana: {email: y}}\n");
  EXPECT_NE(files.load().hash, first);
}

TEST(Book, SameKeyTwiceNamesBothPlaces) {
  TempBook files;
  files.write("vigie.yml",
              "name: a\ninclude: b.yml\npeople:\n  ana: {email: x}\nroute: {receiver: r}\n");
  files.write("b.yml", "name: b\npeople:\n  ben: {}\n  ana: {email: y}\nroute: []\n");
  (void)files.load();
  EXPECT_EQ(files.problems().text(),
            "b.yml:1:1: key \"name\" is already set (first at vigie.yml:1:1)\n"
            "b.yml:4:3: key \"ana\" is already set (first at vigie.yml:4:3)\n"
            "b.yml:5:1: key \"route\" is already set (first at vigie.yml:5:1)\n");
}

TEST(Book, TakesRuleFilesAsTheyAre) {
  TempBook files;
  files.write("vigie.yml", "include: more/page.yml\nrule_files: ['rules/*.yml']\n");
  files.write("more/page.yml", "rule_files: [own.yml]\nrule_groups: [{name: inline, rules: []}]\n");
  files.write("more/own.yml", "groups:\n- name: own\n  rules: []\n");
  files.write("rules/b.yml", "groups: []\n");
  files.write("rules/a.yml",
              "groups:\n"
              "- name: g\n"
              "  interval: 30s\n"
              "  rules:\n"
              "  - alert: Down\n"
              "    expr: up == 0\n"
              "    annotations: {text: \"{{ $labels.job }} ${NOT_A_VARIABLE} $$\"}\n");
  const Book book = files.load();
  EXPECT_EQ(files.problems().text(), "");
  const Node groups = book.root["rule_groups"];
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups.items()[0]["name"].text(), "inline");
  EXPECT_EQ(groups.items()[0]["file"].text(), "more/page.yml");
  EXPECT_EQ(groups.items()[1]["file"].text(), "rules/a.yml");
  EXPECT_EQ(groups.items()[1]["interval"].text(), "30s");
  const Node rule = groups.items()[1]["rules"].items()[0];
  EXPECT_EQ(rule["expr"].place().text(), "rules/a.yml:6:11");
  EXPECT_EQ(rule["annotations"]["text"].text(), "{{ $labels.job }} ${NOT_A_VARIABLE} $$");
  EXPECT_EQ(groups.items()[2]["file"].text(), "more/own.yml") << "relative to the page naming it";
}

TEST(Book, TakesScrapeFilesAndTemplates) {
  TempBook files;
  files.write("vigie.yml", "scrape_config_files: [s/*.yml]\ntemplates: [t/*.tmpl]\n");
  files.write("s/a.yml", "scrape_configs:\n- job_name: a\n");
  files.write("t/x.tmpl", "{{ define \"x\" }}${Y}{{ end }}\n");
  const Book book = files.load();
  EXPECT_EQ(files.problems().text(), "");
  EXPECT_EQ(book.root["scrape_configs"].items()[0]["job_name"].place().text(), "s/a.yml:2:13");
  EXPECT_EQ(book.root["template_files"].items()[0]["text"].text(),
            "{{ define \"x\" }}${Y}{{ end }}\n");
}

TEST(Book, RefusesOddRuleFiles) {
  TempBook files;
  files.write("vigie.yml", "rule_files: [a.yml, b.yml, c.yml, d.yml, 'e/*.yml']\n");
  files.write("a.yml", "group: []\n");
  files.write("b.yml", "groups: [text, {file: x, name: g}]\n");
  files.write("c.yml", "[]\n");
  (void)files.load();
  EXPECT_EQ(files.problems().text(),
            "a.yml:1:1: unknown key \"group\" (did you mean \"groups\"?)\n"
            "b.yml:1:10: a rule group is a map, not text\n"
            "b.yml:1:17: unknown key \"file\"\n"
            "c.yml:1:1: must be a map, not a list\n"
            "vigie.yml:1:35: \"d.yml\": no such file\n"
            "vigie.yml:1:42: warning: \"e/*.yml\" matches no file\n");
}

TEST(Book, IncludesCannotGoRoundInCircles) {
  TempBook files;
  files.write("vigie.yml", "include: [a.yml, '*.yml']\nname: x\n");
  files.write("a.yml", "include: [vigie.yml, a.yml, b.yml]\n");
  files.write("b.yml", "include: b.yml\ndata: ./x\n");
  const Book book = files.load();
  EXPECT_EQ(files.problems().text(),
            "a.yml:1:11: \"vigie.yml\" includes itself\n"
            "a.yml:1:22: \"a.yml\" includes itself\n"
            "b.yml:1:10: \"b.yml\" includes itself\n");
  EXPECT_EQ(book.root["data"].text(), "./x");
}

TEST(Book, IncludesAreFilesAndAreReadOnce) {
  TempBook files;
  files.write("vigie.yml",
              "include: [a.yml, a.yml, nope.yml, x.txt, '', [1], 'n/*.yml', empty.yml]\n");
  files.write("a.yml", "name: x\n");
  files.write("x.txt", "name: y\n");
  files.write("empty.yml", "# nothing\n");
  (void)files.load();
  EXPECT_EQ(files.problems().text(),
            "empty.yml:1:1: warning: this page is empty\n"
            "vigie.yml:1:18: warning: \"a.yml\" is included twice (it is read once)\n"
            "vigie.yml:1:25: \"nope.yml\": no such file\n"
            "vigie.yml:1:35: \"x.txt\" is neither YAML nor Markdown (pages end in .yml, .yaml or "
            ".json, runbooks in .md)\n"
            "vigie.yml:1:42: a file's name is missing here\n"
            "vigie.yml:1:46: an item of \"include\" must be text, not a list\n"
            "vigie.yml:1:51: warning: \"n/*.yml\" matches no file\n");
}

TEST(Book, FillsVariablesFromTheProcessAndDotenv) {
  TempBook files;
  files.write(".env", "PORT=9000\nZONE=UTC\n");
  files.set("ZONE", "Europe/Paris").set("PAGE", "b");
  files.write("vigie.yml",
              "timezone: ${ZONE}\nlisten: 127.0.0.1:${PORT}\ndata: ${DATA:-./data}\n"
              "include: ${PAGE}.yml\nreceivers: [{name: x, webhook_configs: [{url: 'http://x',"
              " http_config: {authorization: {credentials: {env: PORT}}}}]}]\n");
  files.write("b.yml", "name: ${NAME}\n");
  const Book book = files.load();
  EXPECT_EQ(files.problems().text(),
            "b.yml:1:7: variable NAME is not set (set it in the environment or in .env, or write "
            "${NAME:-default})\n");
  EXPECT_EQ(book.root["timezone"].text(), "Europe/Paris");
  EXPECT_EQ(book.root["listen"].text(), "127.0.0.1:9000");
  EXPECT_EQ(book.root["data"].text(), "./data");
  EXPECT_EQ(*book.secrets.resolve(node_from("{env: PORT}")), "9000");
}

TEST(Book, ReportsTwentyErrorsAtOnce) {
  TempBook files;
  files.set("PASSWORD", "hunter2");
  files.write("vigie.yml",
              "peple: {}\nlisten: ${PASSWORD}\nservices: [x]\nlast-resort: {}\nroute: text\n"
              "retention: {metrics: ever, metric: 1d}\nlog: {level: lout}\nexternal-url: x\n"
              "tls: {}\ninclude: [bad.yml, tabs.yml, dup.yml, gone.yml, latin.yml]\n"
              "rule_files: gone/rules.yml\ndata: ${NOWHERE}\nname: {}\nrunbook_files: []\n");
  files.write("bad.yml", "people: [1\nname: 2\n");
  files.write("tabs.yml", "people:\n\tana: 1\n");
  files.write("dup.yml", "teams: {a: {}, a: {}}\nteams: {}\nchain: {}\n");
  files.write("latin.yml", "name: \xe9t\xe9\n");
  const Book book = files.load();
  const Problems& problems = files.problems();
  EXPECT_GE(problems.errors(), 20U) << problems.text();
  EXPECT_EQ(problems.text().find("hunter2"), std::string::npos) << problems.text();
  for (const Problem& problem : problems.list()) {
    EXPECT_GT(problem.place.line, 0U) << problem.text();
  }
  for (const char* line : {"vigie.yml:1:1: unknown key \"peple\" (did you mean \"people\"?)",
                           "vigie.yml:2:9: \"listen\" must be host:port, not \"${PASSWORD}\"",
                           "dup.yml:3:1: unknown key \"chain\" (did you mean \"chains\"?)",
                           "latin.yml:1:7: this is not UTF-8",
                           "vigie.yml:14:1: \"runbook_files\" is filled by Vigie itself"}) {
    EXPECT_NE(problems.text().find(line), std::string::npos) << line << "\n" << problems.text();
  }
}

TEST(Book, SaysWhatIsNotActedOnYet) {
  TempBook files;
  files.write("vigie.yml",
              "status-page: {}\njobs: {a: {}}\nwindows: {}\nurgency: {}\nx-mine: {a: &a 1}\n");
  (void)files.load();
  EXPECT_EQ(files.problems().warnings(), 4U) << files.problems().text();
  EXPECT_TRUE(files.problems().ok());
  EXPECT_NE(
      files.problems().text().find("vigie.yml:1:1: warning: \"status-page\" is not acted on yet"),
      std::string::npos);
}

TEST(Book, OpensPrometheusAndAlertmanagersFilesUnmodified) {
  TempBook files;
  files.write("vigie.yml", "include: [prometheus.yml, alertmanager.yml]\n");
  files.write("prometheus.yml",
              "global: {scrape_interval: 15s, external_labels: {a: b}}\nscrape_configs: []\n"
              "alerting: {alertmanagers: []}\nremote_write: []\nstorage: {}\n");
  files.write("alertmanager.yml",
              "global: {smtp_smarthost: 'localhost:25'}\nroute: {receiver: r}\n"
              "receivers: [{name: r, webhook_configs: [{url: 'http://x', x: '{{ $a }} $$ $1'}]}]\n"
              "inhibit_rules: []\nmute_time_intervals: []\ntime_intervals: []\n");
  const Book book = files.load();
  EXPECT_TRUE(files.problems().ok()) << files.problems().text();
  EXPECT_EQ(book.root["global"].size(), 3U);
  EXPECT_EQ(book.root["receivers"].items()[0]["webhook_configs"].items()[0]["x"].text(),
            "{{ $a }} $$ $1");
}

TEST(Book, MayBeNamedByItsFirstPage) {
  TempBook files;
  files.write("other.yml", "name: x\n");
  Problems problems;
  const Book book = load_book(files.dir() + "/other.yml", Environment{}, problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(book.dir, files.dir());
  EXPECT_EQ(book.root["name"].place().text(), "other.yml:1:7");
}

TEST(Book, AMissingOneIsAnErrorWithAWayOut) {
  TempBook files;
  (void)files.load();
  EXPECT_EQ(files.problems().text(), files.dir() +
                                         "/vigie.yml: there is no watch book here (name "
                                         "its directory with --book DIR)\n");
  files.write("vigie.yaml", "name: x\n");
  (void)files.load();
  EXPECT_NE(files.problems().text().find("rename vigie.yaml to vigie.yml"), std::string::npos);
}

TEST(Book, AnEmptyOneIsAllDefaults) {
  TempBook files;
  files.write("vigie.yml", "");
  const Book book = files.load();
  EXPECT_TRUE(files.problems().ok()) << files.problems().text();
  EXPECT_EQ(Settings::trust(book.root, book_fields()).text("listen"), "127.0.0.1:9797");
}

TEST(Book, IsBoundedInBytesAndValues) {
  TempBook files;
  files.write("vigie.yml", "include: ['*.md']\n");
  files.write("a.md", std::string(9 << 20, 'a'));
  files.write("b.md", std::string(9 << 20, 'a'));
  (void)files.load();
  EXPECT_EQ(files.problems().text(), "vigie.yml:1:11: \"b.md\": the book is larger than 16MiB\n");

  TempBook many;
  many.write("vigie.yml", "include: ['p*.yml']\n");
  std::string page;
  for (int i = 0; i < 30'000; ++i) { page += "- x\n"; }
  many.write("p1.yml", "x-a:\n" + page);
  many.write("p2.yml", "x-b:\n" + page);
  many.write("p3.yml", "x-c:\n" + page);
  many.write("p4.yml", "x-d:\n" + page);
  (void)many.load();
  EXPECT_NE(many.problems().text().find("p4.yml:"), std::string::npos);
  EXPECT_NE(many.problems().text().find("more than 100000 values"), std::string::npos);
}

TEST(Book, DirectoriesWithOddNamesWork) {
  TempBook files;
  files.write("a [b]*/vigie.yml", "include: ['s*/*.yml']\n");
  files.write("a [b]*/s 1/x.yml", "name: x\n");
  Problems problems;
  const Book book = load_book(files.dir() + "/a [b]*", Environment{}, problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(book.root["name"].place().text(), "s 1/x.yml:1:7");
}

void complain(const Node& root, Problems& problems) {
  problems.error(root.place(), "no people");
}
void fail_inside(const Node&, Problems&) {
  (void)std::string().at(1);
}

TEST(Sections, EachRoomChecksTheBook) {
  TempBook files;
  files.write("vigie.yml", "name: x\n");
  const Book book = files.load();
  Problems problems;
  constexpr Section kSections[] = {{"oncall", fail_inside}, {"collect", complain}};
  check_sections(book, kSections, problems);
  ASSERT_EQ(problems.errors(), 2U);
  EXPECT_TRUE(problems.list()[0].what.starts_with("the check of oncall failed: "));
  EXPECT_EQ(problems.list()[1].text(), "vigie.yml:1:1: no people");
}

}  // namespace
}  // namespace vigie::config
