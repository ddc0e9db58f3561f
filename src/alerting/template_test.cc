#include "alerting/template.h"

#include <gtest/gtest.h>

#include <cmath>

#include "alerting/template_functions.h"

namespace vigie::alerting {
namespace {

constexpr std::array<std::string_view, 4> kVariables{"labels", "value", "externalLabels",
                                                     "externalURL"};

TemplateContext context() {
  TemplateContext out;
  const Labels labels{{"instance", "db-1.example.org:9100"}, {"job", "db"}, {"share", "0.25"}};
  out.variables = {{"labels", Value::of_labels(labels)},
                   {"value", Value(1234.5)},
                   {"externalLabels", Value::of_labels(Labels{{"site", "north"}})},
                   {"externalURL", Value("http://vigie.example.org/w")}};
  out.external_url = "http://vigie.example.org/w";
  out.now = wall_from_millis(1'767'225'600'000);
  const Value::Map alert_a{{"Status", Value("firing")}, {"Labels", Value::of_labels(labels)}};
  const Value::Map alert_b{{"Status", Value("resolved")}, {"Labels", Value::of_labels(labels)}};
  out.dot = Value(
      Value::Map{{"Labels", Value::of_labels(labels)},
                 {"Alerts", Value(Value::List{Value(alert_a), Value(alert_b)})},
                 {"CommonLabels", Value::of_labels(Labels{{"alertname", "Down"}, {"a", "1"}})},
                 {"StartsAt", Value(wall_from_millis(1'767'225'600'000))},
                 {"Empty", Value(Value::List{})}});
  out.query = [](const std::string& expr) -> Result<std::vector<TemplateSample>> {
    if (expr == "broken(") { return error(Code::invalid, "1:8: unexpected end"); }
    if (expr == "none") { return std::vector<TemplateSample>{}; }
    return std::vector<TemplateSample>{{Labels{{"i", "b"}}, 2}, {Labels{{"i", "a"}}, 1}};
  };
  return out;
}

std::string expand(std::string_view text) {
  const Result<Template> parsed = Template::parse(text, kVariables);
  if (!parsed) { return "parse: " + parsed.error().what; }
  const Result<std::string> out = parsed->expand(context());
  return out ? *out : "run: " + out.error().what;
}

struct Case {
  std::string_view text, wanted;
};

class TemplateLanguage : public ::testing::TestWithParam<Case> {};

TEST_P(TemplateLanguage, Expands) {
  EXPECT_EQ(expand(GetParam().text), GetParam().wanted) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Actions, TemplateLanguage,
    ::testing::Values(
        Case{"plain", "plain"}, Case{"{{ $labels.job }}!", "db!"}, Case{"{{ $labels.absent }}", ""},
        Case{"{{$value}}", "1234.5"}, Case{"a {{- 1 -}} b", "a1b"},
        Case{"a {{/* note */}}b", "a b"}, Case{"a {{- /* note */ -}} b", "ab"},
        Case{"{{ if $labels.job }}y{{ else }}n{{ end }}", "y"},
        Case{"{{ if eq $labels.job \"x\" }}x{{ else if eq $labels.job \"db\" }}db{{ else }}n{{ end "
             "}}",
             "db"},
        Case{"{{ with $labels.job }}<{{ . }}>{{ end }}", "<db>"},
        Case{"{{ with $labels.absent }}x{{ else }}none{{ end }}", "none"},
        Case{"{{ range $i, $a := .Alerts }}{{ $i }}{{ $a.Status }};{{ end }}",
             "0firing;1resolved;"},
        Case{"{{ range .Empty }}x{{ else }}empty{{ end }}", "empty"},
        Case{"{{ range .Alerts }}{{ if eq .Status \"resolved\" }}{{ break }}{{ end }}{{ .Status "
             "}}{{ end }}",
             "firing"},
        Case{"{{ range .Alerts }}{{ if eq .Status \"firing\" }}{{ continue }}{{ end }}{{ .Status "
             "}}{{ end }}",
             "resolved"},
        Case{"{{ range $k, $v := $labels }}{{ $k }}={{ $v }} {{ end }}",
             "instance=db-1.example.org:9100 job=db share=0.25 "},
        Case{"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"},
        Case{"{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"},
        Case{"{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" $labels.job }}", "[db]"},
        Case{"{{ block \"b\" 5 }}<{{ . }}>{{ end }}", "<5>"},
        Case{"{{ (index .Alerts 0).Status }}", "firing"},
        Case{"{{ .CommonLabels.SortedPairs.Names }}", "[alertname a]"},
        Case{"{{ len .Alerts.Firing }}/{{ .Alerts | len }}", "1/2"},
        Case{"{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }};{{ end }}",
             "alertname=Down;a=1;"},
        Case{"{{ (.CommonLabels.Remove (stringSlice \"a\")).Names | join \",\" }}", "alertname"},
        Case{"{{ .StartsAt.Format \"Mon 2 Jan\" }}", "Thu 2 Jan"},
        Case{"{{ .StartsAt.Format \"2006-01-02 15:04\" }}", "2026-01-01 00:00"},
        Case{"{{ $.Labels.job }}{{ with 1 }}{{ $.Labels.job }}{{ end }}", "dbdb"},
        Case{"{{ `raw \\n` }}{{ \"q\\t\\u00e9\" }}", "raw \\nq\té"},
        Case{"{{ 0x1F }} {{ 1e3 }} {{ -2 }} {{ .5 }} {{ nil | not }}", "31 1000 -2 0.5 true"}));

INSTANTIATE_TEST_SUITE_P(
    Functions, TemplateLanguage,
    ::testing::Values(
        Case{"{{ $value | humanize }}", "1.234k"}, Case{"{{ humanize 0.00012 }}", "120u"},
        Case{"{{ humanize 0.0 }} {{ humanize \"1e9\" }}", "0 1G"},
        Case{"{{ humanize1024 1048576.0 }}", "1Mi"}, Case{"{{ humanize1024 1536 }}", "1.5ki"},
        Case{"{{ humanizeDuration 0.0 }}", "0s"}, Case{"{{ humanizeDuration 899.99 }}", "14m 59s"},
        Case{"{{ humanizeDuration 90061 }}", "1d 1h 1m 1s"},
        Case{"{{ humanizeDuration -3661 }}", "-1h 1m 1s"},
        Case{"{{ humanizeDuration 0.0001 }}", "100us"},
        Case{"{{ humanizeDuration 12.3456 }}", "12.35s"},
        Case{"{{ $labels.share | humanizePercentage }}", "25%"},
        Case{"{{ 1435065584.128 | humanizeTimestamp }}", "2015-06-23 13:19:44.128 +0000 UTC"},
        Case{"{{ (1435065584 | toTime).Unix }}", "1435065584"},
        Case{"{{ printf \"%.2f|%5.1f|%-5d|%05d|%s|%q|%v|%%|%x|%+d\" $value 2.25 3 4 \"a\" \"b\" "
             "true 255 7 }}",
             "1234.50|  2.2|3    |00004|a|\"b\"|true|%|ff|+7"},
        Case{"{{ printf \"%d\" 1.5 }}", "%!d(float64=1.5)"},
        Case{"{{ printf \"%.3s|%5s|%-3s|\" \"éàüö\" \"é\" \"é\" }}", "éàü|    é|é  |"},
        Case{"{{ printf \"%q\" \"\\x01\\a\\n\\\"é\\xff\" }}", "\"\\x01\\a\\n\\\"é\\xff\""},
        Case{"{{ printf \"%v %g\" 1e6 123456789.0 }}", "1e+06 1.23456789e+08"},
        Case{"{{ 999999.0 }} {{ 1e6 }} {{ 1234567.5 }} {{ 0.0001 }} {{ 0.00001 }}",
             "999999 1e+06 1.2345675e+06 0.0001 1e-05"},
        Case{"{{ printf \"%s\" }}", "%!s(MISSING)"},
        Case{"{{ printf \"x\" 1 }}", "x%!(EXTRA int=1)"},
        Case{"{{ and 1 \"\" 2 }}|{{ or \"\" 3 }}|{{ not 0 }}", "|3|true"},
        Case{"{{ eq 1 2 1 }}{{ ne 1 2 }}{{ lt 1 2 }}{{ le 2 2 }}{{ gt 1 2 }}{{ ge 2 2.0 }}",
             "truetruetruetruefalsetrue"},
        Case{"{{ title \"the db is down\" }}{{ toUpper \"a\" }}{{ toLower \"B\" }}",
             "The Db Is DownAb"},
        Case{"{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}",
             "db-1.example.org db-1:9100"},
        Case{"{{ stripPort \"[::1]:80\" }} {{ stripDomain \"10.0.0.1:80\" }}", "::1 10.0.0.1:80"},
        Case{"{{ match \"^db\" $labels.job }}", "true"},
        Case{"{{ reReplaceAll \"(.*)-(.*)\" \"${2}_$1\" \"a-b\" }}", "b_a"},
        Case{"{{ parseDuration \"1h30m\" }}", "5400"},
        Case{"{{ urlQueryEscape \"a b&c\" }}", "a+b%26c"},
        Case{"{{ graphLink \"up\" }}", "/graph?g0.expr=up&g0.tab=0"},
        Case{"{{ tableLink \"up == 0\" }}", "/graph?g0.expr=up+%3D%3D+0&g0.tab=1"},
        Case{"{{ externalURL }}{{ pathPrefix }}", "http://vigie.example.org/w/w"},
        Case{"{{ with args 1 \"x\" }}{{ .arg0 }}{{ .arg1 }}{{ end }}", "1x"},
        Case{"{{ range query \"up\" | sortByLabel \"i\" }}{{ .Labels.i }}{{ .Value }} {{ end }}",
             "a1 b2 "},
        Case{"{{ with query \"up\" }}{{ . | first | value }}{{ . | first | label \"i\" }}{{ end }}",
             "2b"},
        Case{"{{ safeHtml \"<b>\" }}{{ \"<b>\" | html }}", "<b>&lt;b&gt;"},
        Case{"{{ define \"u\" }}<{{ . }}>{{ end }}{{ tmpl \"u\" 3 | toUpper }}", "<3>"}));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, TemplateLanguage,
    ::testing::Values(
        Case{"{{ $nope }}", "parse: 1:4: undefined variable \"$nope\""},
        Case{"a\n{{ frobnicate 1 }}", "parse: 2:4: function \"frobnicate\" not defined"},
        Case{"{{ if true }}", "parse: 1:1: no {{end}} for this action"},
        Case{"{{ end }}", "parse: 1:10: unexpected {{end}}"},
        Case{"{{ 1", "parse: 1:1: unclosed action"},
        Case{"{{ \"a }}", "parse: 1:4: unclosed string"},
        Case{"{{ }}", "parse: 1:4: a value is missing"},
        Case{"{{ break }}", "parse: 1:1: break or continue outside range"},
        Case{"{{ 1 | 2 }}", "parse: 1:10: only a function can stand behind |"},
        Case{"{{ $labels.job.x }}", "run: 1:4: can't evaluate field x in type string"},
        Case{"{{ query \"broken(\" }}", "run: 1:4: query: 1:8: unexpected end"},
        Case{"{{ query \"none\" | first }}",
             "run: 1:19: first: called on a vector with no elements"},
        Case{"{{ template \"x\" }}", "run: 1:1: template \"x\" not defined"},
        Case{"{{ define \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}",
             "run: 1:17: templates include each other too deeply"},
        Case{"{{ humanize \"x\" }}", "run: 1:4: humanize: \"x\" is no number"},
        Case{"{{ printf \"%s\" | first }}",
             "run: 1:18: first: called on a vector with no elements"},
        Case{"{{ match \"(\" \"x\" }}", "run: 1:4: match: missing ): ("}));

