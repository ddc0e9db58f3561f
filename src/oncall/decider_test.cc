#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "config/book.h"
#include "model/codec.h"
#include "oncall/desk.h"
#include "oncall/oncall.h"

namespace vigie::oncall {
namespace {

constexpr std::string_view kBook = R"(
name: astreinte
timezone: Europe/Paris
global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
people:
  ana: {name: Ana, email: ana@example.org}
  ben: {name: Ben, email: ben@example.org, webhook: "http://127.0.0.1:1/ben",
        notify: [{via: email}, {via: webhook, after: 2m}]}
  cho: {name: Cho, email: cho@example.org}
teams:
  core: {members: [ana, ben, cho], escalation: core}
  lonely: {members: [ana]}
schedules:
  core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}]}
  empty: {layers: [{every: 24h, from: "2030-01-01", people: [ana]}]}
escalations:
  core:
    levels:
      - {page: [schedule core], wait: 5m}
      - {page: [schedule core next], wait: 10m}
      - {page: [cho], wait: 15m}
    repeat: 1
  holes: {levels: [{page: [schedule empty], wait: 5m}, {page: [ben], wait: 5m}]}
  nobody: {levels: [{page: [schedule empty], wait: 5m}]}
last-resort: [ana, cho]
)";

WallTime at(std::string_view text) {
  return *parse_rfc3339(text);
}

/// The room alone, with an engine that answers nothing by itself and checks every replay.
class Room {
 public:
  explicit Room(std::string_view book = kBook) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(book, "book.yml", problems);
    EXPECT_TRUE(problems.ok()) << problems.text();
    feed(BookAdopted{.hash = "h", .text = to_text(root.to_json())});
  }

  void feed(EventBody body) {
    std::vector<EventBody> waiting{std::move(body)};
    for (size_t i = 0; i < waiting.size(); ++i) {
      const Event event{.seq = Seq{++seq_}, .at = now_, .body = waiting[i]};
      Effects out = decider_->apply(event, now_);
      for (EventBody& fact : out.said) {
        said_.push_back(fact);
        waiting.push_back(std::move(fact));
      }
      for (Effect& effect : out.performed) {
        EXPECT_TRUE(ids_.insert(effect.id.text).second) << "used twice: " << effect.id.text;
        effects_.push_back(std::move(effect));
      }
      if (replays_) { restarts(); }
    }
    if (replays_) { never_forgotten(); }
  }

  /// To the next timer if it is before `until`, else to `until`.
  void forward(Millis by) {
    const WallTime until = now_ + by;
    for (int guard = 0; guard < 10'000; ++guard) {
      const auto next = decider_->next_timer();
      if (!next || *next > until) { break; }
      now_ = std::max(now_, *next);
      feed(TimerDue{});
    }
    now_ = until;
  }

  void open(uint64_t id, std::string team = "core", std::string escalation = "") {
    feed(IncidentOpened{.incident = IncidentId{id},
                        .title = "heartbeat: datajs passes nothing on",
                        .severity = "critical",
                        .service = "datajs",
                        .chain = "heartbeat",
                        .stage = "datajs",
                        .team = std::move(team),
                        .escalation = std::move(escalation),
                        .annotations = {{"summary", "Heartbeats stall"}}});
  }
  /// Every alert of it ended.
  void ends(uint64_t id) { feed(IncidentResolved{.incident = IncidentId{id}, .why = "ended"}); }
  /// `owner`: whose answer holds.
  void comes_back(uint64_t id, const std::string& owner = "") {
    feed(IncidentOpened{.incident = IncidentId{id},
                        .title = "heartbeat: datajs passes nothing on",
                        .severity = "critical",
                        .team = "core",
                        .by = "reopened"});
    if (!owner.empty()) {
      feed(IncidentAcknowledged{.incident = IncidentId{id}, .who = owner, .via = "before"});
    }
    want(id);
  }
  void want(uint64_t id) { feed(PageWanted{.incident = IncidentId{id}, .why = "no runbook"}); }
  void open_and_want(uint64_t id, std::string team = "core", std::string escalation = "") {
    open(id, std::move(team), std::move(escalation));
    want(id);
  }
  void settle(const std::string& effect, Outcome outcome, std::string data = "") {
    feed(EffectSettled{.effect = {effect},
                       .outcome = outcome,
                       .detail = outcome == Outcome::ok ? "250 ok" : "451 later",
                       .data = std::move(data)});
  }
  void fail(const std::string& effect) { settle(effect, Outcome::failed); }
  void fail_for_ever(const std::string& effect) {
    settle(effect, Outcome::failed, R"({"retry":"never"})");
  }

  /// "ana email", each page performed since the last call.
  std::vector<std::string> pages() {
    std::vector<std::string> out;
    for (; seen_ < effects_.size(); ++seen_) {
      const Page& page = std::get<Page>(effects_[seen_].body);
      out.push_back(page.person + " " + page.channel);
    }
    return out;
  }
  const Page& last_page() const { return std::get<Page>(effects_.back().body); }
  const std::string& last_id() const { return effects_.back().id.text; }
  std::vector<std::string> notes() {
    std::vector<std::string> out;
    for (const EventBody& fact : said_) {
      if (const auto* note = std::get_if<EscalationNoted>(&fact)) { out.push_back(note->what); }
    }
    return out;
  }
  json::value view(std::string_view path) const { return decider_->view(path, now_); }
  std::string next(uint64_t id) const {
    const json::value value = view("next/" + std::to_string(id));
    if (value.is_null()) { return ""; }
    return get_string(value.get_object(), "at") + " " + get_string(value.get_object(), "what");
  }

  WallTime now_ = at("2026-01-05T10:00:00Z");
  std::vector<EventBody> said_;
  std::vector<Effect> effects_;
  bool replays_ = true;  ///< Off where thousands of events would take long.

 private:
  /// After every event the room comes back from its snapshot byte for byte.
  void restarts() {
    const json::value before = decider_->snapshot();
    auto again = decider_->fresh();
    const Status restored = again->restore(*parse_json(to_text(before)));
    ASSERT_TRUE(restored) << restored.error().what;
    ASSERT_EQ(to_text(again->snapshot()), to_text(before));
    ASSERT_EQ(again->next_timer(), decider_->next_timer());
    decider_ = std::move(again);
  }

  /// An incident that wants a page and has no answer is waiting on a timer.
  void never_forgotten() {
    const Result<State> state = decode<State>(decider_->snapshot());
    ASSERT_TRUE(state);
    for (const auto& [id, pursuit] : state->pursuits) {
      if (is_pursued(pursuit)) { EXPECT_TRUE(next_due(*state, pursuit)) << id.value; }
    }
  }

  std::unique_ptr<Decider> decider_ = make_decider();
  uint64_t seq_ = 0;
  size_t seen_ = 0;
  std::set<std::string> ids_;
};

