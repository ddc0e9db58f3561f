#include "collect/relabel.h"

#include <gtest/gtest.h>

#include "config/book.h"

namespace vigie::collect {
namespace {

std::string apply(const std::string& yaml, Labels labels) {
  config::Problems problems;
  const config::Node node = config::parse_yaml(yaml, "r.yml", problems);
  const RelabelRules rules = read_relabel_rules(node, "relabel_configs", problems);
  if (!problems.ok()) { return problems.text(); }
  return relabel(rules, labels) ? labels.text() : "dropped";
}

struct Case {
  std::string rules, want;
};

TEST(Relabel, DoesWhatPrometheusDoes) {
  const Labels labels{{"a", "foo"}, {"b", "bar"}, {"c", "baz"}, {"__meta_x_y", "Zed"}};
  const std::string all = "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\"}";
  const Case cases[] = {
      {"[{source_labels: [a], regex: f(.*), target_label: d, replacement: 'ch${1}-ch${1}'}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", d=\"choo-choo\"}"},
      {"[{source_labels: [a, b], regex: 'f(.*);(.*)r', target_label: a, replacement: "
       "'b${1}${2}m'}]",
       "{__meta_x_y=\"Zed\", a=\"boobam\", b=\"bar\", c=\"baz\"}"},
      {"[{source_labels: [a], regex: o, target_label: d, replacement: x}]", all},
      {"[{source_labels: [a], target_label: b, replacement: ''}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", c=\"baz\"}"},
      {"[{source_labels: [none], target_label: b}]", "{__meta_x_y=\"Zed\", a=\"foo\", c=\"baz\"}"},
      {"[{source_labels: [a], regex: '(?P<x>f)oo', target_label: '${x}_l', replacement: '$x$$1x'}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", f_l=\"f$1x\"}"},
      {"[{source_labels: [a], regex: .*o.*, action: drop}]", "dropped"},
      {"[{source_labels: [a], regex: no-match, action: drop}]", all},
      {"[{source_labels: [a], regex: f|o, action: drop}]", all},
      {"[{source_labels: [a], regex: foo, action: keep}]", all},
      {"[{source_labels: [a], regex: fo, action: keep}]", "dropped"},
      {"[{source_labels: [a, b], separator: '', regex: foobar, action: keep}]", all},
      {"[{source_labels: [c], target_label: d, action: hashmod, modulus: 1000}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", d=\"976\"}"},
      {"[{regex: '__meta_(x)_(.*)', action: labelmap, replacement: '${2}_$1'}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", y_x=\"Zed\"}"},
      {"[{regex: '__meta_(.*)', action: labelmap}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", x_y=\"Zed\"}"},
      {"[{regex: '(__meta.*|b)', action: labeldrop}]", "{a=\"foo\", c=\"baz\"}"},
      {"[{regex: '[ab]', action: LabelKeep}]", "{a=\"foo\", b=\"bar\"}"},
      {"[{source_labels: [a, b], target_label: d, action: uppercase}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", d=\"FOO;BAR\"}"},
      {"[{source_labels: [__meta_x_y], target_label: a, action: lowercase}]",
       "{__meta_x_y=\"Zed\", a=\"zed\", b=\"bar\", c=\"baz\"}"},
      {"[{source_labels: [a], target_label: a, action: keepequal}]", all},
      {"[{source_labels: [a], target_label: b, action: keepequal}]", "dropped"},
      {"[{source_labels: [a], target_label: a, action: dropequal}]", "dropped"},
      {"[{source_labels: [a], target_label: b, action: dropequal}]", all},
      {"[{target_label: d, replacement: static}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", d=\"static\"}"},
      {"[{regex:, target_label: d, replacement: static}]",
       "{__meta_x_y=\"Zed\", a=\"foo\", b=\"bar\", c=\"baz\", d=\"static\"}"},
      {"[{source_labels: [a], regex: null, target_label: d, replacement: x}]", all},
  };
  for (const Case& c : cases) { EXPECT_EQ(apply(c.rules, labels), c.want) << c.rules; }
}

TEST(Relabel, DotMatchesLineFeeds) {
  EXPECT_EQ(
      apply("[{source_labels: [a], regex: 'x(.*)', target_label: b}]", Labels{{"a", "xy\nz"}}),
      "{a=\"xy\\nz\", b=\"y\\nz\"}");
}

TEST(Relabel, RefusesWithPlace) {
  const Case cases[] = {
      {"- {action: hashmod, target_label: x}", "r.yml:1:3: relabel action hashmod needs a modulus"},
      {"- {source_labels: [a]}", "r.yml:1:3: relabel action replace needs target_label"},
      {"- {action: keepequal, source_labels: [a]}", "relabel action keepequal needs target_label"},
      {"- {action: drop, regex: '('}", "the regular expression is wrong: missing )"},
      {"- {action: dorp, regex: a}", "did you mean \"drop\"?"},
      {"- {action: labeldrop, separator: x}",
       "separator has no meaning with relabel action labeldrop"},
      {"- {action: uppercase, target_label: a, replacement: b}", "replacement has no meaning"},
      {"- {sorce_labels: [a], target_label: b}", "unknown key \"sorce_labels\""},
      {"-", "an empty rule in relabel_configs"},
      {"a: b", "relabel_configs must be a list"},
  };
  for (const Case& c : cases) {
    const std::string got = apply(c.rules, Labels{{"a", "b"}});
    EXPECT_NE(got.find(c.want), std::string::npos) << c.rules << "\n" << got;
  }
}

}  // namespace
}  // namespace vigie::collect
