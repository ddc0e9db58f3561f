#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "base/json.h"
#include "cli/chain_drawing.h"
#include "cli/chart.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/verb_kind.h"
#include "cli/words.h"

namespace vigie::cli {
namespace {

size_t lines_in(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Chart, DrawsTheHighestAndLowestValueOnTheAxis) {
  const std::string chart =
      draw_chart({{"up", {0, 5, 10}}}, {.width = 60, .height = 5, .from = "14:00", .to = "15:00"});
  EXPECT_NE(chart.find("10 ┤"), std::string::npos) << chart;
  EXPECT_NE(chart.find("5 ┤"), std::string::npos) << chart;
  EXPECT_NE(chart.find("0 ┤"), std::string::npos) << chart;
  EXPECT_EQ(lines_in(chart), 7u);
  EXPECT_NE(chart.find("          14:00"), std::string::npos) << chart;
  EXPECT_NE(chart.find("15:00\n"), std::string::npos) << chart;
}

TEST(Chart, BearsFlatLinesGapsAndTooManySeries) {
  EXPECT_FALSE(draw_chart({{"flat", {3, 3, 3}}}, {.width = 40, .height = 4}).empty());
  EXPECT_FALSE(draw_chart({{"gap", {1, std::nan(""), HUGE_VAL, 2}}}, {.width = 40}).empty());
  EXPECT_FALSE(draw_chart({{"empty", {}}}, {.width = 1, .height = 0, .coloured = true}).empty());
  EXPECT_FALSE(draw_chart({{"vast", {-1.7e308, 1.7e308}}}, {.width = 40}).empty());
  EXPECT_FALSE(draw_chart({{"tiny", {0, 5e-324}}}, {.width = 40}).empty());
  for (size_t height = 0; height < 20; ++height) {
    EXPECT_FALSE(draw_chart({{"x", {-0.5, 0.7, 1e3}}}, {.width = 40, .height = height}).empty());
  }
  const std::string large = draw_chart({{"large", {0, 1e200}}}, {.width = 40});
  EXPECT_NE(large.find("1e+200 ┤"), std::string::npos) << large;
  const std::vector<ChartLine> many(11, ChartLine{"x", {1, 2}});
  EXPECT_NE(draw_chart(many, {.width = 40}).find("and 3 more series"), std::string::npos);
}

TEST(Chart, TakesTheLastBitsOfADivisionForAFlatLine) {
  const std::string chart = draw_chart({{"up", {21, 20.999999999, 21}}}, {.width = 40});
  EXPECT_NE(chart.find("22 ┤"), std::string::npos) << chart;
  EXPECT_NE(chart.find("20 ┤"), std::string::npos) << chart;
}

TEST(Chart, GivesAsManyDigitsAsTellValuesApart) {
  const std::string chart = draw_chart({{"up", {1.001, 1.003}}}, {.width = 40, .height = 3});
  EXPECT_NE(chart.find("1.003 ┤"), std::string::npos) << chart;
  EXPECT_NE(chart.find("1.002 ┤"), std::string::npos) << chart;
}

TEST(Chart, PutsRoundNumbersAtEqualDistances) {
  const std::string chart = draw_chart({{"up", {2, 20}}}, {.width = 40, .height = 16});
  std::vector<std::string> labels;
  std::istringstream lines(chart);
  for (std::string line; std::getline(lines, line);) {
    const size_t mark = line.find(" ┤");
    if (mark == std::string::npos) { continue; }
    const size_t from = line.find_first_not_of(' ');
    labels.push_back(from < mark ? line.substr(from, mark - from) : "");
  }
  const std::vector<std::string> wanted{"20", "",  "", "16", "",  "", "12", "",
                                        "",   "8", "", "",   "4", "", "",   "0"};
  EXPECT_EQ(labels, wanted) << chart;
}

TEST(Table, AlignsByColumnsWhateverTheBytes) {
  Table table({"name", "state"});
  table.add({"é", "● ok"});
  table.add({"longer", "✖ broken"});
  EXPECT_EQ(table.text(), "name    state\né       ● ok\nlonger  ✖ broken\n");
}

TEST(Table, WrapsTheWidestColumnBetweenWords) {
  Table table({"id", "why"});
  table.add({"1", "no answer before the deadline"});
  table.add({"2", "short"});
  EXPECT_EQ(table.text(20), "id  why\n1   no answer before\n    the deadline\n2   short\n");
  EXPECT_EQ(table.text(10), "id   1\nwhy  no answer before the deadline\n\nid   2\nwhy  short\n")
      << "too narrow for columns";
}

TEST(Table, AColourGoesOnAcrossLines) {
  const auto lines = wrapped("\x1b[31mone two\x1b[0m", 4);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "\x1b[31mone\x1b[0m");
  EXPECT_EQ(lines[1], "\x1b[31mtwo\x1b[0m");
  EXPECT_EQ(wrapped("abcdef", 4), (std::vector<std::string>{"abcd", "ef"}));
  EXPECT_EQ(wrapped("", 4), std::vector<std::string>{""});
}

TEST(Words, WriteInstantsOfASentenceAsPeopleReadThem) {
  const std::string now = "2026-11-21T07:02:00Z";
  const std::string told = with_times("told at 2026-11-21T07:01:30.244Z, again later", now);
  EXPECT_EQ(told.find("2026"), std::string::npos) << told;
  EXPECT_NE(told.find(":01:30, again later"), std::string::npos) << told;
  EXPECT_EQ(with_times("2026-11-21", now), "2026-11-21");
}

TEST(Table, EscapeSequencesTakeNoColumns) {
  EXPECT_EQ(width_of("\x1b[31mab\x1b[0m"), 2u);
  EXPECT_EQ(width_of("é▷"), 2u);
}

TEST(Words, ShowTimesInTheBooksZone) {
  const json::object at{{"at", "2026-11-21T23:30:00Z"}};
  show_times_in("Europe/Paris");
  EXPECT_EQ(short_time(at, "at", "2026-11-21T20:00:00Z"), "22 Nov 00:30");
  EXPECT_EQ(short_time(at, "at", "2026-11-22T09:00:00Z"), "00:30:00");
  EXPECT_EQ(*typed_time("2026-03-29 03:00"), "2026-03-29T01:00:00Z");
  EXPECT_FALSE(typed_time("yesterday"));
  show_times_in("UTC");
  EXPECT_EQ(short_time(at, "at", "2026-11-21T20:00:00Z"), "23:30:00");
}

TEST(Words, TellAgesAndWhatComesNext) {
  const json::object incident{{"opened_at", "2026-11-21T07:00:00Z"},
                              {"at", "2026-11-21T07:02:05Z"}};
  EXPECT_EQ(age_of(incident, "opened_at", "2026-11-21T07:02:00Z"), "2 min");
  EXPECT_EQ(until(incident, "at", "2026-11-21T07:02:00Z"), "in 5 s");
  EXPECT_EQ(until(incident, "at", "2026-11-21T07:03:00Z"), "now");
  EXPECT_EQ(age_of(incident, "missing", "2026-11-21T07:02:00Z"), "-");
}

TEST(Words, SayWhoseHandsItIsInWhenNothingIsPlanned) {
  json::object incident{{"state", "acknowledged"}, {"owner", "ana"}, {"owner_name", "Ana"}};
  EXPECT_EQ(next_text(incident, "2026-11-21T07:02:00Z"),
            "nothing more is planned: it is in Ana's hands");
  incident["next"] = json::object{{"at", "2026-11-21T07:05:00Z"}, {"what", "ben is mailed"}};
  EXPECT_EQ(next_text(incident, "2026-11-21T07:02:00Z"), "in 3 min: ben is mailed");
  incident["state"] = "resolved";
  EXPECT_EQ(next_text(incident, "2026-11-21T07:02:00Z"), "-");
}

TEST(Words, AreAllTakenOrRefused) {
  const Arguments typed{.words = {"ack", "3", "4"}, .options = {}};
  EXPECT_EQ(*parse_ids(typed, 1, "an incident"), (std::vector<uint64_t>{3, 4}));
  EXPECT_EQ(joined(typed, 1), "3 4");
  EXPECT_TRUE(at_most(typed, 3, "incident"));
  EXPECT_EQ(at_most(typed, 2, "incident show ID").error().what,
            "\"4\" is one word too many: use vigie incident show ID");
  const Arguments odd{.words = {"ack", "3", "x"}, .options = {}};
  EXPECT_EQ(parse_ids(odd, 1, "an incident").error().code, Code::invalid);
}

std::string drawn(std::string_view stages, size_t width) {
  const auto chain = parse_json("{\"stages\": [" + std::string(stages) + "]}");
  std::string out;
  for (const std::string& line : draw_chain(chain->get_object(), width)) { out += line + "\n"; }
  return out;
}

TEST(Chain, ReadsFromLeftToRightWithItsBrokenStage) {
  EXPECT_EQ(drawn(R"({"name": "a", "state": "ok"}, {"name": "b", "state": "broken"},
                     {"name": "c", "state": "starved"})",
                  80),
            "a ┄▷ ✖ b ┄▷ ○ c\n");
}

