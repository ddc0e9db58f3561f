#include "runbook/params.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/random.h"

namespace vigie::runbook {
namespace {

Values values() {
  return {Labels{{"stage", "data js"}, {"evil", "x'; touch /tmp/no; \"$(id)`id`"}},
          {{"namespace", "prod"}, {"evil", "\"; $(id) '`id`\n--"}}};
}

TEST(Params, CommandsReferToTheEnvironment) {
  const auto filled = [](const char* text) { return *fill(text, Quoting::shell, values()); };
  EXPECT_EQ(filled("a {{ labels.stage }} b"), "a \"${VIGIE_LABEL_stage}\" b");
  EXPECT_EQ(filled("a \"{{labels.stage}}\""), "a \"${VIGIE_LABEL_stage}\"");
  EXPECT_EQ(filled("a '{{ namespace }}'"), "a ''\"${namespace}\"''");
  EXPECT_EQ(filled("# don't\nls <namespace>"), "# don't\nls \"${namespace}\"");
  EXPECT_EQ(filled("cat <unknown> {{ params.namespace }}"), "cat <unknown> \"${namespace}\"");
  EXPECT_EQ(fill("{{ labels.none }}", Quoting::shell, values()).error().code, Code::not_found);
  EXPECT_EQ(fill_for_reading("a {{ labels.stage }} {{ none }}", Quoting::shell, values()),
            "a 'data js' {{ none }}");
}

TEST(Params, QueriesAreEscapedInQuotesAndRefusedOutside) {
  const Values some{Labels{{"a", "x\"} or up{b=\""}, {"n", "42"}, {"t", "`"}}, {}};
  EXPECT_EQ(*fill("up{a=\"{{ labels.a }}\"} > {{ labels.n }}", Quoting::promql, some),
            "up{a=\"x\\\"} or up{b=\\\"\"} > 42");
  EXPECT_FALSE(fill("up > {{ labels.a }}", Quoting::promql, some));
  EXPECT_FALSE(fill("up{a=`{{ labels.t }}`}", Quoting::promql, some));
}

TEST(Params, UrlsAreEncodedAndWordsAreWords) {
  EXPECT_EQ(*fill("http://h/{{ labels.stage }}", Quoting::url, values()), "http://h/data%20js");
  EXPECT_EQ(*fill("restart {{ namespace }}", Quoting::word, values()), "restart prod");
  EXPECT_FALSE(fill("restart {{ labels.stage }}", Quoting::word, values()));
}

TEST(Params, NamesThatMeanSomethingToAShellCannotBeSet) {
  EXPECT_FALSE(is_parameter_name("PATH"));
  EXPECT_FALSE(is_parameter_name("LD_PRELOAD"));
  EXPECT_FALSE(is_parameter_name("1a"));
  EXPECT_TRUE(is_parameter_name("name_space2"));
  const StringMap env = environment_of({Labels{{"PATH", "/evil"}, {"a.b", "x"}}, {}});
  EXPECT_EQ(env, (StringMap{{"VIGIE_LABEL_PATH", "/evil"}}));
}

std::string output_of(const std::string& script, const StringMap& env) {
  std::string command;
  for (const auto& [name, value] : env) { command += name + "=" + quote_for_shell(value) + " "; }
  command = "env -i PATH=\"$PATH\" " + command + "sh -c " + quote_for_shell(script) + " 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  char buffer[512];
  while (const size_t got = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
    out.append(buffer, got);
  }
  return out;
}

/// Whatever a label holds and wherever it stands, a shell reads it as one value.
TEST(Params, NoValueIsEverCode) {
  constexpr std::string_view kBytes = "a '\"`$();|&<>\\\n#*~!{}[]-=";
  Random random(7);
  for (int i = 0; i < 120; ++i) {
    std::string value;
    for (uint64_t n = random.below(12); n > 0; --n) {
      value += kBytes[random.below(kBytes.size())];
    }
    value += random.chance(0.5) ? "$(expr 6000 + 1)" : "`expr 6000 + 1`;expr 6000 + 1";
    const Values some{Labels{{"x", value}}, {}};
    for (const char* text : {"printf %s {{ labels.x }}", "printf %s \"{{ labels.x }}\"",
                             "printf %s '{{ labels.x }}'"}) {
      EXPECT_EQ(output_of(*fill(text, Quoting::shell, some), environment_of(some)), value);
    }
    // Places the quoting does not understand may split words, and still run nothing.
    for (const char* text : {"cat <<E\n{{ labels.x }}\nE\n", "echo \"$(printf %s {{ labels.x }})\"",
                             "# it's\nprintf %s {{ labels.x }}"}) {
      const std::string out = output_of(*fill(text, Quoting::shell, some), environment_of(some));
      EXPECT_EQ(out.find("6001"), std::string::npos) << out;
    }
  }
}

TEST(Params, ReferencesAreFound) {
  EXPECT_EQ(*references("{{ labels.a }} {{b}} {{ labels.a }}"),
            (std::vector<std::string>{"labels.a", "b"}));
  EXPECT_FALSE(references("{{ a b }}"));
  EXPECT_FALSE(references("{{ a"));
  EXPECT_EQ(placeholders("x <in> <In> <a-b> < c> <in>"), (std::vector<std::string>{"in", "a_b"}));
}

}  // namespace
}  // namespace vigie::runbook
