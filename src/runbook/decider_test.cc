#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "model/codec.h"
#include "runbook/runbook.h"
#include "runbook/state.h"
#include "runbook/testing/stage.h"

namespace vigie::runbook {
namespace {

using Lines = std::vector<std::string>;

/// A line of what is wanted that begins with "~" need only be a part.
void expect_lines(const Lines& got, const Lines& wanted) {
  ASSERT_EQ(got.size(), wanted.size()) << testing::PrintToString(got);
  for (size_t i = 0; i < got.size(); ++i) {
    if (wanted[i].starts_with('~')) {
      EXPECT_NE(got[i].find(wanted[i].substr(1)), std::string::npos) << got[i];
    } else {
      EXPECT_EQ(got[i], wanted[i]);
    }
  }
}
bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kHeartbeats = R"(---
title: Heartbeats stall
when: alert="HeartbeatStalled", stage="datajs"
automatic: true
guard: {cooldown: 30m, at-most: 2 per 6h, blast-radius: 1}
---
## Restart the enricher {#restart}
```command timeout=30s
restart datajs
```
```verify within=5m
sum(rate(datajs_out_total{stage="{{ labels.stage }}"}[1m])) > 0
```
on failure: [empty the topic](#empty)

## Empty the topic {#empty}
```command
empty it
```
then: [restart](#restart) once, otherwise: escalate
)";

Labels stalled() {
  return {{"alertname", "HeartbeatStalled"}, {"stage", "datajs"}, {"chain", "heartbeat"}};
}

class RunbookDeciderTest : public testing::Test {
 protected:
  void SetUp() override { stage.book({{"runbooks/heartbeats.md", kHeartbeats}}); }
  json::object run(int id) { return stage.view("runs/" + std::to_string(id)).as_object(); }
  std::string state_of(int id) { return get_string(run(id), "state"); }
  Stage stage;
};

TEST_F(RunbookDeciderTest, RunsItsStepsOneAtATimeAndPagesNobodyWhenItHelps) {
  stage.open("datajs", stalled());
  expect_lines(stage.take_said(), {"started heartbeats by vigie", "restart/1 running"});
  EXPECT_EQ(stage.step().id.text, "run-1-restart-1");
  EXPECT_EQ(stage.run_step().kind, "command");
  EXPECT_EQ(stage.run_step().timeout, 30s);
  stage.settle(Outcome::ok, "exit 0", R"({"output":"restarted\n","exit_status":0})");
  expect_lines(stage.take_said(), {"restart/1 done", "restart.2/1 running"});
  EXPECT_EQ(stage.run_step().text, R"(sum(rate(datajs_out_total{stage="datajs"}[1m])) > 0)");
  EXPECT_EQ(stage.run_step().timeout, 5min);
  stage.settle();
  expect_lines(stage.take_said(), {"restart.2/1 done", "ended succeeded"});
  const json::array steps = *get_array(run(1), "steps");
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(get_string(steps[0].as_object(), "output"), "restarted\n");
  EXPECT_EQ(get_string(steps[2].as_object(), "state"), "skipped");
}

TEST_F(RunbookDeciderTest, TakesTheDetourOnFailureAndComesBackOnceThenEscalates) {
  stage.open("datajs", stalled());
  stage.settle();
  stage.settle(Outcome::failed, "not true within 5 min");
  EXPECT_EQ(stage.run_step().step, "empty");
  stage.settle();
  EXPECT_EQ(stage.step().id.text, "run-1-restart-2");
  stage.settle();
  stage.settle(Outcome::failed, "not true within 5 min");
  EXPECT_EQ(stage.step().id.text, "run-1-empty-2");
  stage.take_said();
  stage.settle();
  expect_lines(stage.take_said(),
               {"empty/2 done", "ended escalated: \"Empty the topic\" did not help",
                "page: the runbook \"Heartbeats stall\" did not help: \"Empty the "
                "topic\" did not help"});
}

TEST_F(RunbookDeciderTest, PagesAtOnceWhenNoRunbookMatchesAndNeverForAMutedIncident) {
  stage.open("datajs", {{"alertname", "Other"}});
  expect_lines(stage.take_said(), {"page: no runbook starts by itself for it"});
  stage.open("datajs", stalled(), "a window");
  expect_lines(stage.take_said(), {});
}

TEST_F(RunbookDeciderTest, CooldownCountsFromTheLastVerification) {
  const IncidentId first = stage.open("datajs", stalled());
  stage.settle();
  stage.settle();
  stage.feed(IncidentResolved{.incident = first, .why = "all alerts ended"});
  stage.forward(29min);
  stage.take_said();
  stage.open("datajs", stalled());
  expect_lines(stage.take_said(),
               {"declined: cooldown: it helped 29 min ago and rests for 1 min more",
                "~page: the runbook \"Heartbeats stall\" was held back"});
  stage.forward(1min);
  stage.take_said();
  stage.open("datajs", stalled());
  expect_lines(stage.take_said(), {"started heartbeats by vigie", "restart/1 running"});
}

TEST_F(RunbookDeciderTest, AtMostCountsStartsThatDidNotHelp) {
  for (int i = 0; i < 2; ++i) {
    const IncidentId id = stage.open("datajs", stalled());
    stage.settle(Outcome::failed, "exit 1");
    stage.settle(Outcome::failed, "exit 1");
    stage.feed(IncidentResolved{.incident = id, .why = "by hand", .who = "ana"});
  }
  stage.take_said();
  stage.open("datajs", stalled());
  EXPECT_EQ(stage.take_said()[0], "declined: it ran 2 times in 6 h already");
  stage.forward(6h);
  stage.take_said();
  stage.open("datajs", stalled());
  EXPECT_EQ(stage.take_said()[0], "started heartbeats by vigie");
}

TEST_F(RunbookDeciderTest, BlastRadiusHoldsOverAllRuns) {
  stage.open("datajs", stalled());
  stage.take_said();
  stage.open("dataenricher", stalled());
  EXPECT_EQ(stage.take_said()[0],
            "declined: blast radius: 2 services would be disturbed at once, 1 is allowed");
  stage.open("datajs", stalled());
  EXPECT_EQ(stage.take_said()[0], "declined: run 1 (\"Heartbeats stall\") is at work on datajs");
  // By hand the radius counts too.
  stage.feed(RunAsked{.runbook = "heartbeats", .incident = {}, .params = {}, .who = "ana"});
  EXPECT_EQ(stage.take_said()[0], "started heartbeats by ana");
}

TEST_F(RunbookDeciderTest, LeavesAloneWhatAPersonStopped) {
  stage.feed(UnitStateChanged{.unit = "datajs", .state = UnitState::stopped, .by_hand = true});
  stage.open("datajs", stalled());
  EXPECT_EQ(stage.take_said()[0], "declined: datajs was stopped by hand, and a person starts it");
  stage.feed(RunAsked{.runbook = "heartbeats", .incident = {}, .params = {}, .who = "ana"});
  EXPECT_EQ(stage.take_said()[0], "started heartbeats by ana") << "a person may";
  stage.settle();
  stage.settle();
  stage.feed(UnitStateChanged{.unit = "datajs", .state = UnitState::starting});
  stage.forward(1h);
  stage.take_said();
  stage.open("datajs", stalled());
  EXPECT_EQ(stage.take_said()[0], "started heartbeats by vigie");
}

TEST_F(RunbookDeciderTest, AStepThatWasCutWaitsForAPersonWhoIsPaged) {
  stage.open("datajs", stalled());
  stage.take_said();
  stage.settle(Outcome::unknown, "it was started, and cut");
  const auto said = stage.take_said();
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(said[0], "restart/1 unknown");
  EXPECT_TRUE(contains(said[2], "asks about its step \"Restart the enricher\""));
  EXPECT_EQ(state_of(1), "waiting");
  stage.forward(24h);
  EXPECT_EQ(state_of(1), "waiting");
  stage.feed(StepAnswered{RunId{1}, "empty", "done", "ana", "web"});
  EXPECT_EQ(state_of(1), "waiting");
  stage.feed(StepAnswered{RunId{1}, "restart", "done", "ana", "web"});
  EXPECT_EQ(stage.run_step().step, "restart.2");
  stage.settle();
  EXPECT_EQ(state_of(1), "succeeded");
}

TEST_F(RunbookDeciderTest, AnswersNotDoneAndAgainDoWhatTheySay) {
  stage.open("datajs", stalled());
  stage.settle(Outcome::unknown, "cut");
  stage.feed(StepAnswered{RunId{1}, "restart", "again", "ana", "web"});
  EXPECT_EQ(stage.step().id.text, "run-1-restart-2");
  EXPECT_EQ(stage.run_step().attempt, 2);
  stage.settle(Outcome::unknown, "cut again");
  stage.feed(StepAnswered{RunId{1}, "restart", "not_done", "ana", "web"});
  EXPECT_EQ(stage.run_step().step, "empty");
}

TEST_F(RunbookDeciderTest, ARepeatableStepRunsAgainMarkedAsAnotherAttempt) {
  stage.open("datajs", stalled());
  stage.settle();
  EXPECT_EQ(stage.run_step().repeat, Repeat::safe);
  stage.take_said();
  stage.settle(Outcome::unknown, "cut");
  expect_lines(stage.take_said(), {"restart.2/1 unknown", "restart.2/2 running"});
  stage.settle(Outcome::unknown, "cut");
  stage.settle(Outcome::unknown, "cut");
  EXPECT_EQ(state_of(1), "waiting");
}

TEST_F(RunbookDeciderTest, AnAutomaticRunHasATimeLimit) {
  stage.open("datajs", stalled());
  stage.settle();
  for (int i = 0; i < 2; ++i) { stage.settle(Outcome::unknown, "cut"); }
  stage.take_said();
  stage.forward(30min);
  const auto said = stage.take_said();
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(state_of(1), "escalated");
  EXPECT_TRUE(contains(said.back(), "page: "));
}

TEST_F(RunbookDeciderTest, AnExecutorThatNeverAnswersIsAFailureAndIsAborted) {
  stage.open("datajs", stalled());
  const std::string effect = stage.step().id.text;
  stage.forward(30s + 60s);
  ASSERT_EQ(stage.aborted().size(), 1u);
  EXPECT_EQ(std::get<AbortStep>(stage.aborted()[0].body).effect.text, effect);
  EXPECT_EQ(stage.run_step().step, "empty");
  // Its late answer is nobody's.
  const std::string before = stage.snapshot();
  stage.feed(EffectSettled{{effect}, Outcome::ok, "", "{}"});
  EXPECT_EQ(stage.snapshot(), before);
}

TEST_F(RunbookDeciderTest, ARestartOfVigieGivesStepsTheirTimeAgain) {
  stage.open("datajs", stalled());
  stage.forward(80s);
  stage.feed(DaemonStarted{"0.1"});
  stage.forward(80s);
  EXPECT_EQ(state_of(1), "running");
  EXPECT_EQ(stage.run_step().step, "restart");
}

TEST_F(RunbookDeciderTest, CancellingAbortsTheStepAndPagesUnlessSomebodyIsThere) {
  stage.open("datajs", stalled());
  stage.take_said();
  stage.feed(RunCancelAsked{RunId{1}, "ana", "web"});
  expect_lines(stage.take_said(), {"restart/1 failed", "ended cancelled: ana cancelled it",
                                   "~was cancelled: ana cancelled it"});
  EXPECT_EQ(stage.aborted().size(), 1u);
  stage.feed(RunCancelAsked{RunId{1}, "ana", "web"});
  expect_lines(stage.take_said(), {});

  const IncidentId second = stage.open("datajs", stalled());
  stage.feed(IncidentAcknowledged{second, "ben", "web"});
  stage.take_said();
  stage.feed(RunCancelAsked{RunId{2}, "ben", "web"});
  expect_lines(stage.take_said(), {"restart/1 failed", "ended cancelled: ben cancelled it"});
}

TEST_F(RunbookDeciderTest, ARunStopsAfterItsStepWhenTheIncidentIsOver) {
  const IncidentId id = stage.open("datajs", stalled());
  stage.feed(IncidentResolved{.incident = id, .why = "ana resolved it", .who = "ana"});
  EXPECT_EQ(state_of(1), "running");
  stage.take_said();
  stage.settle();
  expect_lines(stage.take_said(),
               {"restart/1 done", "ended cancelled: the incident was resolved: ana resolved it"});
}

TEST_F(RunbookDeciderTest, AWaitingRunEndsWithItsIncident) {
  const IncidentId id = stage.open("datajs", stalled());
  stage.settle(Outcome::unknown, "cut");
  stage.feed(IncidentResolved{.incident = id, .why = "over"});
  EXPECT_EQ(state_of(1), "cancelled");
}

TEST_F(RunbookDeciderTest, PagesWhenTheRunHelpedAndTheIncidentStaysOpen) {
  stage.open("datajs", stalled());
  stage.settle();
  stage.settle();
  EXPECT_EQ(get_string(stage.view("next/1").as_object(), "what"),
            "somebody is paged unless it is over by then");
  stage.take_said();
  stage.forward(5min - 1ms);
  expect_lines(stage.take_said(), {});
  stage.forward(1ms);
  expect_lines(stage.take_said(), {"~the incident is still open"});
  stage.forward(1h);
  expect_lines(stage.take_said(), {});
}

TEST_F(RunbookDeciderTest, ARestartOfVigieLetsAlertsEndBeforeSomebodyIsWoken) {
  stage.open("datajs", stalled());
  stage.settle();
  stage.settle();
  stage.take_said();
  stage.forward(5min - 1s);
  stage.feed(DaemonStarted{"0.1"});
  stage.forward(1min - 1ms);
  expect_lines(stage.take_said(), {});
  stage.forward(1ms);
  expect_lines(stage.take_said(), {"~the incident is still open"});
}

TEST_F(RunbookDeciderTest, ANewBookDoesNotChangeARunUnderWay) {
  stage.open("datajs", stalled());
  stage.book({});
  stage.settle();
  EXPECT_EQ(stage.run_step().step, "restart.2");
  stage.settle();
  EXPECT_EQ(state_of(1), "succeeded");
  stage.take_said();
  stage.feed(RunAsked{.runbook = "heartbeats", .incident = {}, .params = {}, .who = "ana"});
  expect_lines(stage.take_said(), {"declined: there is no runbook \"heartbeats\""});
}

TEST_F(RunbookDeciderTest, AClockJumpWaitsForNothing) {
  stage.open("datajs", stalled());
  stage.feed(ClockJumped{2h});
  stage.forward(89s);
  EXPECT_EQ(state_of(1), "running");
}

TEST_F(RunbookDeciderTest, ManualsWaitBeforeEachStepAndRunOneAlone) {
  stage.book({{"wiki/restart.md",
               "# Restart\n\nLook first.\n```console\n$ kubectl -n <namespace> get pods\nNAME\n"
               "```\n## Then\n```sh\nkubectl rollout restart deploy/x\n```\n"}});
  stage.take_said();
  stage.feed(RunAsked{.runbook = "restart", .incident = {}, .params = {}, .who = "ana"});
  expect_lines(stage.take_said(), {"declined: a value is needed for namespace"});
  EXPECT_FALSE(
      get_bool(*get_object(stage.view("dry-run/restart").as_object(), "guard"), "allowed"));
  const json::object dry = stage.view("dry-run/restart#then").as_object();
  EXPECT_TRUE(get_bool(*get_object(dry, "guard"), "allowed"));
  EXPECT_EQ(get_array(dry, "steps")->size(), 1U);
  EXPECT_TRUE(stage.view("dry-run/restart#nowhere").is_null());
  stage.feed(RunAsked{.runbook = "restart#then", .incident = {}, .params = {}, .who = "ana"});
  expect_lines(stage.take_said(), {"started restart by ana", "then/1 running"});
  stage.settle();
  expect_lines(stage.take_said(), {"then/1 done", "ended succeeded"});
  stage.feed(RunAsked{
      .runbook = "restart", .incident = {}, .params = {{"namespace", "prod"}}, .who = "ana"});
  expect_lines(stage.take_said(), {"started restart by ana", "start/1 waiting"});
  stage.feed(StepAnswered{RunId{2}, "another", "again", "ana", "web"});
  EXPECT_EQ(state_of(2), "waiting");
  stage.feed(StepAnswered{RunId{2}, "", "again", "ana", "cli"});
  EXPECT_EQ(stage.run_step().text, "kubectl -n \"${namespace}\" get pods");
  EXPECT_EQ(stage.run_step().params.at("namespace"), "prod");
  const json::object steps = run(2);
  EXPECT_EQ(get_string((*get_array(steps, "steps"))[0].as_object(), "text"),
            "kubectl -n prod get pods");
}

TEST_F(RunbookDeciderTest, RoundsEndSomewhere) {
  stage.book({{"r/loop.md",
               "---\nwhen: alert=\"Loop\"\nautomatic: true\n---\n## A {#a}\n```command\ntrue\n```\n"
               "then: [b](#b)\n## B {#b}\n```command\ntrue\n```\nthen: [a](#a)\n"}});
  stage.open("x", {{"alertname", "Loop"}});
  for (int i = 0; i < 100 && get_string(run(1), "state") == "running"; ++i) { stage.settle(); }
  EXPECT_EQ(state_of(1), "escalated");
}

TEST_F(RunbookDeciderTest, SuggestsWhatMatchesAndWhatSpeaksOfIt) {
  stage.book({{"r/heartbeats.md", kHeartbeats},
              {"r/signaling.md", "---\nsymptoms: [memory of signaling grows]\n---\n"},
              {"r/other.md", "# Something else entirely\n"}});
  stage.open("datajs", stalled());
  const json::array matched = stage.view("suggest/1").as_array();
  ASSERT_EQ(matched.size(), 1u);
  EXPECT_EQ(get_string(matched[0].as_object(), "why"),
            "for alert=\"HeartbeatStalled\", stage=\"datajs\"");
  stage.feed(IncidentOpened{.incident = IncidentId{9},
                            .title = "Free memory is low",
                            .service = "signaling",
                            .labels = {},
                            .muted_by = "x"});
  const json::array found = stage.view("suggest/9").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(get_string(found[0].as_object(), "id"), "signaling");
}

TEST_F(RunbookDeciderTest, SuggestsWhatMatchesAnAlertThatJoinedLater) {
  stage.book({{"r/heartbeats.md", kHeartbeats}});
  stage.feed(IncidentOpened{
      .incident = IncidentId{9}, .title = "x", .labels = {{"alertname", "X"}}, .muted_by = "y"});
  EXPECT_TRUE(stage.view("suggest/9").as_array().empty());
  stage.feed(AlertAttached{
      .incident = IncidentId{9}, .fingerprint = "v", .victim = true, .labels = stalled()});
  EXPECT_TRUE(stage.view("suggest/9").as_array().empty()) << "a victim says nothing of the cause";
  stage.feed(AlertAttached{.incident = IncidentId{9}, .fingerprint = "b", .labels = stalled()});
  const json::array found = stage.view("suggest/9").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(get_string(found[0].as_object(), "id"), "heartbeats");
}

TEST_F(RunbookDeciderTest, DryRunShowsTextsAndWhatTheGuardWouldSay) {
  stage.open("datajs", stalled());
  const json::object dry = stage.view("dry-run/heartbeats?incident=1").as_object();
  EXPECT_EQ(get_array(dry, "steps")->size(), 3u);
  EXPECT_FALSE(get_bool(*get_object(dry, "guard"), "allowed"));
  EXPECT_TRUE(get_array(dry, "missing")->empty());
  EXPECT_EQ(to_text(*stage.view("dry-run/heartbeats").as_object().if_contains("missing")),
            R"(["labels.stage"])")
      << "without the incident nothing fills its labels";
  EXPECT_TRUE(stage.view("dry-run/nothing").is_null());
  const json::object whole = stage.view("runbooks/heartbeats").as_object();
  EXPECT_TRUE(contains(get_string(whole, "html"), "<h2 id=\"restart\">Restart the enricher</h2>"))
      << get_string(whole, "html");
}

TEST_F(RunbookDeciderTest, KeepsTheNewestRunsOnly) {
  stage.without_twins();
  stage.book({{"r/one.md", "# One\n```sh\ntrue\n```\n"}});
  for (int i = 0; i < 205; ++i) {
    stage.feed(RunAsked{.runbook = "one#start", .incident = {}, .params = {}, .who = "ana"});
    stage.settle(Outcome::ok, "exit 0");
  }
  EXPECT_EQ(stage.view("runs").as_array().size(), kRunsKept);
}

/// Whatever happens in whatever order: an unmuted open incident has a run, a wait or a page; a
/// step that was done never runs again; snapshots restore to themselves (Stage checks).
TEST_F(RunbookDeciderTest, NoOrderOfEventsLosesAnIncidentOrRepeatsAnAttempt) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Stage world;
    world.book({{"runbooks/heartbeats.md", kHeartbeats}});
    Random random(seed);
    std::set<std::string> attempts;
    std::set<uint64_t> open;
    for (int i = 0; i < 120; ++i) {
      const size_t before = world.steps_performed();
      switch (random.below(9)) {
        case 0:
          open.insert(world.open(random.chance(0.5) ? "datajs" : "kafka", stalled()).value);
          break;
        case 1:
          world.settle(Outcome::ok);
          break;
        case 2:
          world.settle(Outcome::failed, "no");
          break;
        case 3:
          world.settle(Outcome::unknown, "cut");
          break;
        case 4:
          world.forward(Millis{random.between(1, 40 * 60'000)});
          break;
        case 5:
          world.feed(StepAnswered{RunId{1 + random.below(8)},
                                  random.chance(0.5) ? "restart" : "empty",
                                  random.chance(0.5) ? "done" : "again", "ana", "web"});
          break;
        case 6:
          world.feed(RunCancelAsked{RunId{1 + random.below(8)}, "ana", "web"});
          break;
        case 7:
          world.feed(DaemonStarted{"0.1"});
          break;
        case 8:
          if (!open.empty() && random.chance(0.3)) {
            const uint64_t id = *open.begin();
            open.erase(open.begin());
            world.feed(IncidentResolved{.incident = IncidentId{id}, .why = "over"});
          }
          break;
      }
      if (world.steps_performed() > before) {
        EXPECT_TRUE(attempts.insert(world.step().id.text).second) << world.step().id.text;
      }
    }
    const Result<State> state = decode<State>(world.decider().snapshot());
    ASSERT_TRUE(state);
    for (const uint64_t id : open) {
      const KnownIncident& incident = state->incidents.at(IncidentId{id});
      const bool run = std::any_of(state->runs.begin(), state->runs.end(), [&](const auto& each) {
        return each.second.in_progress() && each.second.incident.value == id;
      });
      EXPECT_TRUE(incident.paged || run || incident.settle_by) << id;
    }
  }
}

}  // namespace
}  // namespace vigie::runbook