using Pages = std::vector<std::string>;

TEST(Escalation, PagesWhoeverIsOnCallAndThenTheOthers) {
  Room room;
  room.open(1);
  EXPECT_EQ(room.pages(), Pages{});
  room.want(1);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
  EXPECT_EQ(room.next(1), "2026-01-05T10:05:00Z ben is mailed");
  room.settle("page-1", Outcome::ok);
  room.forward(5min - 1ms);
  EXPECT_EQ(room.pages(), Pages{});
  room.forward(1ms);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
  EXPECT_EQ(room.next(1), "2026-01-05T10:07:00Z ben is paged over a webhook");
  room.settle("page-2", Outcome::ok);
  room.forward(2min);
  EXPECT_EQ(room.pages(), Pages{"ben webhook"});
  room.settle("page-3", Outcome::ok);
  room.forward(8min);
  EXPECT_EQ(room.pages(), Pages{"cho email"});
  room.settle("page-4", Outcome::ok);
  room.forward(15min);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
  EXPECT_NE(room.last_page().subject.find("2nd call"), std::string::npos);
}

TEST(Escalation, ShoutsToTheLastResortUntilSomebodyAnswers) {
  Room room;
  room.open_and_want(1);
  for (int i = 0; i < 25; ++i) {
    room.settle(room.last_id(), Outcome::ok);
    room.forward(5min);
  }
  const auto notes = room.notes();
  EXPECT_NE(std::ranges::find(notes,
                              "escalation core is exhausted: ana and cho are mailed, as the last "
                              "resort"),
            notes.end());
  const size_t before = room.effects_.size();
  room.forward(1h);
  EXPECT_GE(room.effects_.size(), before + 6);
  EXPECT_NE(room.last_page().subject.find("NOBODY ANSWERS"), std::string::npos);
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ana", .via = "web"});
  const size_t after = room.effects_.size();
  room.forward(24h);
  EXPECT_EQ(room.effects_.size(), after);
}

