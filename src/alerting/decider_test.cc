#include <gtest/gtest.h>

#include "alerting/alerting.h"
#include "base/json.h"
#include "config/book.h"
#include "model/codec.h"

namespace vigie::alerting {
namespace {

constexpr std::string_view kBook = R"(
external-url: https://vigie.example.org/
escalations: {core: {}}
urgency: {can-wait: {}}
services:
  datajs: {team: core}
chains:
  heartbeat: {stages: [{name: datajs, service: datajs}]}
rule_groups:
  - file: rules/a.yml
    name: g
    rules:
      - {alert: Now, expr: up == 0}
      - {alert: Held, expr: up == 0, for: 5m}
      - {alert: Sticky, expr: up == 0, keep_firing_for: 10m}
      - {alert: Both, expr: up == 0, for: 1m, keep_firing_for: 2m}
      - {alert: Now, expr: up == 1}
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - matchers: [team="core"]
      escalation: core
      urgency: can-wait
    - {matchers: [night="yes"], mute_time_intervals: [night]}
    - {matchers: [fast="yes"], group_wait: 0s, receiver: two}
receivers:
  - {name: hook, webhook_configs: [{url: "http://127.0.0.1:1/"}]}
  - name: two
    webhook_configs: [{url: "http://127.0.0.1:1/"}]
    email_configs: [{to: ana@example.org}]
inhibit_rules:
  - {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [db]}
time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: "00:00", end_time: "01:00"}]}]}
)";

/// What a notifier adds about an attempt that followed one of before a crash.
const std::string kRepeated = R"({"retry":"later","repeat":true})";

// 2026-01-01T00:00Z: the night interval covers the first hour.
const WallTime kStart = wall_from_millis(1'767'225'600'000);

std::string book_json(std::string_view yaml) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
  EXPECT_TRUE(problems.ok()) << problems.text();
  config::Problems wrong;
  check_book(root, wrong);
  EXPECT_EQ(wrong.errors(), 0U) << wrong.text();
  return to_text(root.to_json());
}

/// The decider with an engine's manners: what it says comes back, timers are served, topology is
/// played, and after every event a restored twin must be byte-equal.
class Room : public ::testing::Test {
 protected:
  void SetUp() override {
    now_ = kStart + 12h;
    give(BookAdopted{.hash = "1", .text = book_json(kBook)});
  }

  void give(EventBody body) {
    std::vector<EventBody> queue{std::move(body)};
    for (size_t i = 0; i < queue.size(); ++i) {
      Effects effects =
          decider_->apply(Event{.seq = {}, .at = now_, .body = queue[i], .cause = {}}, now_);
      for (Effect& effect : effects.performed) {
        const auto& notify = std::get<Notify>(effect.body);
        sent_.push_back({effect.id, notify});
      }
      for (EventBody& said : effects.said) {
        if (const auto* fired = std::get_if<AlertFired>(&said); fired != nullptr && places_) {
          fired_.push_back(*fired);
          AlertPlaced placed{.fingerprint = fired->fingerprint};
          placed.service = service_;
          placed.team = service_.empty() ? "" : "core";
          placed.cause = cause_;
          queue.push_back(said);
          queue.push_back(placed);
          continue;
        }
        if (const auto* over = std::get_if<AlertResolved>(&said)) { resolved_.push_back(*over); }
        queue.push_back(said);
      }
      mirror();
    }
  }

  void mirror() {
    const json::value snapshot = decider_->snapshot();
    const std::unique_ptr<Decider> twin = decider_->fresh();
    const Status restored = twin->restore(snapshot);
    ASSERT_TRUE(restored) << restored.error().what;
    ASSERT_EQ(to_text(twin->snapshot()), to_text(snapshot));
    ASSERT_EQ(twin->next_timer(), decider_->next_timer());
    ASSERT_EQ(to_text(twin->view("alerts", now_)), to_text(decider_->view("alerts", now_)));
    if (!restarts_) { return; }
    decider_ = decider_->fresh();
    ASSERT_TRUE(decider_->restore(snapshot));
  }

  void forward(Millis by) {
    const WallTime until = now_ + by;
    for (int guard = 0; guard < 10'000; ++guard) {
      const std::optional<WallTime> due = decider_->next_timer();
      if (!due || *due > until) { break; }
      now_ = std::max(now_, *due);
      give(TimerDue{});
    }
    now_ = until;
  }