constexpr const char* kFork = R"({"name": "a", "state": "ok", "after": []},
    {"name": "b", "state": "ok", "after": ["a"]}, {"name": "c", "state": "ok", "after": ["a"]},
    {"name": "d", "state": "ok", "after": ["c"]}, {"name": "e", "state": "ok", "after": ["a"]})";

TEST(Chain, PutsWhatOneStageFeedsBelowEachOther) {
  EXPECT_EQ(drawn(kFork, 80),
            "a ─┬▶ b\n"
            "   ├▶ c ─▶ d\n"
            "   └▶ e\n");
}

TEST(Chain, GoesDownwardsWhereTheTerminalIsNarrow) {
  EXPECT_EQ(drawn(kFork, 10), "● a\n├▶ ● b\n├▶ ● c\n│  ● d\n└▶ ● e\n");
}

TEST(Chain, LetsLanesMeetAgain) {
  EXPECT_EQ(drawn(R"({"name": "a", "state": "ok", "after": []},
                     {"name": "bb", "state": "ok", "after": ["a"]},
                     {"name": "c", "state": "ok", "after": ["a"]},
                     {"name": "d", "state": "ok", "after": ["bb", "c"]})",
                  80),
            "a ─┬▶ bb ─┬─▶ d\n"
            "   └▶ c ──┘\n");
}

TEST(Chain, DrawsEveryStageOnceWhateverTheBookSays) {
  EXPECT_EQ(drawn(R"({"name": "a", "after": ["b"]}, {"name": "b", "after": ["a"]})", 80),
            "a ─▶ b\n");
  EXPECT_EQ(drawn("", 80), "\n");
}

TEST(Verbs, EachHasASummaryAndAnExampleThatNamesIt) {
  EXPECT_GE(verb_kinds().size(), 20u);
  for (const VerbKind* verb : verb_kinds()) {
    EXPECT_FALSE(verb->summary.empty()) << verb->name;
    EXPECT_NE(verb->example.find(verb->name), std::string_view::npos) << verb->name;
  }
}

}  // namespace
}  // namespace vigie::cli