TEST(Escalation, AnEmptyLevelMovesOnAtOnceAndSaysSo) {
  Room room;
  room.open_and_want(1, "core", "holes");
  EXPECT_EQ(room.pages(), Pages{"ben email"});
  EXPECT_EQ(room.notes().front(),
            "level 1 of holes is empty, moving on: schedule empty has nobody on call");
}

TEST(Escalation, AnEmptyPathIsTheLastResort) {
  Room room;
  room.open_and_want(1, "core", "nobody");
  EXPECT_EQ(room.pages(), (Pages{"ana email", "cho email"}));
  room.open_and_want(2, "lonely");
  EXPECT_EQ(room.pages(), (Pages{"ana email", "cho email"}));
  EXPECT_EQ(room.notes().back(),
            "team lonely has no escalation: ana and cho are mailed, as the last resort");
}

TEST(Escalation, WithoutALastResortEverybodyIsPaged) {
  Room room{R"(
people: {ana: {email: ana@example.org}, ben: {email: ben@example.org}, cho: {phone: "1"}})"};
  room.open_and_want(1, "");
  EXPECT_EQ(room.pages(), (Pages{"ana email", "ben email"}));
}

TEST(Escalation, WithNobodyInTheBookItKeepsTrying) {
  Room room{"name: empty"};
  room.open_and_want(1, "");
  EXPECT_EQ(room.notes().size(), 1U);
  room.forward(30min);
  EXPECT_EQ(room.notes().size(), 4U);
  room.feed(BookAdopted{.hash = "2", .text = R"({"people":{"ana":{"email":"ana@example.org"}}})"});
  room.forward(10min);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
}

TEST(Escalation, AnAckStopsItAndTellsTheOthersOnce) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.forward(5min);
  room.settle("page-2", Outcome::ok);
  room.pages();
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ben", .via = "cli"});
  EXPECT_EQ(room.pages(), Pages{"ana email"});
  EXPECT_EQ(room.last_page().subject,
            "heartbeat: datajs passes nothing on (#1): acknowledged by ben");
  EXPECT_EQ(room.next(1), "");
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ben", .via = "cli"});
  room.feed(IncidentTaken{.incident = IncidentId{1}, .who = "ben", .via = "cli"});
  EXPECT_EQ(room.pages(), Pages{});
  room.settle("page-3", Outcome::ok);
  room.forward(24h);
  EXPECT_EQ(room.pages(), Pages{});
  room.ends(1);
  room.forward(30s);
  EXPECT_EQ(room.pages(), (Pages{"ana email", "ben email"}));
  EXPECT_EQ(room.last_page().subject, "heartbeat: datajs passes nothing on (#1): resolved");
  room.forward(24h);
  EXPECT_EQ(room.pages(), Pages{});
}

TEST(Escalation, AResolvedIncidentStopsBeforeAnybodyElseIsCalled) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.pages();
  room.feed(IncidentResolved{.incident = IncidentId{1}, .merged_into = IncidentId{7}});
  EXPECT_EQ(room.pages(), Pages{"ana email"});
  EXPECT_NE(room.last_page().subject.find("part of incident 7"), std::string::npos);
  room.want(1);
  EXPECT_EQ(room.pages(), Pages{});
  EXPECT_NE(room.notes().back().find("the incident is resolved"), std::string::npos);
}

TEST(Escalation, AMutedIncidentPagesNobodyUntilItOpensAgain) {
  Room room;
  room.feed(IncidentOpened{
      .incident = IncidentId{1}, .title = "t", .team = "core", .muted_by = "silence 3"});
  room.want(1);
  EXPECT_EQ(room.pages(), Pages{});
  room.open_and_want(1);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
}

TEST(Escalation, AReopenedIncidentCallsAnew) {
  Room room;
  room.open_and_want(1);
  room.feed(IncidentResolved{.incident = IncidentId{1}, .who = "ana"});
  room.pages();
  room.open_and_want(1);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
}

TEST(Escalation, WhatIsBackAtOnceGoesOnWhereItStood) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.forward(2min);
  room.ends(1);
  room.forward(10s);
  room.comes_back(1);
  room.forward(2min + 50s - 1ms);
  EXPECT_EQ(room.pages(), Pages{"ana email"}) << "nobody is told that it is over, or paged anew";
  room.forward(1ms);
  EXPECT_EQ(room.pages(), Pages{"ben email"}) << "five minutes after it began";
}

TEST(Escalation, TheTimeAwayCounts) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.forward(4min + 50s);
  room.ends(1);
  room.forward(20s);
  EXPECT_EQ(room.pages(), Pages{"ana email"}) << "nobody is called while it is over";
  room.comes_back(1);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
}