  static Labels labels(std::string_view name, std::vector<Labels::Pair> more = {}) {
    more.emplace_back("alertname", std::string(name));
    return Labels(std::move(more));
  }
  void rise(std::string_view rule, const Labels& labels, StringMap annotations = {}) {
    give(ConditionRose{.rule = "rules/a.yml;g;" + std::string(rule),
                       .labels = labels,
                       .annotations = std::move(annotations),
                       .value = 1});
  }
  void fall(std::string_view rule, const Labels& labels) {
    give(ConditionFell{.rule = "rules/a.yml;g;" + std::string(rule), .labels = labels});
  }
  void settle(Outcome outcome, std::string detail = "", std::string data = {}) {
    const EffectId id = sent_.back().first;
    give(EffectSettled{
        .effect = id, .outcome = outcome, .detail = std::move(detail), .data = std::move(data)});
  }
  json::object alert(size_t i = 0) {
    return decider_->view("alerts", now_).get_array().at(i).get_object();
  }
  json::object payload(size_t i) { return parse_json(sent_.at(i).second.payload)->get_object(); }

  std::unique_ptr<Decider> decider_ = make_decider();
  WallTime now_;
  std::vector<std::pair<EffectId, Notify>> sent_;
  std::vector<AlertFired> fired_;
  std::vector<AlertResolved> resolved_;
  std::string service_, cause_;
  bool places_ = true;
  bool restarts_ = true;  ///< Goes on with the restored twin after every event.
};

TEST_F(Room, FiresAtOnceWithoutFor) {
  rise("Now", labels("Now"));
  ASSERT_EQ(fired_.size(), 1U);
  EXPECT_EQ(fired_[0].fingerprint, fingerprint(labels("Now")));
  EXPECT_EQ(fired_[0].muted_by, "");
  fall("Now", labels("Now"));
  ASSERT_EQ(resolved_.size(), 1U);
  EXPECT_EQ(resolved_[0].why, "the condition ended");
  EXPECT_EQ(get_string(alert(), "state"), "resolved");
}

TEST_F(Room, HoldsForExactlyFor) {
  rise("Held", labels("Held"));
  EXPECT_EQ(get_string(alert(), "state"), "pending");
  forward(5min - 1ms);
  EXPECT_TRUE(fired_.empty());
  forward(1ms);
  ASSERT_EQ(fired_.size(), 1U);
  EXPECT_EQ(fired_[0].active_at, now_ - 5min);
}

TEST_F(Room, AClockThatIsSetNeitherStretchesNorCutsAWait) {
  for (const Millis by : {Millis{1h}, Millis{-1h}}) {
    const size_t fired = fired_.size();
    const size_t resolved = resolved_.size();
    const size_t sent = sent_.size();
    rise("Both", labels("Both"));
    forward(30s);
    now_ += by;
    give(ClockJumped{.by = by});
    forward(30s - 1ms);
    EXPECT_EQ(fired_.size(), fired);
    forward(1ms);
    EXPECT_EQ(fired_.size(), fired + 1);
    forward(10s);
    now_ += by;
    give(ClockJumped{.by = by});
    forward(20s - 1ms);
    EXPECT_EQ(sent_.size(), sent) << "group_wait";
    forward(1ms);
    ASSERT_EQ(sent_.size(), sent + 1);
    settle(Outcome::ok);
    fall("Both", labels("Both"));
    forward(1min);
    now_ += by;
    give(ClockJumped{.by = by});
    forward(1min - 1ms);
    EXPECT_EQ(resolved_.size(), resolved);
    forward(1ms);
    EXPECT_EQ(resolved_.size(), resolved + 1);
    forward(10min);
    settle(Outcome::ok);
  }
}

TEST_F(Room, FiresWhatVigieSaysOfItselfWithoutARule) {
  const Labels self = labels("VigieJournalNotDurable", {{"severity", "critical"}});
  const std::string rule = "vigie;self;VigieJournalNotDurable";
  give(ConditionRose{.rule = rule, .labels = self, .annotations = {}, .value = 1});
  ASSERT_EQ(fired_.size(), 1U);
  give(BookAdopted{.hash = "2", .text = book_json("name: other")});
  EXPECT_TRUE(resolved_.empty()) << "no book has the rule";
  give(ConditionFell{.rule = rule, .labels = self});
  ASSERT_EQ(resolved_.size(), 1U);
  give(ConditionRose{.rule = rule, .labels = self, .annotations = {}, .value = 1});
  EXPECT_EQ(fired_.size(), 2U);
  give(DaemonStarted{.version = "2"});
  ASSERT_EQ(resolved_.size(), 2U) << "the new daemon says it again if it holds";
  EXPECT_EQ(resolved_[1].why, "Vigie was started again");
}

