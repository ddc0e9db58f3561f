#include "runbook/parse.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runbook/branch.h"
#include "runbook/executor_kind.h"
#include "runbook/library.h"
#include "runbook/markdown.h"
#include "runbook/matcher.h"
#include "runbook/runbook.h"

namespace vigie::runbook {
namespace {

struct Parsed {
  Runbook runbook;
  std::string problems;
};

Parsed parse(const std::string& text) {
  config::Problems problems;
  Parsed out;
  out.runbook = parse_runbook("runbooks/r.md", text, problems);
  out.problems = problems.text();
  return out;
}

TEST(Parse, ReadsEverySetting) {
  const Parsed got = parse(R"(---
title: T
when: [alert="A", 'alert="B", stage=~"x|y"']
automatic: true
page: at-once
guard: {cooldown: 30m, at-most: 2 per 6h, blast-radius: 3}
params: {namespace: {help: where, default: prod}}
time-limit: 10m
settle-within: 1m
symptoms: [it stalls]
disturbs: [b, a]
---
## One {#one}
```command timeout=5s repeat=safe approve=ask dir="/srv/a b"
echo {{ namespace }} {{ labels.stage }}
```
)");
  EXPECT_EQ(got.problems, "");
  EXPECT_EQ(got.runbook.id, "r");
  EXPECT_EQ(got.runbook.when.size(), 2u);
  EXPECT_TRUE(got.runbook.page_at_once);
  EXPECT_EQ(got.runbook.guard.at_most, 2);
  EXPECT_EQ(got.runbook.guard.at_most_per, 6h);
  EXPECT_EQ(got.runbook.guard.blast_radius, 3);
  EXPECT_EQ(got.runbook.time_limit, 10min);
  const Step& step = got.runbook.sections.at(0).steps.at(0);
  EXPECT_EQ(step.timeout, 5s);
  EXPECT_EQ(step.repeat, Repeat::safe);
  EXPECT_TRUE(step.ask);
  EXPECT_EQ(step.options.at("dir"), "/srv/a b");
}

struct Wrong {
  const char* text;
  const char* problem;
};

TEST(Parse, SaysWhatIsWrongAndWhere) {
  const Wrong cases[] = {
      {"---\nautomatic: true\n---\n```command\nx\n```\n", "runbooks/r.md:2:"},
      {"---\ntitel: x\n---\n", "runbooks/r.md:2:1: unknown key \"titel\""},
      {"---\nwhen: alert=A\n---\n", "expected a quoted value at character 7"},
      {"---\ntitle: x\n", "runbooks/r.md:1:1: the front matter is never closed"},
      {"---\n---\n```comand timeout=3s\nx\n```\n", "there is no executor \"comand\""},
      {"---\n---\n```kubernetes\nx\n```\n", "this release has no executor \"kubernetes\""},
      {"---\n---\n\n```command timeout=soon\nx\n```\n", "runbooks/r.md:4:"},
      {"---\n---\n```command tmeout=3s\nx\n```\n", "unknown key \"tmeout\""},
      {"---\n---\n```command timeout\nx\n```\n", "has no value"},
      {"---\n---\n```command\n\n```\n", "an empty fence does nothing"},
      {"---\n---\n## A\n```command\nx\n```\non failure: [b](#b)\n", "there is no section \"#b\""},
      {"---\n---\n## A\n```command\nx\n```\non failure: sleep\n", "\"sleep\" is nowhere to go"},
      {"---\n---\n## A\nthen: done\nthen: done\n", "a second `then:`"},
      {"---\n---\n## A\n## A\n", "a second section \"a\"; the first is on line 3"},
      {"---\n---\n```command\necho {{ what }}\n```\n", "there is no parameter \"what\""},
      {"---\n---\n```command\necho {{ what\n```\n", "`{{` is never closed"},
      {"---\n---\n```service\nreboot x\n```\n", "is no order"},
      {"---\n---\n```http\nFETCH x\n```\n", "a method and a URL"},
      {"---\nguard: {at-most: often}\n---\n", "\"often\" is no limit"},
      {"---\nparams: {PATH: {}}\n---\n", "\"PATH\" cannot be a parameter's name"},
  };
  for (const Wrong& each : cases) {
    const Parsed got = parse(each.text);
    EXPECT_NE(got.problems.find(each.problem), std::string::npos)
        << each.text << "\ngave: " << got.problems;
  }
}

TEST(Parse, AManualNeedsNothing) {
  const Parsed got = parse(
      "# Restart it\n\n```console\n$ ls -l \\\n> /tmp\ntotal 0\n$ pwd\n/\n```\n"
      "```json\n{}\n```\n## Then\n```\nplain\n```\n```bash\ncat <the-file>\n```\n");
  EXPECT_EQ(got.problems, "");
  EXPECT_TRUE(got.runbook.manual);
  EXPECT_EQ(got.runbook.title, "Restart it");
  ASSERT_EQ(got.runbook.sections.size(), 2u);
  EXPECT_EQ(got.runbook.sections[0].steps.at(0).text, "ls -l \\\n/tmp\npwd");
  EXPECT_EQ(got.runbook.sections[1].steps.size(), 2u);
  EXPECT_EQ(got.runbook.sections[1].steps[1].id, "then.2");
  ASSERT_EQ(got.runbook.params.size(), 1u);
  EXPECT_EQ(got.runbook.params[0].name, "the_file");
}

TEST(Parse, ShellFencesInARunbookAreForReading) {
  const Parsed got = parse("---\n---\n```sh\nrm -rf x\n```\n```text\nx\n```\n```yaml\na: b\n```\n");
  EXPECT_EQ(count_steps(got.runbook), 0u);
  EXPECT_NE(got.problems.find("warning"), std::string::npos);
}

TEST(Branch, ReadsEveryForm) {
  const auto read = [](const std::string& line) {
    const Page page = take_apart(line);
    Result<std::optional<BranchLine>> got = parse_branch(page.blocks.at(0).pieces);
    EXPECT_TRUE(got) << line;
    return **got;
  };
  const BranchLine one = read("**On failure:** [x](#x) twice, otherwise: continue");
  EXPECT_EQ(one.branch.target.section, "x");
  EXPECT_EQ(one.branch.times, 2);
  EXPECT_EQ(one.branch.otherwise->to, Goto::next);
  EXPECT_EQ(read("then: [x](#x) 3 times").branch.times, 3);
  EXPECT_EQ(read("then: done.").branch.target.to, Goto::done);
  EXPECT_EQ(read("otherwise: escalate").when, BranchLine::When::otherwise);
  EXPECT_FALSE(*parse_branch({{"Then it goes on", ""}}));
  EXPECT_FALSE(parse_branch({{"then: go on now", ""}}));
  EXPECT_FALSE(parse_branch({{"then: done, whatever", ""}}));
}

TEST(Matcher, MatchesAsPrometheusDoes) {
  const Labels labels{{"alertname", "A"}, {"stage", "datajs"}};
  const auto holds = [&](const char* text) {
    const auto matchers = parse_matchers(text);
    EXPECT_TRUE(matchers) << text;
    return matches(*matchers, labels);
  };
  EXPECT_TRUE(holds("alert=\"A\""));
  EXPECT_TRUE(holds("{alertname=\"A\", stage=~\"data.*\",}"));
  EXPECT_FALSE(holds("stage=~\"data\""));
  EXPECT_TRUE(holds("missing=\"\""));
  EXPECT_TRUE(holds("missing!=\"x\", stage!~'kafka|topic'"));
  EXPECT_TRUE(holds("stage=~\"\\w+\""));
  for (const char* wrong :
       {"", "a", "a=b", "a=\"b", "{a=\"b\"", "a=\"b\" c", "a=~\"(\"", "1a=\"\""}) {
    EXPECT_FALSE(parse_matchers(wrong)) << wrong;
  }
}

TEST(CheckBook, CrossReferences) {
  const auto check = [](const std::string& yaml) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
    check_book(root, problems);
    return problems.text();
  };
  const std::string services =
      "services: {datajs: {run: {process: {command: x}}}, kafka: {run: external}}\n";
  const std::string file = services + "runbook_files:\n- path: a.md\n  text: |\n    ---\n    ";
  EXPECT_EQ(check(file + "title: x\n    ---\n    ```service\n    restart datajs\n    ```\n"), "");
  EXPECT_NE(check(file + "title: x\n    ---\n    ```service\n    restart datjs\n    ```\n")
                .find("there is no service \"datjs\" (did you mean"),
            std::string::npos);
  EXPECT_NE(check(file + "title: x\n    ---\n    ```service\n    restart kafka\n    ```\n")
                .find("is not run by Vigie"),
            std::string::npos);
  EXPECT_NE(check(file + "when: service=\"datjs\"\n    ---\n").find("when: there is no service"),
            std::string::npos);
  EXPECT_NE(check("runbook_files: [{path: a/x.md, text: '# X'}, {path: b/x.md, text: '# Y'}]")
                .find("is called \"x\" too"),
            std::string::npos);
}

TEST(ExecutorKinds, EveryExampleParsesAndEveryFieldIsDocumented) {
  for (const ExecutorKind* kind : executor_kinds()) {
    SCOPED_TRACE(kind->name);
    const Parsed got = parse(fmt::format("---\ntitle: T\n---\n```{} {}\n{}\n```\n", kind->name,
                                         kind->example_options, kind->example));
    EXPECT_EQ(got.problems, "");
    EXPECT_EQ(count_steps(got.runbook), 1u);
    EXPECT_FALSE(kind->summary.empty());
    EXPECT_GT(kind->timeout, 0s);
    for (const config::Field& field : kind->fields) { EXPECT_FALSE(field.help.empty()); }
  }
}

}  // namespace
}  // namespace vigie::runbook