TEST(Escalation, WhoWasToldThatItIsOverIsCalledAgain) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.ends(1);
  room.forward(30s);
  room.settle("page-2", Outcome::ok);
  EXPECT_EQ(room.pages(), (Pages{"ana email", "ana email"}));
  EXPECT_NE(room.last_page().subject.find("resolved"), std::string::npos);
  room.forward(1min);
  room.comes_back(1);
  EXPECT_EQ(room.pages(), Pages{"ana email"});
  EXPECT_NE(room.last_page().text.find("back since"), std::string::npos) << room.last_page().text;
  EXPECT_EQ(room.next(1), "2026-01-05T10:05:00Z ben is mailed");
}

TEST(Escalation, WhatFailsWhileItIsOverIsTriedWhenItIsBack) {
  Room room;
  room.open_and_want(1);
  room.ends(1);
  room.fail("page-1");
  room.forward(20s);
  EXPECT_EQ(room.last_id(), "page-1");
  room.comes_back(1);
  EXPECT_EQ(room.last_id(), "page-1-2");
  room.fail_for_ever("page-1-2");
  EXPECT_EQ(room.pages().back(), "ben email") << "nobody else of the level is left";
}

TEST(Escalation, TheOwnerHearsOnceThatItIsBack) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ana", .via = "web"});
  for (int i = 0; i < 5; ++i) {
    room.ends(1);
    room.forward(1s);
    room.comes_back(1, "ana");
    room.forward(1s);
  }
  EXPECT_EQ(room.pages(), (Pages{"ana email", "ana email"}));
  EXPECT_NE(room.last_page().subject.find("it is back"), std::string::npos);
  room.forward(1h);
  EXPECT_EQ(room.pages(), Pages{}) << "it is answered";
}

TEST(Escalation, AStormCostsWhatEachEventTouches) {
  Room room;
  room.replays_ = false;
  for (uint64_t id = 1; id <= 5000; ++id) { room.open_and_want(id); }
  EXPECT_EQ(room.pages().size(), 5000U);
  for (uint64_t id = 1; id <= 5000; ++id) { room.fail("page-" + std::to_string(id)); }
  room.forward(5s);
  EXPECT_EQ(room.pages().size(), 5000U) << "each is tried again";
  for (uint64_t id = 1; id <= 5000; ++id) {
    room.settle("page-" + std::to_string(id) + "-2", Outcome::ok);
  }
  for (uint64_t id = 1; id <= 5000; ++id) { room.ends(id); }
  room.forward(30s);
  EXPECT_EQ(room.pages().size(), 5000U) << "each is told to be over";
}

TEST(Escalation, WaitsAreNotStretchedByAClockSetBack) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.pages();
  room.forward(2min);
  room.now_ -= 1h;
  room.feed(ClockJumped{.by = -1h});
  room.forward(3min - 1ms);
  EXPECT_EQ(room.pages(), Pages{});
  room.forward(1ms);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
}

TEST(Escalation, WaitsAreNotCutByAClockSetAhead) {
  Room room;
  room.open_and_want(1);
  room.settle("page-1", Outcome::ok);
  room.pages();
  room.forward(2min);
  room.now_ += 1h;
  room.feed(ClockJumped{.by = 1h});
  room.forward(3min - 1ms);
  EXPECT_EQ(room.pages(), Pages{});
  room.forward(1ms);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
}

TEST(Escalation, AsksTheOwnerWhenSomebodyIsWantedAgain) {
  Room room;
  room.open_and_want(1);
  room.feed(IncidentTaken{.incident = IncidentId{1}, .who = "cho", .via = "web"});
  room.pages();
  room.want(1);
  EXPECT_EQ(room.pages(), Pages{"cho email"});
}

TEST(Paging, RetriesWithBackOffAndOpensTheNextChannelAtOnce) {
  Room room;
  room.forward(72h);  // ben's turn
  room.open_and_want(1);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
  room.fail("page-1");
  EXPECT_EQ(room.pages(), Pages{"ben webhook"});
  room.settle("page-2", Outcome::ok);
  room.forward(5s - 1ms);
  EXPECT_EQ(room.pages(), Pages{});
  room.forward(1ms);
  EXPECT_EQ(room.pages(), Pages{"ben email"});
  EXPECT_EQ(room.last_id(), "page-1-2");
  room.fail("page-1-2");
  room.forward(10s);
  EXPECT_EQ(room.last_id(), "page-1-3");
  room.settle("page-1-3", Outcome::ok, R"({"repeat":true})");
  const json::object page = room.view("why/1").get_object();
  EXPECT_EQ(get_string(page, "state"), "sent");
  EXPECT_EQ(get_int(page, "attempts"), 3);
  EXPECT_TRUE(get_bool(page, "repeat"));
  EXPECT_GE(get_array(page, "because")->size(), 6U);
}