TEST_F(Room, ForgetsAPendingAlertWhoseConditionEnds) {
  rise("Held", labels("Held"));
  forward(4min);
  fall("Held", labels("Held"));
  forward(1h);
  EXPECT_TRUE(fired_.empty());
  rise("Held", labels("Held"));
  forward(5min - 1ms);
  EXPECT_TRUE(fired_.empty()) << "a second rise starts again";
  forward(1ms);
  EXPECT_EQ(fired_.size(), 1U);
}

TEST_F(Room, KeepsFiringForAsLongAsAsked) {
  rise("Sticky", labels("Sticky"));
  ASSERT_EQ(fired_.size(), 1U);
  fall("Sticky", labels("Sticky"));
  forward(9min);
  EXPECT_TRUE(resolved_.empty());
  rise("Sticky", labels("Sticky"));
  forward(1h);
  EXPECT_TRUE(resolved_.empty()) << "the condition is back";
  fall("Sticky", labels("Sticky"));
  forward(10min - 1ms);
  EXPECT_TRUE(resolved_.empty());
  forward(1ms);
  ASSERT_EQ(resolved_.size(), 1U);
  EXPECT_EQ(resolved_[0].why, "the condition ended and stayed away for 10m");
  EXPECT_EQ(fired_.size(), 1U);
}

TEST_F(Room, FiresAgainAfterItResolved) {
  rise("Both", labels("Both"));
  forward(1min);
  fall("Both", labels("Both"));
  forward(2min);
  ASSERT_EQ(resolved_.size(), 1U);
  rise("Both", labels("Both"));
  EXPECT_EQ(get_string(alert(), "state"), "pending");
  forward(1min);
  EXPECT_EQ(fired_.size(), 2U);
}

TEST_F(Room, WaitsForAnEvaluationAfterARestart) {
  rise("Held", labels("Held"));
  forward(1min);
  now_ += 30min;  // Down, while `for` ran out.
  give(DaemonStarted{.version = "1"});
  forward(59s);
  EXPECT_TRUE(fired_.empty()) << "it may have ended while nobody looked";
  forward(1s);
  EXPECT_EQ(fired_.size(), 1U) << "but not for ever";
}

TEST_F(Room, FiresOnTheFirstConfirmationAfterARestart) {
  rise("Held", labels("Held"));
  now_ += 30min;
  give(DaemonStarted{.version = "1"});
  forward(1s);
  rise("Held", labels("Held"));
  ASSERT_EQ(fired_.size(), 1U);
  EXPECT_EQ(fired_[0].active_at, now_ - 30min - 1s);
}

TEST_F(Room, KeepsForAcrossARestartThatIsShorter) {
  rise("Held", labels("Held"));
  now_ += 2min;
  give(DaemonStarted{.version = "1"});
  forward(3min - 1ms);
  EXPECT_TRUE(fired_.empty());
  forward(1ms);
  EXPECT_EQ(fired_.size(), 1U);
}

TEST_F(Room, SaysSoWhenTheWordsChange) {
  rise("Now", labels("Now"), {{"summary", "a"}});
  rise("Now", labels("Now"), {{"summary", "a"}});
  EXPECT_EQ(fired_.size(), 1U);
  give(ConditionUpdated{.rule = "rules/a.yml;g;Now",
                        .labels = labels("Now"),
                        .annotations = {{"summary", "b"}},
                        .value = 2});
  ASSERT_EQ(fired_.size(), 2U);
  EXPECT_EQ(fired_[1].annotations.at("summary"), "b");
}

TEST_F(Room, OneAlertOfTwoRulesEndsWithTheLast) {
  rise("Now", labels("Now"));
  rise("Now;2", labels("Now"));
  EXPECT_EQ(fired_.size(), 1U);
  fall("Now", labels("Now"));
  EXPECT_TRUE(resolved_.empty());
  fall("Now;2", labels("Now"));
  EXPECT_EQ(resolved_.size(), 1U);
}

