// What the reference of the book says about rules, routes, receivers and who is silent when.
#include "alerting/alerting.h"
#include "alerting/tables.h"
#include "config/reference.h"

namespace vigie::alerting {

namespace {

using config::Chapter;

void add_rules(std::vector<Chapter>& out) {
  out.push_back(
      {.path = "global",
       .title = "`global`: rules",
       .fields = global_rule_fields(),
       .example = "global:\n  evaluation_interval: 30s\n  external_labels: {site: north}"});
  out.push_back({.path = "rule_groups[]",
                 .words = R"(Groups of [rule files](#top-level-keys) have the same keys, under
`groups`. When rules are evaluated, and what a restart does to them, stands in
[alerting.md](alerting.md).)",
                 .fields = rule_group_fields(),
                 .example = R"(rule_groups:
  - name: heartbeats
    rules:
      - record: datajs:out:rate1m
        expr: sum(rate(datajs_out_total[1m]))
      - alert: HeartbeatStalled
        expr: datajs:out:rate1m == 0
        for: 1m
        labels: {severity: critical, chain: heartbeat}
        annotations: {summary: "no heartbeat reaches {{ $labels.chain }}"})"});
  out.push_back({.path = "rule_groups[].rules[]",
                 .words = R"(Either `alert` or `record`. Alerts belong to a chain by the label
`chain`, to a stage by `stage` as well, to a service by `service`; a name alone places nothing.)",
                 .fields = rule_fields()});
}

void add_routes(std::vector<Chapter>& out) {
  out.push_back(
      {.path = "route",
       .words = R"(Alertmanager's tree of routes, with `escalation` beside the receiver. The
first route takes every alert; one below it takes over what its matchers match, and inherits what it
does not say. A matcher is `label="text"`, `!=`, `=~` or `!~`; all of a list must hold. At most 30
levels. What differs from Alertmanager stands in [alerting.md](alerting.md#routes).)",
       .fields = route_fields(),
       .example = R"(route:
  receiver: hook
  group_by: [alertname, chain, service]
  escalation: core
  routes:
    - matchers: ['severity=~"info|none"']
      receiver: by-email
      active_time_intervals: [office-hours]
      group_wait: 5m)",
       .see = {{"routes", "`route`"}}});
  out.push_back({.path = "receivers[]",
                 .words = R"(A receiver without any list is told nothing. Kinds of Alertmanager that
this release does not send are understood, and the check warns of them.)",
                 .fields = receiver_fields(),
                 .example = R"(receivers:
  - name: hook
    webhook_configs:
      - {url: {env: HOOK_URL}, send_resolved: true})"});
}

void add_silence(std::vector<Chapter>& out) {
  out.push_back({.path = "inhibit_rules[]",
                 .words = R"(While an alert that the source matchers match is firing, those that
the target matchers match are told to nobody, when both have the same values of the labels in
`equal`.)",
                 .fields = inhibit_fields(),
                 .example = R"(inhibit_rules:
  - source_matchers: ['alertname="NodeMemoryUsageHigh"', 'severity="critical"']
    target_matchers: ['alertname="ServiceMemoryHigh"']
    equal: [instance])"});
  out.push_back({.path = "time_intervals[]",
                 .words = "`mute_time_intervals`, the older name, has the same keys.",
                 .fields = time_interval_fields(),
                 .example = R"(time_intervals:
  - name: office-hours
    time_intervals:
      - weekdays: ["monday:friday"]
        times: [{start_time: "09:00", end_time: "18:00"}]
        location: Europe/Paris)"});
  for (const config::Field& field : time_interval_fields()) {
    if (field.name != "time_intervals") { continue; }
    out.push_back({.path = "time_intervals[].time_intervals[]",
                   .words = R"(A stretch is on when everything written in it holds; an interval,
when one of its stretches is. Ranges are written `first:last`, both included; days of the month
count from the end when they are negative.)",
                   .fields = field.fields});
  }
}

}  // namespace

std::vector<Chapter> book_chapters() {
  std::vector<Chapter> out;
  add_rules(out);
  add_routes(out);
  add_silence(out);
  return out;
}

}  // namespace vigie::alerting
