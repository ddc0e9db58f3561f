#include "incident/incident.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "config/book.h"
#include "incident/state.h"
#include "incident/words.h"
#include "model/codec.h"

namespace vigie::incident {
namespace {

constexpr std::string_view kBook = R"yaml(
services: {datajs: {team: core, environment: prod}, offre: {team: offers}}
chains:
  heartbeat:
    stages: [{name: reporter, flow: "sum(rate(reporter_out_total[1m]))"
}, {name: topic},
             {name: datajs, service: datajs, flow: "sum(rate(datajs_out_total[1m]))"}]
rule_groups: [{file: r.yml, name: g, rules: [{alert: Stalled, expr: "rate(x_total[1m]) == 0"},
             {record: a, expr: b}]}]
)yaml";

struct Placing {
  std::string key, cause;
  std::string chain, stage, service, team;
};

/// The room alone; every event is followed by a restart from the snapshot.
class Room {
 public:
  Room() {
    config::Problems problems;
    const config::Node root = config::parse_yaml(kBook, "book.yml", problems);
    EXPECT_TRUE(problems.ok()) << problems.text();
    feed(BookAdopted{.hash = "h", .text = to_text(root.to_json())});
  }

  void feed(EventBody body) {
    std::vector<EventBody> waiting{std::move(body)};
    for (size_t i = 0; i < waiting.size(); ++i) {
      Effects out = decider_->apply({.seq = Seq{++seq_}, .at = now_, .body = waiting[i]}, now_);
      EXPECT_TRUE(out.performed.empty());
      for (EventBody& fact : out.said) {
        said_.push_back(fact);
        waiting.push_back(std::move(fact));
      }
      if (replays_) { restart(); }
    }
  }

  void fires(const std::string& fp, std::string severity = "critical", std::string muted = "",
             std::string summary = "") {
    Labels labels{{"alertname", "Stalled"}, {"severity", std::move(severity)}, {"fp", fp}};
    feed(AlertFired{.fingerprint = fp,
                    .labels = std::move(labels),
                    .annotations = summary.empty() ? StringMap{} : StringMap{{"summary", summary}},
                    .value = 1,
                    .active_at = now_,
                    .escalation = "night",
                    .urgency = "can-wait",
                    .muted_by = std::move(muted)});
  }
  void placed(const std::string& fp, Placing p) {
    feed(AlertPlaced{.fingerprint = fp,
                     .chain = p.chain,
                     .stage = p.stage,
                     .service = p.service,
                     .team = p.team,
                     .key = p.key,
                     .cause = p.cause,
                     .why = "because"});
  }
  void fires_at(const std::string& fp, Placing p) {
    fires(fp);
    placed(fp, std::move(p));
  }
  void ends(const std::string& fp) {
    feed(AlertResolved{.fingerprint = fp, .why = "the condition ended"});
  }
  void forward(Millis by) { now_ += by; }

  /// The names of facts said since the last call, "incident_opened 1".
  std::vector<std::string> said() {
    std::vector<std::string> out;
    for (; seen_ < said_.size(); ++seen_) {
      const json::value text = encode_event_body(said_[seen_]);
      const auto& [name, fields] = *text.get_object().begin();
      out.push_back(std::string(name) + " " +
                    std::to_string(get_int(fields.get_object(), "incident")));
    }
    return out;
  }
  template <class Fact>
  const Fact& last() const {
    for (auto it = said_.rbegin(); it != said_.rend(); ++it) {
      if (const Fact* fact = std::get_if<Fact>(&*it)) { return *fact; }
    }
    ADD_FAILURE() << "never said " << Fact::kName;
    static const Fact none{};
    return none;
  }
  json::object view(uint64_t id) const {
    const json::value value = decider_->view("incidents/" + std::to_string(id), now_);
    return value.is_object() ? value.get_object() : json::object{};
  }
  std::string field(uint64_t id, std::string_view name) const { return get_string(view(id), name); }
  std::string timeline(uint64_t id) const {
    std::string out;
    const json::object incident = view(id);
    for (const json::value& entry : *get_array(incident, "timeline")) {
      out += get_string(entry.get_object(), "kind") + ": " +
             get_string(entry.get_object(), "text") + "\n";
    }
    return out;
  }
  json::value list(std::string_view query = "") const {
    return decider_->view("incidents" + std::string(query), now_);
  }
  json::value look(std::string_view path) const { return decider_->view(path, now_); }
  State state() const { return *decode<State>(decider_->snapshot()); }