TEST_F(Room, ResolvesWhatABookNoLongerAsksFor) {
  rise("Now", labels("Now"));
  rise("Sticky", labels("Sticky"));
  rise("Held", labels("Held"));
  std::string book(kBook);
  book.replace(book.find("{alert: Now, expr: up == 0}"), 27, "{alert: New, expr: up == 0}");
  book.replace(book.find("Sticky, expr: up == 0"), 21, "Sticky, expr: up == 2");
  book.replace(book.find("for: 5m"), 7, "for: 6m");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  ASSERT_EQ(resolved_.size(), 2U);
  forward(5min);
  EXPECT_EQ(fired_.size(), 2U);
  forward(1min);
  EXPECT_EQ(fired_.size(), 3U) << "another `for` is the same rule";
}

TEST_F(Room, IgnoresARuleThatIsNotInTheBook) {
  rise("Unknown", labels("Unknown"));
  fall("Now", labels("Never"));
  EXPECT_TRUE(fired_.empty());
  EXPECT_TRUE(decider_->view("alerts", now_).get_array().empty());
}

TEST_F(Room, TakesEscalationFromTheRouteByWhatTheBookKnows) {
  rise("Now", labels("Now", {{"chain", "heartbeat"}, {"stage", "datajs"}}));
  ASSERT_EQ(fired_.size(), 1U);
  EXPECT_EQ(fired_[0].escalation, "core");
  EXPECT_EQ(fired_[0].urgency, "can-wait");
}

TEST_F(Room, TellsTheGroupAfterItsWait) {
  service_ = "datajs";
  rise("Now", labels("Now", {{"i", "1"}}), {{"summary", "s"}, {"i", "1"}});
  forward(10s);
  rise("Now", labels("Now", {{"i", "2"}}), {{"summary", "s"}, {"i", "2"}});
  forward(20s - 1ms);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(get_string(alert(), "reason"), "hook is told at 2026-01-01T12:00:30Z, with its group");
  forward(1ms);
  ASSERT_EQ(sent_.size(), 1U);
  const Notify& notify = sent_[0].second;
  EXPECT_EQ(sent_[0].first.text, "notify-1");
  EXPECT_EQ(notify.receiver, "hook");
  EXPECT_EQ(notify.kind, "webhook");
  EXPECT_EQ(notify.status, "firing");
  const json::object body = payload(0);
  EXPECT_EQ(get_string(body, "version"), "4");
  EXPECT_EQ(get_string(body, "groupKey"), "{}/{team=\"core\"}:{alertname=\"Now\"}");
  EXPECT_EQ(get_string(body, "externalURL"), "https://vigie.example.org");
  EXPECT_EQ(to_text(*body.if_contains("commonLabels")),
            R"({"alertname":"Now","service":"datajs","team":"core"})");
  EXPECT_EQ(to_text(*body.if_contains("commonAnnotations")), R"({"summary":"s"})");
  const json::array& alerts = body.at("alerts").get_array();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(get_string(alerts[0].get_object(), "endsAt"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(get_string(alerts[0].get_object(), "generatorURL"),
            "https://vigie.example.org/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
}

TEST_F(Room, RepeatsResolvesAndForgetsAGroup) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  forward(4h - 1s);
  EXPECT_EQ(sent_.size(), 1U);
  forward(5min);
  ASSERT_EQ(sent_.size(), 2U) << "repeat_interval";
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  forward(5min);
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[2].second.status, "resolved");
  settle(Outcome::ok);
  forward(24h);
  EXPECT_EQ(sent_.size(), 3U) << "resolved is said once";
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
  EXPECT_FALSE(decider_->next_timer().has_value());
}

TEST_F(Room, SaysNothingOfWhatCameAndWentWithinTheWait) {
  rise("Now", labels("Now"));
  forward(10s);
  fall("Now", labels("Now"));
  forward(1h);
  EXPECT_TRUE(sent_.empty());
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
}

TEST_F(Room, TriesAgainWithBackOffUnderANewName) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::failed, "connection refused");
  EXPECT_EQ(get_string(alert(), "reason"),
            "hook could not be told (1 times: connection refused); again at 2026-01-01T12:00:31Z");
  forward(1s);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].first.text, "notify-2");
  settle(Outcome::unknown, "cut by a crash");
  forward(2s - 1ms);
  EXPECT_EQ(sent_.size(), 2U);
  forward(1ms);
  ASSERT_EQ(sent_.size(), 3U);
  settle(Outcome::ok);
  forward(1h);
  EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(Room, GivesUpOnAnEndedAlertNobodyCanBeToldOf) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  for (int i = 0; i < 100; ++i) {
    const size_t before = sent_.size();
    forward(5min);
    if (sent_.size() == before) { break; }
    settle(Outcome::failed, "gone");
  }
  forward(24h);
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
  EXPECT_FALSE(decider_->next_timer().has_value());
}