TEST(Paging, EscalatesAtOnceWhenNobodyOfALevelCanBeReached) {
  Room room;
  room.open_and_want(1);
  room.fail_for_ever("page-1");
  EXPECT_EQ(room.pages(), (Pages{"ana email", "ben email"}));
  EXPECT_EQ(room.notes().back(), "nobody of level 1 of core could be reached, moving on");
  room.fail_for_ever("page-2");
  EXPECT_EQ(room.pages(), Pages{"ben webhook"});
  room.fail_for_ever("page-3");
  EXPECT_EQ(room.pages(), Pages{"cho email"});
}

TEST(Paging, WhatMayHaveArrivedIsRepeatedUnderItsKey) {
  Room room;
  room.open_and_want(1);
  room.fail("page-1");
  room.forward(5s);
  EXPECT_EQ(room.last_id(), "page-1-2");
  EXPECT_EQ(room.last_page().repeats, "") << "the first one certainly did not arrive";
  room.settle("page-1-2", Outcome::failed, R"({"retry":"later","maybe":true,"key":"k-2"})");
  room.forward(10s);
  EXPECT_EQ(room.last_id(), "page-1-3");
  EXPECT_EQ(room.last_page().repeats, "k-2");
  room.settle("page-1-3", Outcome::failed, R"({"retry":"later","maybe":true,"key":"k-2"})");
  room.forward(20s);
  EXPECT_EQ(room.last_page().repeats, "k-2");
  room.settle("page-1-4", Outcome::ok, R"({"repeat":true})");
  EXPECT_TRUE(get_bool(room.view("why/1").get_object(), "repeat"));
}

TEST(Paging, GivesUpAfterEightAttempts) {
  Room room{R"(
people: {ana: {email: ana@example.org}, ben: {email: ben@example.org}}
escalations: {core: {levels: [{page: [ana], wait: 1h}, {page: [ben], wait: 1h}]}}
last-resort: [ana])"};
  room.open_and_want(1);
  int attempts = 0;
  while (room.last_page().person == "ana" && attempts < 20) {
    ++attempts;
    room.fail(room.last_id());
    if (room.last_page().person == "ana") { room.forward(5min); }
  }
  EXPECT_EQ(attempts, 8);
  EXPECT_EQ(room.last_page().person, "ben");
  EXPECT_LT(room.now_, at("2026-01-05T11:00:00Z"));
}

TEST(Paging, DoesNotWaitForAReceiptThatNeverComes) {
  Room room;
  room.forward(72h);
  room.open_and_want(1);
  room.pages();
  room.forward(45s);
  EXPECT_EQ(room.pages(), Pages{"ben webhook"});
  room.settle("page-1", Outcome::ok);
  EXPECT_EQ(get_string(room.view("why/1").get_object(), "state"), "sent");
}

TEST(Paging, AnAckDropsWhatWaitsForAnotherTry) {
  Room room;
  room.open_and_want(1);
  room.fail("page-1");
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ben", .via = "web"});
  EXPECT_EQ(get_string(room.view("why/1").get_object(), "detail"),
            "not needed any more: acknowledged by ben");
}

TEST(Paging, IgnoresOutcomesItDoesNotKnow) {
  Room room;
  room.open_and_want(1);
  for (const char* id : {"page-99", "page-", "page-1x", "notify-1", "page-1-2", ""}) {
    room.settle(id, Outcome::ok);
  }
  EXPECT_EQ(get_string(room.view("why/1").get_object(), "state"), "queued");
}