  WallTime now_ = *parse_rfc3339("2026-01-05T10:00:00Z");
  std::vector<EventBody> said_;
  bool replays_ = true;  ///< Off where thousands of events would take long.

 private:
  void restart() {
    const json::value before = decider_->snapshot();
    auto again = decider_->fresh();
    const Status restored = again->restore(*parse_json(to_text(before)));
    ASSERT_TRUE(restored) << restored.error().what;
    ASSERT_EQ(to_text(again->snapshot()), to_text(before));
    decider_ = std::move(again);
  }

  std::unique_ptr<Decider> decider_ = make_decider();
  uint64_t seq_ = 0;
  size_t seen_ = 0;
};

using Said = std::vector<std::string>;
const Placing kDatajs{
    .key = "service/datajs", .chain = "heartbeat", .stage = "datajs", .service = "datajs"};

TEST(Incident, OpensForAnAlertOnceItIsPlaced) {
  Room room;
  room.feed(StageFlowChanged{.chain = "heartbeat", .stage = "datajs", .flow = Flow::dead});
  room.fires("a");
  EXPECT_EQ(room.said(), Said{});
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"}));
  const auto& opened = room.last<IncidentOpened>();
  EXPECT_EQ(opened.title, "heartbeat: datajs passes nothing on");
  EXPECT_EQ(opened.severity, "critical");
  EXPECT_EQ(opened.team, "core");
  EXPECT_EQ(opened.escalation, "night");
  EXPECT_EQ(opened.urgency, "can-wait");
  EXPECT_EQ(opened.labels.get("stage"), "datajs");
  EXPECT_EQ(opened.labels.get("alertname"), "Stalled");
  EXPECT_EQ(opened.labels.get("environment"), "prod");
  EXPECT_EQ(room.field(1, "state"), "open");
}

TEST(Incident, TakesItsTitleFromTheSummaryOrTheName) {
  Room room;
  room.fires("a", "warning", "", "Disk is full");
  room.placed("a", {.key = "alert/a"});
  EXPECT_EQ(room.field(1, "title"), "Disk is full");
  room.fires_at("b", {.key = "alert/b", .service = "offre"});
  EXPECT_EQ(room.field(2, "title"), "Stalled on offre");
  EXPECT_EQ(room.field(2, "team"), "offers");
  // The flow is seen to be dead a moment later.
  room.fires_at("c", kDatajs);
  EXPECT_EQ(room.field(3, "title"), "heartbeat: Stalled at datajs");
  room.feed(StageFlowChanged{.chain = "heartbeat", .stage = "datajs", .flow = Flow::dead});
  EXPECT_EQ(room.field(3, "title"), "heartbeat: datajs passes nothing on");
}

TEST(Incident, AlertsOfOneKeyAreOneIncident) {
  Room room;
  room.fires_at("a", kDatajs);
  room.said();
  room.fires_at("b", kDatajs);
  EXPECT_EQ(room.said(), Said{"alert_attached 1"});
  room.ends("a");
  EXPECT_EQ(room.said(), Said{});
  EXPECT_EQ(get_int(room.view(1), "alerts"), 1);
  room.ends("b");
  EXPECT_EQ(room.said(), Said{"incident_resolved 1"});
  EXPECT_EQ(room.last<IncidentResolved>().who, "");
}

TEST(Incident, KnowsWhereAnAlertThatEndedWas) {
  Room room;
  room.fires_at("a", kDatajs);
  EXPECT_EQ(to_text(room.look("alerts/ended")), "{}");
  room.ends("a");
  EXPECT_EQ(to_text(room.look("alerts/ended")), R"({"a":1})");
}

TEST(Incident, NamesTheSeveritiesItKnowsWorstFirst) {
  Room room;
  const json::array words = room.look("severities").get_array();
  EXPECT_EQ(to_text(words[0]), R"({"word":"critical","rank":4})");
  for (const json::value& item : words) {
    const json::object& one = item.get_object();
    EXPECT_EQ(severity_rank(get_string(one, "word")), get_int(one, "rank"));
  }
}

TEST(Incident, InfoAlertsAreOnlyRecorded) {
  Room room;
  for (const char* severity : {"info", "none"}) {
    room.fires(severity, severity);
    room.placed(severity, kDatajs);
  }
  EXPECT_EQ(room.said(), Said{});
  room.fires("bare", "");
  room.placed("bare", kDatajs);
  EXPECT_EQ(room.field(1, "severity"), "warning");
}

TEST(Incident, AVictimOpensTheIncidentOfItsCause) {
  Room room;
  room.fires_at("v", {.key = "service/camunda",
                      .cause = "service/offre",
                      .chain = "alarm",
                      .stage = "camunda",
                      .service = "camunda",
                      .team = "core"});
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"}));
  const auto& opened = room.last<IncidentOpened>();
  EXPECT_EQ(opened.title, "offre is down");
  EXPECT_EQ(opened.service, "offre");
  EXPECT_EQ(opened.team, "offers");
  EXPECT_EQ(opened.escalation, "");
  EXPECT_EQ(opened.labels.get("alertname"), "");
  EXPECT_TRUE(room.last<AlertAttached>().victim);
  EXPECT_EQ(get_int(room.view(1), "victims"), 1);
}

TEST(Incident, MergesWhenItTurnsOutToBeAVictim) {
  Room room;
  room.fires_at("a", kDatajs);
  room.fires_at("o", {.key = "service/offre", .service = "offre"});
  room.said();
  room.placed("a", {.key = "service/datajs", .cause = "service/offre", .service = "datajs"});
  EXPECT_EQ(room.said(), (Said{"alert_attached 2", "incident_resolved 1"}));
  EXPECT_EQ(room.last<IncidentResolved>().merged_into, IncidentId{2});
  EXPECT_EQ(room.field(1, "state"), "resolved");
  EXPECT_EQ(get_int(room.view(2), "alerts"), 2);
  // The cause is mended, the victim is ill by itself.
  room.ends("o");
  EXPECT_EQ(room.said(), Said{});
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 3", "alert_attached 3", "incident_resolved 2"}));
}

TEST(Incident, KeepsWhatIsNotAVictim) {
  Room room;
  room.fires_at("a", kDatajs);
  room.fires_at("b", kDatajs);
  room.said();
  room.placed("a", {.key = "service/datajs", .cause = "service/offre"});
  EXPECT_EQ(room.said(), (Said{"incident_opened 2", "alert_attached 2"}));
  EXPECT_EQ(get_int(room.view(1), "alerts"), 1);
}

TEST(Incident, IsRenamedWhenItsOnlyAlertIsBetterPlaced) {
  Room room;
  room.fires_at("a", {.key = "alert/a"});
  room.said();
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), Said{});
  EXPECT_EQ(room.field(1, "stage"), "datajs");
  room.fires_at("b", kDatajs);
  EXPECT_EQ(room.said(), Said{"alert_attached 1"});
}