TEST_F(Room, TriesForADayThatItIsRunning) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  forward(5min);
  settle(Outcome::failed, "gone");
  now_ += 48h;  // Down for a weekend.
  give(DaemonStarted{.version = "1"});
  forward(1s);
  ASSERT_EQ(sent_.size(), 3U);
  settle(Outcome::failed, "not yet");
  forward(1min);
  ASSERT_EQ(sent_.size(), 4U) << "the time in which nobody tried is no reason to give up";
  EXPECT_EQ(sent_[3].second.status, "resolved");
  settle(Outcome::ok);
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
}

TEST_F(Room, TellsTheEndOfAnAlertThatPendsAgain) {
  const Labels held = labels("Held");
  rise("Held", held);
  forward(5min + 30s);
  ASSERT_EQ(sent_.size(), 1U);
  settle(Outcome::ok);
  const WallTime ended = now_;
  fall("Held", held);
  forward(1s);
  rise("Held", held, {{"summary", "another time"}});
  fall("Held", held);
  forward(5min);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].second.status, "resolved");
  const json::object told = payload(1).at("alerts").get_array().at(0).get_object();
  EXPECT_EQ(get_string(told, "endsAt"), rfc3339(ended));
  EXPECT_TRUE(told.at("annotations").get_object().empty()) << "as they were when it ended";
  settle(Outcome::ok);
  rise("Held", held);
  forward(1min);
  give(BookAdopted{.hash = "2", .text = book_json("name: other")});
  forward(1h);
  EXPECT_FALSE(decider_->next_timer().has_value());
}

TEST_F(Room, TellsTheEndToWhomTheBeginningMayHaveReached) {
  rise("Now", labels("Now"));
  forward(30s);
  ASSERT_EQ(sent_.size(), 1U);
  // The first attempt was cut by a crash after it had arrived; its repeat is refused.
  settle(Outcome::failed, "503", kRepeated);
  fall("Now", labels("Now"));
  forward(10s);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].second.status, "resolved");
  settle(Outcome::ok);
  forward(1h);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(Room, SaysNothingOfTheEndWhereTheBeginningNeverArrived) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::failed, "connection refused");
  fall("Now", labels("Now"));
  forward(1h);
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
}

TEST_F(Room, TellsAgainThatItFiresWhereTheEndMayHaveArrived) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  forward(5min);
  ASSERT_EQ(sent_.size(), 2U);
  rise("Now", labels("Now"));
  settle(Outcome::unknown, "no answer");
  forward(1s);
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[2].second.status, "firing");
  settle(Outcome::ok);
  forward(1h);
  EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(Room, TellsOnceMoreOfWhatFiresAgainWhileItsEndIsTold) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  forward(5min);
  ASSERT_EQ(sent_.size(), 2U);
  rise("Now", labels("Now"));
  settle(Outcome::ok);
  forward(5min);
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[2].second.status, "firing");
}

