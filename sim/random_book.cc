#include <fmt/core.h>

#include "daemon/book.h"
#include "sim/random_life.h"

namespace vigie::sim {

namespace {

constexpr const char* kPeople = R"(
name: simulated
timezone: Europe/Paris
global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
people:
  ana: {name: Ana, email: ana@example.org}
  ben: {name: Ben, email: ben@example.org, notify: [{via: email}, {via: terminal, after: 2m}]}
  cho: {name: Cho, email: cho@example.org}
teams:
  core: {members: [ana, ben, cho], escalation: core}
last-resort: [cho, ana]
)";

std::string rota(Random& random) {
  constexpr int kHours[] = {24, 72, 168, 9};
  return fmt::format(
      "schedules:\n  core: {{layers: [{{every: {}h, from: \"2026-01-05 09:00\", people: [ana, ben, "
      "cho]}}]}}\nescalations:\n  core:\n    levels: [{{page: [schedule core], wait: {}m}}, "
      "{{page: "
      "[schedule core next], wait: {}m}}, {{page: [cho], wait: 15m}}]\n    repeat: {}\n",
      kHours[random.below(4)], random.between(1, 10), random.between(1, 10), random.below(3));
}

std::string services(Random& random) {
  std::string out = "services:\n";
  for (int i = 0; i < 6; ++i) {
    out += fmt::format("  s{}:\n    team: core\n", i);
    if (i > 0 && random.chance(0.6)) {
      out += fmt::format("    needs: {{s{}: healthy}}\n", random.below(static_cast<uint64_t>(i)));
    }
    if (i < 3) { out += "    run: {process: {command: [\"/bin/true\"]}, restart: always}\n"; }
  }
  out += "chains:\n  line:\n    stages:\n";
  for (int i = 0; i < 5; ++i) {
    out += fmt::format("      - {{name: s{}, service: s{}, flow: \"flow{}\"}}\n", i, i, i);
  }
  return out;
}

std::string rules(Random& random) {
  std::string out = "rule_groups:\n- file: rules.yml\n  name: all\n  interval: 15s\n  rules:\n";
  for (int i = 0; i < 6; ++i) {
    out += fmt::format("  - alert: Down{}\n    expr: up{} == 0\n", i, i);
    if (random.chance(0.5)) { out += fmt::format("    for: {}s\n", random.between(5, 600)); }
    if (random.chance(0.3)) {
      out += fmt::format("    keep_firing_for: {}s\n", random.between(5, 300));
    }
    out += fmt::format("    labels: {{severity: {}, service: s{}}}\n",
                       i == 5               ? "info"
                       : random.chance(0.5) ? "critical"
                                            : "warning",
                       i);
    out += "    annotations: {summary: \"a service is down\"}\n";
  }
  out +=
      "  - alert: Stalled\n    expr: stalled > 0\n    labels: {severity: critical, chain: line}\n"
      "    annotations: {summary: \"the line stands still\"}\n";
  return out;
}

std::string routes(Random& random) {
  return fmt::format(
      "route: {{receiver: ops, group_by: [alertname], group_wait: {}s, group_interval: {}m, "
      "repeat_interval: {}h}}\nreceivers:\n- name: ops\n  webhook_configs: [{{url: "
      "\"http://127.0.0.1:1/hook\"}}]\n{}",
      random.between(0, 60), random.between(1, 5), random.between(1, 6),
      random.chance(0.5) ? "inhibit_rules:\n- {source_matchers: [alertname=\"Stalled\"], "
                           "target_matchers: [alertname=\"Down2\"]}\n"
                         : "");
}

/// A runbook that restarts, verifies, cleans, restarts once more and otherwise escalates.
std::string runbook(Random& random) {
  return fmt::format(R"(runbook_files:
- path: runbooks/restart.md
  text: |
    ---
    title: Restart what stands still
    when: alert="{}"
    automatic: true
    page: {}
    guard: {{cooldown: {}m, at-most: 2 per 6h, blast-radius: 1}}
    ---
    Restart it, then look.

    ## Restart {{#restart}}
    ```command repeat=safe timeout=30s
    true
    ```
    ```verify within=1m
    up > 0
    ```
    on failure: [clean](#clean)

    ## Clean {{#clean}}
    ```command
    true
    ```
    then: [restart](#restart) once, otherwise: escalate
)",
                     random.chance(0.5) ? "Stalled" : "Down1",
                     random.chance(0.3) ? "at-once" : "after", random.between(1, 30));
}

}  // namespace

config::Node random_book(Random& random) {
  const std::string text =
      kPeople + rota(random) + services(random) + rules(random) + routes(random) + runbook(random);
  config::Problems problems;
  config::Node book = config::parse_yaml(text, "random.yml", problems);
  config::Book checked;
  checked.root = book;
  daemon::check_rooms(checked, problems);
  ASSERT(problems.ok(), "a random book is wrong: {}\n{}", problems.text(), text);
  return book;
}

}  // namespace vigie::sim
