#include <gtest/gtest.h>

#include "alerting/testing/room.h"

namespace vigie::alerting {
namespace {

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
  settle(Outcome::failed, "503", std::string(kRepeated));
  fall("Now", labels("Now"));
  forward(10s);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].second.status, "resolved");
  settle(Outcome::ok);
  forward(1h);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(Room, TellsTheEndWhereTheBeginningWasNotAnswered) {
  rise("Now", labels("Now"));
  forward(30s);
  settle(Outcome::failed, "no answer in time", R"({"retry":"later","maybe":true})");
  fall("Now", labels("Now"));
  forward(10s);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].second.status, "resolved");
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

TEST_F(Room, WaitsForAPlaceThatIsStillLookedFor) {
  tentative_ = true;
  rise("Now", labels("Now"));
  EXPECT_EQ(get_string(alert(), "reason"), "receivers wait until it is clear where it belongs");
  forward(31s);
  EXPECT_TRUE(sent_.empty());
  give(AlertPlaced{.fingerprint = fingerprint(labels("Now")), .stage = "datajs"});
  forward(1s);
  ASSERT_EQ(sent_.size(), 1U) << "its group_wait is over";
  EXPECT_EQ(to_text(payload(0).at("commonLabels")), R"({"alertname":"Now","stage":"datajs"})");
}

TEST_F(Room, DoesNotWaitForAPlaceForEver) {
  tentative_ = true;
  rise("Now", labels("Now"));
  forward(35s - 1ms);
  EXPECT_TRUE(sent_.empty());
  forward(1ms);
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

}  // namespace
}  // namespace vigie::alerting
