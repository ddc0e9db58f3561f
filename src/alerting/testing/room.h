#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alerting/alerting.h"
#include "base/json.h"
#include "config/book.h"
#include "model/codec.h"

namespace vigie::alerting {

inline constexpr std::string_view kBook = R"(
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
inline constexpr std::string_view kRepeated = R"({"retry":"later","repeat":true})";

// 2026-01-01T00:00Z: the night interval covers the first hour.
inline const WallTime kStart = wall_from_millis(1'767'225'600'000);

inline std::string book_json(std::string_view yaml) {
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
          placed.tentative = tentative_;
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
  bool tentative_ = false;
  bool restarts_ = true;  ///< Goes on with the restored twin after every event.
};

}  // namespace vigie::alerting