TEST(Paging, SaysWhatBrokeWhyYouAndWhatComesNext) {
  Room room;
  room.open(12);
  room.feed(RunEnded{.run = RunId{3},
                     .incident = IncidentId{12},
                     .title = "Restart the enricher",
                     .state = RunState::failed,
                     .why = "still 0 after 5m"});
  room.forward(6min);
  room.want(12);
  const Page& page = room.last_page();
  EXPECT_EQ(page.subject, "heartbeat: datajs passes nothing on (#12)");
  EXPECT_EQ(page.text,
            "heartbeat: datajs passes nothing on\n\n"
            "Where:    chain heartbeat, stage datajs, service datajs, team core\n"
            "What:     Heartbeats stall\n"
            "Severity: critical\n"
            "Since:    Mon 5 Jan 11:00 CET (6 min)\n"
            "Why you:  schedule core, on call until Thu 8 Jan 09:00 CET, level 1 of core\n"
            "Because:  no runbook\n"
            "Tried:    Restart the enricher: failed, still 0 after 5m\n"
            "Next:     Mon 5 Jan 11:11 CET, ben is mailed, unless somebody answers\n"
            "\nOpen:     http://127.0.0.1:9797/#/incidents/12\n"
            "Answer:   vigie incident ack 12\n");
}

TEST(Paging, ReasonsStandInTheOrderInWhichTheyCameAbout) {
  Room room;
  room.open(1);
  room.forward(1min);
  room.feed(RunEnded{.run = RunId{1},
                     .incident = IncidentId{1},
                     .title = "Restart it",
                     .state = RunState::failed});
  room.forward(1min);
  room.want(1);
  room.settle("page-1", Outcome::ok);
  room.forward(1min);
  room.feed(IncidentAcknowledged{.incident = IncidentId{1}, .who = "ben", .via = "web"});
  const auto reasons = [&](const std::string& page) {
    std::string out;
    const json::value why = room.view("why/" + page);
    for (const json::value& reason : *get_array(why.get_object(), "because")) {
      out += std::string(get_string(reason.get_object(), "at")).substr(11, 5) + " " +
             std::string(get_string(reason.get_object(), "text")).substr(0, 19) + "\n";
    }
    return out;
  };
  EXPECT_EQ(reasons("1"),
            "10:00 incident 1 opened: \n10:01 Vigie tried Restart\n10:02 somebody is wanted:\n"
            "10:02 ana over email: sch\n10:02 attempt 1 leaves\n10:02 accepted: 250 ok\n");
  EXPECT_EQ(reasons("2"),
            "10:00 incident 1 opened: \n10:01 Vigie tried Restart\n10:03 acknowledged by ben\n"
            "10:03 ana over email: was\n10:03 attempt 1 leaves\n");
}

TEST(Paging, KeepsTheNewestThousandPages) {
  Room room{R"(
people: {ana: {email: ana@example.org}}
last-resort: [ana])"};
  room.replays_ = false;
  room.open_and_want(1, "");
  for (int i = 0; i < 1010; ++i) {
    room.settle(room.last_id(), Outcome::ok);
    room.forward(10min);
  }
  EXPECT_EQ(room.view("pages").get_array().size(), 1000U);
  EXPECT_EQ(room.view("pages?incident=1&limit=3").get_array().size(), 3U);
  EXPECT_TRUE(room.view("why/1").is_null());
}

TEST(Views, SayWhoIsOnCall) {
  Room room;
  const json::array rows = room.view("oncall").get_array();
  ASSERT_EQ(rows.size(), 3U);
  json::object first = rows[0].get_object();
  const json::array levels =
      get_array(first, "escalation") == nullptr ? json::array() : *get_array(first, "escalation");
  first.erase("escalation");
  EXPECT_EQ(to_text(first),
            R"({"team":"core","schedule":"core","person":"ana","name":"Ana",)"
            R"("until":"2026-01-08T08:00:00Z","next":"ben","next_name":"Ben","covers":null,)"
            R"("phone":null,"email":"ana@example.org"})");
  ASSERT_FALSE(levels.empty()) << "whom Vigie calls after her";
  EXPECT_EQ(to_text(levels[0]),
            R"({"after_ms":300000,"people":[{"person":"ben","name":"Ben","phone":null,)"
            R"("email":"ben@example.org"}]})");
  EXPECT_EQ(get_string(rows[2].get_object(), "schedule"), "empty");
  const auto who = room.view("who?team=core&at=1767859200000").get_array();
  ASSERT_EQ(who.size(), 1U);
  EXPECT_EQ(get_string(who[0].get_object(), "person"), "ben");
  EXPECT_EQ(room.view("who?team=core&at=2026-01-08T08:00:00Z"), json::value(who));
  EXPECT_TRUE(room.view("who?team=x").get_array().empty());
  EXPECT_TRUE(room.view("nothing").is_null());
  EXPECT_TRUE(room.view("why/x").is_null());
  EXPECT_TRUE(room.view("next/99").is_null());
}

}  // namespace
}  // namespace vigie::oncall