TEST(Incident, WaitsForATentativePlaceToSettle) {
  Room room;
  room.fires("a");
  room.feed(AlertPlaced{.fingerprint = "a", .key = "chain/heartbeat", .tentative = true});
  EXPECT_EQ(room.said(), Said{});
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"}));
  room.fires("b");
  room.feed(AlertPlaced{.fingerprint = "b", .key = "service/datajs", .tentative = true});
  EXPECT_EQ(room.said(), Said{"alert_attached 1"}) << "one that is there takes it in";
  room.fires("c");
  room.feed(AlertPlaced{.fingerprint = "c", .key = "chain/heartbeat", .tentative = true});
  room.ends("c");
  EXPECT_EQ(room.said(), Said{}) << "it was an echo";
}

TEST(Incident, IsNamedAfterWhatBringsItBack) {
  Room room;
  room.fires("a", "critical", "", "datajs does not answer");
  room.placed("a", kDatajs);
  room.ends("a");
  room.fires("b", "warning", "", "datajs is 80 messages behind");
  room.placed("b", kDatajs);
  EXPECT_EQ(room.last<IncidentOpened>().title, "datajs is 80 messages behind");
  EXPECT_EQ(room.field(1, "title"), "datajs is 80 messages behind");
  EXPECT_EQ(room.field(1, "severity"), "warning");
  EXPECT_EQ(get_array(room.view(1), "alert_list")->size(), 2U) << "the story keeps both";
}

