// What strangers write into templates, matchers and books must give an error or a result, never
// more: pieces of the grammars in random order.

#include <gtest/gtest.h>

#include <array>

#include "alerting/alerting.h"
#include "alerting/matchers.h"
#include "alerting/template.h"
#include "base/random.h"
#include "config/book.h"

namespace vigie::alerting {
namespace {

template <size_t count>
std::string rubble(Random& random, const std::array<std::string_view, count>& pieces, size_t most) {
  std::string out;
  const size_t length = random.below(most);
  for (size_t i = 0; i < length; ++i) { out += pieces[random.below(count)]; }
  return out;
}

constexpr std::array<std::string_view, 48> kTemplate{"{{",
                                                     "}}",
                                                     " ",
                                                     "if",
                                                     "else",
                                                     "end",
                                                     "range",
                                                     "with",
                                                     "define",
                                                     "block",
                                                     "template",
                                                     "\"t\"",
                                                     ".",
                                                     ".a",
                                                     "$",
                                                     "$x",
                                                     ":=",
                                                     "=",
                                                     ",",
                                                     "|",
                                                     "(",
                                                     ")",
                                                     "1",
                                                     "-",
                                                     "\"",
                                                     "`",
                                                     "printf",
                                                     "\"%5.2f%s%q\"",
                                                     "index",
                                                     "len",
                                                     "and",
                                                     "or",
                                                     "eq",
                                                     "break",
                                                     "continue",
                                                     "{{- ",
                                                     " -}}",
                                                     "/*",
                                                     "*/",
                                                     "query",
                                                     "first",
                                                     "\n",
                                                     "\\u12",
                                                     "0x",
                                                     "humanize",
                                                     "{{ end }}",
                                                     "reReplaceAll",
                                                     "\xff"};

TEST(Rubble, TemplatesEndInATextOrAnError) {
  Random random(20'261'121);
  TemplateContext context;
  context.dot = Value(Value::Map{{"a", Value(Value::List{Value(1), Value("x")})}});
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = rubble(random, kTemplate, 24);
    const Result<Template> made = Template::parse(text);
    if (!made) { continue; }
    ++parsed;
    const Result<std::string> done = made->expand(context);
    if (done) { EXPECT_LE(done->size(), context.limits.output_max); }
  }
  EXPECT_GT(parsed, 1'000U);
}

constexpr std::array<std::string_view, 16> kMatchers{"{", "}", "a", "=", "~", "!",  "\"", "\\",
                                                     ",", " ", "(", "x", "é", "\n", "=~", "!="};

TEST(Rubble, MatchersEndInAListOrAnError) {
  Random random(7);
  for (int i = 0; i < 40'000; ++i) {
    const Result<tsdb::Matchers> made = parse_matchers(rubble(random, kMatchers, 16));
    if (made) { EXPECT_FALSE(text_of(*made).empty()); }
  }
}

constexpr std::array<std::string_view, 40> kBook{"rule_groups: ",
                                                 "route: ",
                                                 "receivers: ",
                                                 "inhibit_rules: ",
                                                 "time_intervals: ",
                                                 "- ",
                                                 "\n",
                                                 "\n  ",
                                                 "\n    ",
                                                 "name: a",
                                                 "rules: ",
                                                 "alert: A",
                                                 "expr: up",
                                                 "for: 5m",
                                                 "labels: ",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ", ",
                                                 "matchers: ",
                                                 "a=b",
                                                 "routes: ",
                                                 "receiver: a",
                                                 "group_by: ",
                                                 "'...'",
                                                 "times: ",
                                                 "start_time: ",
                                                 "\"09:00\"",
                                                 "weekdays: ",
                                                 "monday:friday",
                                                 "equal: ",
                                                 "source_match: ",
                                                 "webhook_configs: ",
                                                 "global: ",
                                                 "escalation: x",
                                                 "continue: true",
                                                 "null",
                                                 "&a ",
                                                 "*a"};

TEST(Rubble, BooksEndInProblemsOrNone) {
  Random random(11);
  for (int i = 0; i < 10'000; ++i) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(rubble(random, kBook, 30), "b.yml", problems);
    check_book(root, problems);
    const std::unique_ptr<Decider> decider = make_decider();
    const json::value text = root.to_json();
    const Event event{.seq = {},
                      .at = WallTime{},
                      .body = BookAdopted{.hash = "h", .text = to_text(text)},
                      .cause = {}};
    decider->apply(event, WallTime{});
  }
}

}  // namespace
}  // namespace vigie::alerting
