#include <gtest/gtest.h>

#include "alerting/testing/room.h"

namespace vigie::alerting {
namespace {

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

TEST_F(Room, SaysWhatANewBookNoLongerInhibits) {
  const Labels source = labels("Now", {{"severity", "critical"}, {"db", "a"}});
  const Labels target = labels("Sticky", {{"severity", "warning"}, {"db", "a"}});
  rise("Now", source);
  rise("Sticky", target);
  ASSERT_EQ(fired_.size(), 2U);
  EXPECT_EQ(fired_[1].muted_by, "inhibited by Now");
  forward(30s);
  ASSERT_EQ(sent_.size(), 1U);
  settle(Outcome::ok);
  std::string book(kBook);
  const std::string rule = R"([severity="critical"])";
  book.replace(book.find(rule), rule.size(), R"([severity="none"])");
  give(BookAdopted{.hash = "2", .text = book_json(book)});
  ASSERT_EQ(fired_.size(), 3U);
  EXPECT_EQ(fired_[2].muted_by, "");
  forward(1s);
  EXPECT_EQ(sent_.size(), 2U) << "and its receivers hear of it at once";
  fall("Now", source);
  EXPECT_EQ(fired_.size(), 3U) << "once is enough";
}

TEST_F(Room, ForgetsTheInhibitionOfWhatResolved) {
  const Labels source = labels("Now", {{"severity", "critical"}, {"db", "a"}});
  const Labels target = labels("Now", {{"severity", "warning"}, {"db", "a"}});
  rise("Now", source);
  rise("Now", target);
  fall("Now", target);
  EXPECT_EQ(to_text(decider_->snapshot()).find("inhibited by"), std::string::npos);
  restarts_ = false;
  fall("Now", source);
  EXPECT_EQ(fired_.size(), 2U);
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