TEST(Incident, ReopensWithinTenMinutesAndOnlyThen) {
  Room room;
  room.fires_at("a", kDatajs);
  room.feed(AckAsked{.incident = IncidentId{1}, .who = "ana"});
  room.ends("a");
  room.said();
  room.forward(10min - 1ms);
  room.fires_at("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"}));
  EXPECT_EQ(room.last<IncidentOpened>().by, "reopened");
  EXPECT_EQ(room.field(1, "state"), "open");
  EXPECT_EQ(room.field(1, "owner"), "");
  EXPECT_NE(room.timeline(1).find("reopened: it is back"), std::string::npos);
  room.ends("a");
  room.said();
  room.forward(10min);
  room.fires_at("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 2", "alert_attached 2"}));
  room.ends("a");
  room.said();
  room.forward(9min - 1h);
  room.feed(ClockJumped{.by = -1h});
  room.forward(1min);
  room.fires_at("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 3", "alert_attached 3"})) << "a clock set back";
}

TEST(Incident, AnAnswerHoldsOverAShortRecovery) {
  Room room;
  room.fires("a", "warning");
  room.placed("a", kDatajs);
  room.feed(TakeAsked{.incident = IncidentId{1}, .who = "ana"});
  room.ends("a");
  EXPECT_EQ(room.field(1, "state"), "resolved");
  room.said();
  room.forward(5min - 1ms);
  room.fires("a", "warning");
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "incident_taken 1", "alert_attached 1"}));
  EXPECT_EQ(room.last<IncidentTaken>().who, "ana");
  EXPECT_EQ(room.field(1, "state"), "taken");
  EXPECT_EQ(room.field(1, "owner"), "ana");
  EXPECT_NE(room.timeline(1).find("take: ana still has it"), std::string::npos);
  room.ends("a");
  room.said();
  room.fires("b", "critical");
  room.placed("b", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"})) << "it is worse now";
  EXPECT_EQ(room.field(1, "owner"), "");
  room.feed(AckAsked{.incident = IncidentId{1}, .who = "ana"});
  room.feed(ResolveAsked{.incident = IncidentId{1}, .who = "ana"});
  room.ends("b");
  room.fires_at("c", kDatajs);
  EXPECT_EQ(room.field(1, "state"), "open") << "ana said that it was over";
}

TEST(Incident, AlertsOfOneRuleAreToldApart) {
  Room room;
  room.fires_at("a", kDatajs);
  room.fires_at("b", kDatajs);
  room.feed(AlertFired{.fingerprint = "c",
                       .labels = {{"alertname", "RobotMissing"}, {"stage", "topic"}}});
  room.placed("c", kDatajs);
  room.ends("b");
  const std::string timeline = room.timeline(1);
  EXPECT_NE(timeline.find("Stalled fires\n"), std::string::npos) << timeline;
  EXPECT_NE(timeline.find("Stalled (fp b) fires\n"), std::string::npos) << timeline;
  EXPECT_NE(timeline.find("RobotMissing (stage topic) fires\n"), std::string::npos) << timeline;
  EXPECT_NE(timeline.find("Stalled (fp b) ended\n"), std::string::npos) << timeline;
  EXPECT_EQ(room.last<AlertAttached>().labels.get("service"), "datajs");
}

TEST(Incident, WhatIsDeclaredWithSeverityInfoPagesNobody) {
  Room room;
  room.feed(
      DeclareAsked{.title = "we migrate", .service = "datajs", .severity = "info", .who = "ana"});
  EXPECT_EQ(room.last<IncidentOpened>().muted_by, "severity info");
  EXPECT_EQ(room.field(1, "state"), "open") << "it is listed";
  room.fires_at("a", kDatajs);
  EXPECT_EQ(room.last<IncidentOpened>().by, "unmuted") << "an alert of the service wakes somebody";
}