TEST(Template, StopsAtItsLimits) {
  const Result<Template> parsed = Template::parse(
      "{{ define \"d\" }}{{ range . }}{{ range $ }}{{ range $ }}xxxxxxxx{{ end }}{{ end }}{{ end }}"
      "{{ end }}{{ template \"d\" . }}");
  ASSERT_TRUE(parsed) << parsed.error().what;
  TemplateContext limited;
  limited.dot = Value(Value::List(500, Value(1)));
  const Result<std::string> out = parsed->expand(limited);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Code::exhausted);
}

TEST(Template, SurvivesNestingAndGarbage) {
  std::string deep;
  for (int i = 0; i < 5'000; ++i) { deep += "{{ if ("; }
  EXPECT_FALSE(Template::parse(deep));
  std::string parens = "{{ ";
  for (int i = 0; i < 50'000; ++i) { parens += "("; }
  EXPECT_FALSE(Template::parse(parens));
  EXPECT_FALSE(Template::parse("{{ \"\\U00110000\" | \xff }}"));
}

TEST(Template, UsesAndReplacesDefinitionsOfAnother) {
  const Result<Template> base =
      Template::parse("{{ define \"a\" }}A{{ end }}{{ define \"b\" }}B{{ end }}");
  ASSERT_TRUE(base);
  const Result<Template> own = Template::parse(
      "{{ define \"b\" }}mine{{ end }}{{ template \"a\" }}{{ template \"b\" }}", {}, &*base);
  ASSERT_TRUE(own);
  EXPECT_EQ(*own->expand({}), "Amine");
}

}  // namespace
}  // namespace vigie::alerting