TEST_F(Room, GoesOnAsOneWhenAnAlertBlinks) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  fall("Now", labels("Now"));
  rise("Now", labels("Now"));
  forward(3h);
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(Room, MentionsWhatBlinkedWithTheNextMessageOnce) {
  rise("Now", labels("Now", {{"i", "1"}}));
  forward(30s);
  settle(Outcome::ok);
  rise("Now", labels("Now", {{"i", "2"}}));
  fall("Now", labels("Now", {{"i", "2"}}));
  forward(5min);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].second.status, "firing");
  EXPECT_EQ(payload(1).at("alerts").get_array().size(), 2U);
  settle(Outcome::ok);
  forward(3h);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(Room, ToldIntegrationsDoNotHearTheEndAgainBecauseAnotherFails) {
  const Labels fast = labels("Now", {{"fast", "yes"}});
  std::string book(kBook);
  const std::string email = "email_configs: [{to: ana@example.org}]";
  book.replace(book.find(email), email.size(),
               "email_configs: [{to: ana@example.org, send_resolved: true}]");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  rise("Now", fast);
  forward(1s);
  ASSERT_EQ(sent_.size(), 2U);
  give(EffectSettled{.effect = sent_[0].first, .outcome = Outcome::ok});
  give(EffectSettled{.effect = sent_[1].first, .outcome = Outcome::ok});
  fall("Now", fast);
  forward(5min);
  ASSERT_EQ(sent_.size(), 4U);
  give(EffectSettled{.effect = sent_[2].first, .outcome = Outcome::ok});
  give(EffectSettled{.effect = sent_[3].first, .outcome = Outcome::failed});
  for (size_t i = 4; i < 12; ++i) {
    forward(5min);
    ASSERT_EQ(sent_.size(), i + 1);
    EXPECT_EQ(sent_[i].second.kind, "webhook");
    settle(i + 1 < 12 ? Outcome::failed : Outcome::ok);
  }
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
}

TEST_F(Room, TellsTheOldReceiverThatAReroutedAlertIsOver) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  std::string book(kBook);
  book.replace(book.find("receiver: hook"), 14, "receiver: two ");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  forward(1s);
  std::map<std::string, std::string> status;
  for (const auto& [id, notify] : sent_) { status[notify.receiver] = notify.status; }
  EXPECT_EQ(status["hook"], "resolved");
  EXPECT_EQ(status["two"], "firing");
}

TEST_F(Room, DropsAReceiverThatLeftTheBookWithoutAWord) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  give(BookAdopted{.hash = "2", .text = book_json("name: other")});
  forward(1h);
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_TRUE(decider_->view("groups", now_).get_array().empty());
  EXPECT_FALSE(decider_->next_timer().has_value());
}

TEST_F(Room, TellsEveryIntegrationOnItsOwnTerms) {
  rise("Now", labels("Now", {{"fast", "yes"}}));
  forward(1s);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].second.kind, "email");
  EXPECT_EQ(sent_[1].second.kind, "webhook");
  for (size_t i = 0; i < 2; ++i) {
    give(EffectSettled{.effect = sent_[i].first, .outcome = Outcome::ok});
  }
  fall("Now", labels("Now", {{"fast", "yes"}}));
  forward(5min);
  ASSERT_EQ(sent_.size(), 3U) << "email_configs does not send resolved by default";
  EXPECT_EQ(sent_[2].second.kind, "webhook");
}

TEST_F(Room, InhibitsWhileTheSourceFires) {
  const Labels source = labels("Now", {{"severity", "critical"}, {"db", "a"}});
  const Labels target = labels("Now", {{"severity", "warning"}, {"db", "a"}});
  const Labels other = labels("Now", {{"severity", "warning"}, {"db", "b"}});
  rise("Now", source);
  rise("Now", target);
  rise("Now", other);
  ASSERT_EQ(fired_.size(), 3U);
  EXPECT_EQ(fired_[1].muted_by, "inhibited by Now");
  EXPECT_EQ(fired_[2].muted_by, "");
  forward(30s);
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(payload(0).at("alerts").get_array().size(), 2U);
  settle(Outcome::ok);
  forward(10s);
  fall("Now", source);
  ASSERT_EQ(fired_.size(), 4U) << "said again as soon as nothing mutes it";
  EXPECT_EQ(fired_[3].muted_by, "");
  forward(1s);
  ASSERT_EQ(sent_.size(), 2U) << "and the group does not wait for its interval";
}