TEST(Incident, SaysHowLongItLasted) {
  Room room;
  room.fires_at("a", kDatajs);
  room.forward(2min);
  EXPECT_TRUE(room.view(1).at("lasted_ms").is_null());
  room.ends("a");
  room.forward(1h);
  EXPECT_EQ(get_int(room.view(1), "lasted_ms"), 120'000);
}

TEST(Incident, StaysResolvedByAPersonWhileTheSameAlertFires) {
  Room room;
  room.fires_at("a", kDatajs);
  room.feed(ResolveAsked{.incident = IncidentId{1}, .who = "ana", .note = "known"});
  room.said();
  room.fires("a", "critical", "", "other words");
  room.placed("a", kDatajs);
  EXPECT_EQ(room.said(), Said{});
  EXPECT_NE(room.timeline(1).find("1 alert is still firing"), std::string::npos);
  room.fires_at("b", kDatajs);
  EXPECT_EQ(room.said(), (Said{"incident_opened 1", "alert_attached 1"}));
}

TEST(Incident, AMutedOneOpensAgainWhenItIsNoLongerMuted) {
  Room room;
  room.fires("a", "critical", "silence 3");
  room.placed("a", kDatajs);
  EXPECT_EQ(room.last<IncidentOpened>().muted_by, "silence 3");
  room.said();
  room.fires("a");
  EXPECT_EQ(room.said(), Said{"incident_opened 1"});
  EXPECT_EQ(room.last<IncidentOpened>().muted_by, "");
  EXPECT_EQ(room.last<IncidentOpened>().by, "unmuted");
}

TEST(Incident, AVictimsMuteSaysNothingAboutItsNextCause) {
  Room room;
  const Placing by_offre{.key = "service/datajs", .cause = "service/offre"};
  room.fires_at("v", by_offre);
  room.fires("v", "critical", "victim of service/offre");
  room.placed("v", {.key = "service/datajs", .cause = "service/kafka"});
  EXPECT_EQ(room.last<IncidentOpened>().title, "kafka is down");
  EXPECT_EQ(room.last<IncidentOpened>().muted_by, "");
}

TEST(Incident, WaitsForARunToEndBeforeItResolves) {
  Room room;
  room.fires_at("a", kDatajs);
  room.feed(RunStarted{.run = RunId{7}, .title = "Restart", .incident = IncidentId{1}});
  EXPECT_EQ(get_int(room.view(1), "run"), 7);
  room.said();
  room.ends("a");
  EXPECT_EQ(room.said(), Said{});
  room.feed(RunEnded{.run = RunId{7}, .incident = IncidentId{1}, .title = "Restart"});
  EXPECT_EQ(room.said(), Said{"incident_resolved 1"});
  EXPECT_EQ(room.last<IncidentResolved>().why, "every alert has ended, after Restart: succeeded");
}

TEST(Acts, AckTakeAndHandOver) {
  Room room;
  room.fires_at("a", kDatajs);
  room.said();
  room.feed(AckAsked{.incident = IncidentId{1}, .who = "ana", .via = "web", .note = "looking"});
  EXPECT_EQ(room.said(), Said{"incident_acknowledged 1"});
  EXPECT_EQ(room.field(1, "owner"), "ana");
  room.feed(AckAsked{.incident = IncidentId{1}, .who = "ben"});
  EXPECT_EQ(room.said(), Said{});
  room.feed(TakeAsked{.incident = IncidentId{1}, .who = "ben"});
  room.feed(TakeAsked{.incident = IncidentId{1}, .who = "ben"});
  EXPECT_EQ(room.said(), Said{"incident_taken 1"});
  room.feed(TakeAsked{.incident = IncidentId{1}, .who = "cho"});
  EXPECT_EQ(room.said(), Said{"incident_taken 1"});
  EXPECT_NE(room.timeline(1).find("take: cho takes over from ben"), std::string::npos);
  room.feed(AckAsked{.incident = IncidentId{1}, .who = "ana"});
  EXPECT_EQ(room.field(1, "state"), "taken");
  room.feed(ResolveAsked{.incident = IncidentId{1}, .who = "cho", .note = "restarted by hand"});
  EXPECT_EQ(room.said(), Said{"incident_resolved 1"});
  EXPECT_EQ(room.last<IncidentResolved>().who, "cho");
  room.feed(ResolveAsked{.incident = IncidentId{1}, .who = "cho"});
  room.feed(AckAsked{.incident = IncidentId{99}, .who = "cho"});
  room.feed(NoteAsked{.incident = IncidentId{1}, .who = "cho", .note = "see the report"});
  EXPECT_EQ(room.said(), Said{});
  EXPECT_NE(room.timeline(1).find("note: see the report"), std::string::npos);
}

TEST(Acts, ADeclaredIncidentBelongsToPeople) {
  Room room;
  room.feed(DeclareAsked{.title = "Customers cannot log in", .service = "datajs", .who = "ana"});
  EXPECT_EQ(room.said(), Said{"incident_opened 1"});
  EXPECT_EQ(room.last<IncidentOpened>().by, "ana");
  EXPECT_EQ(room.last<IncidentOpened>().team, "core");
  EXPECT_EQ(room.last<IncidentOpened>().severity, "critical");
  room.fires_at("a", kDatajs);
  EXPECT_EQ(room.said(), Said{"alert_attached 1"});
  room.placed("a", {.key = "service/datajs", .cause = "service/offre"});
  EXPECT_EQ(room.said(), (Said{"incident_opened 2", "alert_attached 2"}));
  room.ends("a");
  EXPECT_EQ(room.said(), Said{"incident_resolved 2"});
  EXPECT_EQ(room.field(1, "state"), "open");
  room.feed(DeclareAsked{.service = "datajs", .who = "ben"});
  EXPECT_EQ(room.field(3, "title"), "declared by ben");
}

TEST(Timeline, TellsEverythingInOrder) {
  Room room;
  room.fires_at("a", kDatajs);
  const IncidentId one{1};
  room.feed(RunStarted{.run = RunId{1}, .title = "Restart", .incident = one, .automatic = true});
  room.feed(RunStepChanged{
      .run = RunId{1}, .incident = one, .title = "Stop", .state = StepState::waiting});
  room.feed(RunStepChanged{
      .run = RunId{1}, .incident = one, .title = "Stop", .attempt = 2, .state = StepState::failed});
  room.feed(
      RunEnded{.run = RunId{1}, .incident = one, .title = "Restart", .state = RunState::failed});
  room.feed(RunbookDeclined{.incident = one, .title = "Reboot", .why = "cooldown"});
  room.feed(PageWanted{.incident = one, .why = "the run failed"});
  room.feed(PageQueued{
      .page = PageId{4}, .incident = one, .person = "ana", .channel = "email", .level = 1});
  room.feed(PageSettled{.page = PageId{4},
                        .incident = one,
                        .person = "ana",
                        .channel = "email",
                        .outcome = Outcome::failed,
                        .detail = "451"});
  room.feed(EscalationNoted{.incident = one, .what = "level 2 is empty"});
  EXPECT_EQ(room.timeline(1),
            "opened: heartbeat: Stalled at datajs\n"
            "alert: Stalled fires\n"
            "run: Restart begins (run 1)\n"
            "step: Stop: failed, attempt 2\n"
            "run: Restart: failed (run 1)\n"
            "run: Reboot is held back\n"
            "page: somebody is wanted\n"
            "page: ana is paged over email (page 4)\n"
            "page: page 4 to ana over email failed\n"
            "escalation: level 2 is empty\n");
  room.feed(PageQueued{.page = PageId{5}, .incident = one, .person = "ana", .channel = "email"});
  EXPECT_NE(room.timeline(1).find("ana is told over email (page 5)"), std::string::npos);
}

TEST(Timeline, KeepsTheBeginningAndTheEnd) {
  Room room;
  room.replays_ = false;
  room.fires_at("a", kDatajs);
  for (int i = 0; i < 1500; ++i) {
    room.feed(NoteAsked{.incident = IncidentId{1}, .who = "ana", .note = std::to_string(i)});
  }
  const json::object view = room.view(1);
  const json::array& entries = *get_array(view, "timeline");
  EXPECT_EQ(entries.size(), 1001U);
  EXPECT_EQ(get_string(entries[0].get_object(), "kind"), "opened");
  EXPECT_EQ(get_string(entries[200].get_object(), "text"),
            "502 entries in the middle are not shown; the journal has them");
  EXPECT_EQ(get_string(entries.back().get_object(), "text"), "1499");
}

TEST(Views, ShowEvidenceAndOrder) {
  Room room;
  room.fires_at("a", kDatajs);
  const json::object view = room.view(1);
  const json::array& evidence = *get_array(view, "evidence");
  ASSERT_EQ(evidence.size(), 3U);
  EXPECT_EQ(get_string(evidence[0].get_object(), "expr"), "rate(x_total[1m])");
  EXPECT_EQ(get_string(evidence[1].get_object(), "title"), "heartbeat: out of reporter");
  EXPECT_EQ(get_string(evidence[0].get_object(), "from"), "2026-01-05T09:30:00Z");
  room.fires_at("b", {.key = "alert/b"});
  room.fires_at("c", {.key = "alert/c"});
  room.ends("c");
  const json::array all = room.list().get_array();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(get_int(all[0].get_object(), "id"), 2);
  EXPECT_EQ(get_int(all[2].get_object(), "id"), 3);
  EXPECT_EQ(room.list("?state=open").get_array().size(), 2U);
  EXPECT_EQ(room.list("?limit=1&before=2").get_array().size(), 1U);
  EXPECT_TRUE(room.view(9).empty());
  EXPECT_EQ(to_text(room.look("alerts")), R"({"a":1,"b":2})");
}

TEST(Words, DrawTheLeftSideOfAComparison) {
  EXPECT_EQ(drawable("rate(x[1m]) == 0"), "rate(x[1m])");
  EXPECT_EQ(drawable("(a / b) >= 0.9"), "(a / b)");
  EXPECT_EQ(drawable("up == 0 and on() x > 1"), "up == 0 and on() x > 1");
  EXPECT_EQ(drawable("absent(up)"), "absent(up)");
  EXPECT_EQ(drawable("sum(x > 1)"), "sum(x > 1)");
}

TEST(Incident, ForgetsTheOldestResolved) {
  Room room;
  room.replays_ = false;
  for (int i = 0; i < 510; ++i) {
    const std::string fp = "a" + std::to_string(i);
    room.fires_at(fp, {.key = "alert/" + fp});
    room.ends(fp);
  }
  EXPECT_EQ(room.state().incidents.size(), 500U);
  EXPECT_EQ(room.state().newest.size(), 500U);
  EXPECT_TRUE(room.view(10).empty());
}

/// Whatever comes in whatever order: a placed alert that matters belongs to an incident, at most
/// one incident of a key is live, and one without firing alerts and runs is not.
TEST(Incident, HoldsItsPromisesUnderRandomEvents) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    Random random{seed};
    Room room;
    const std::vector<std::string> keys{"service/a", "service/b", "stage/c/d"};
    for (int step = 0; step < 120; ++step) {
      const std::string fp = "f" + std::to_string(random.below(5));
      const IncidentId id{1 + random.below(6)};
      room.forward(Millis{random.between(0, 240'000)});
      switch (random.below(8)) {
        case 0:
        case 1:
          room.fires_at(fp, {.key = random.pick(keys)});
          break;
        case 2:
          room.placed(fp, {.key = random.pick(keys), .cause = random.pick(keys)});
          break;
        case 3:
        case 4:
          room.ends(fp);
          break;
        case 5:
          room.feed(RunStarted{.run = RunId{1}, .incident = id});
          break;
        case 6:
          room.feed(RunEnded{.run = RunId{1}, .incident = id});
          break;
        default:
          room.feed(AckAsked{.incident = id, .who = "ana"});
      }
      State state = room.state();
      std::map<std::string, int> live;
      for (auto& [known, incident] : state.incidents) {
        incident.recount();
        live[incident.key] += incident.live() ? 1 : 0;
        if (!incident.live()) { continue; }
        EXPECT_TRUE(incident.firing() > 0 || !incident.runs.empty()) << seed << " " << step;
      }
      for (const auto& [key, count] : live) { EXPECT_LE(count, 1) << seed << " " << key; }
      for (const auto& [known, alert] : state.alerts) {
        const auto home = state.incidents.find(alert.incident);
        ASSERT_NE(home, state.incidents.end()) << seed << " " << step;
        EXPECT_TRUE(home->second.alerts.at(known).firing) << seed << " " << step;
        EXPECT_TRUE(home->second.live()) << seed << " " << step;
      }
    }
  }
}

}  // namespace
}  // namespace vigie::incident