TEST_F(Room, MutesByTimeAndSpeaksOnTheMinute) {
  now_ = kStart + 24h + 59min + 10s;
  rise("Now", labels("Now", {{"night", "yes"}}));
  ASSERT_EQ(fired_.size(), 1U);
  EXPECT_EQ(fired_[0].muted_by, "time interval \"night\"");
  forward(49s);
  EXPECT_EQ(fired_.size(), 1U);
  EXPECT_TRUE(sent_.empty());
  forward(1s);
  ASSERT_EQ(fired_.size(), 2U);
  EXPECT_EQ(fired_[1].muted_by, "");
  forward(1s);
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(Room, DoesNotTellReceiversOfVictims) {
  cause_ = "service/offre";
  rise("Now", labels("Now"));
  forward(10min);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(get_string(alert(), "cause"), "service/offre");
  give(AlertPlaced{.fingerprint = fingerprint(labels("Now"))});
  forward(1s);
  EXPECT_EQ(sent_.size(), 1U) << "it is a cause of its own now";
}

TEST_F(Room, MovesAnAlertToTheGroupOfItsNewPlace) {
  std::string book(kBook);
  book.replace(book.find("group_by: [alertname]"), 21, "group_by: [service]  ");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  service_ = "datajs";
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  give(AlertPlaced{.fingerprint = fingerprint(labels("Now")), .service = "offre"});
  forward(10min);
  ASSERT_EQ(sent_.size(), 3U);
  std::map<std::string, std::string> status;
  for (size_t i = 1; i < 3; ++i) {
    status[to_text(payload(i).at("groupLabels"))] = sent_[i].second.status;
  }
  EXPECT_EQ(status[R"({"service":"datajs"})"], "resolved");
  EXPECT_EQ(status[R"({"service":"offre"})"], "firing");
  EXPECT_EQ(sent_[1].second.status, "resolved") << "so that what holds is said last";
  EXPECT_EQ(to_text(payload(1).at("commonLabels")),
            R"({"alertname":"Now","service":"datajs","team":"core"})");
}

TEST_F(Room, TellsReceiversEvenWhenNobodyPlaces) {
  places_ = false;
  rise("Now", labels("Now"));
  forward(31s);
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(Room, KeepsTheLogWhenTheBookChangesElsewhere) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::ok);
  std::string book(kBook);
  book.replace(book.find("repeat_interval: 4h"), 19, "repeat_interval: 6h");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  forward(4h + 5min);
  EXPECT_EQ(sent_.size(), 1U);
  forward(2h);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(Room, ForgetsResolvedAlertsAfterAWhile) {
  rise("Now", labels("Now"));
  fall("Now", labels("Now"));
  EXPECT_EQ(decider_->view("alerts", now_).get_array().size(), 1U);
  forward(16min);
  EXPECT_TRUE(decider_->view("alerts", now_).get_array().empty());
  give(DaemonStarted{.version = "1"});
  EXPECT_EQ(to_text(decider_->snapshot()).find("fingerprint"), std::string::npos);
}

TEST_F(Room, GivesTheEvaluatorWhatItBelieves) {
  rise("Held", labels("Held"));
  rise("Now", labels("Now"));
  fall("Now", labels("Now"));
  const std::vector<ActiveCondition> active = active_conditions(decider_->view("conditions", now_));
  ASSERT_EQ(active.size(), 1U);
  EXPECT_EQ(active[0].rule, "rules/a.yml;g;Held");
  EXPECT_EQ(active[0].labels, labels("Held"));
  EXPECT_EQ(active[0].active_at, now_);
}

TEST_F(Room, TakesAStormWithoutChoking) {
  restarts_ = false;
  places_ = true;
  std::unique_ptr<Decider> fast = std::move(decider_);
  for (int i = 0; i < 20'000; ++i) {
    const Labels one = labels("Now", {{"i", std::to_string(i)}, {"severity", "warning"}});
    Effects out =
        fast->apply(Event{.seq = {},
                          .at = now_,
                          .body = ConditionRose{.rule = "rules/a.yml;g;Now", .labels = one},
                          .cause = {}},
                    now_);
    ASSERT_EQ(out.said.size(), 1U);
    fast->apply(Event{.seq = {},
                      .at = now_,
                      .body = AlertPlaced{.fingerprint = fingerprint(one)},
                      .cause = {}},
                now_);
  }
  now_ += 30s;
  const Effects out =
      fast->apply(Event{.seq = {}, .at = now_, .body = TimerDue{}, .cause = {}}, now_);
  ASSERT_EQ(out.performed.size(), 1U);
  const json::value body = *parse_json(std::get<Notify>(out.performed[0].body).payload);
  EXPECT_EQ(get_int(body.get_object(), "truncatedAlerts"), 19'500);
}

}  // namespace
}  // namespace vigie::alerting
