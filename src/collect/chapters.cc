// What the reference of the book says about scrapes, probes, collectors, fleets and robots.
#include <fmt/core.h>

#include "collect/collect.h"
#include "collect/http_access.h"
#include "collect/http_check.h"
#include "collect/probe_kind.h"
#include "collect/scrape_settings.h"
#include "collect/tables.h"
#include "config/reference.h"

namespace vigie::collect {

namespace {

using config::Chapter;

constexpr std::string_view kAccess = "HTTP access";

std::string probe_path(const ProbeKind& kind) {
  return fmt::format("probes[].{}", kind.name);
}

void add_health(std::vector<Chapter>& out) {
  Chapter chapter{
      .path = "services.NAME.health[]",
      .words = R"(A service is healthy when all of its checks succeed, and unhealthy when
one of them failed `retries` times in a row. A check is the key of one kind of probe with what that
probe needs, and the keys below; its samples carry the label `service`.)",
      .fields = health_entry_fields()};
  for (const ProbeKind* kind : probe_kinds()) {
    chapter.see.emplace_back(kind->name, fmt::format("`{}`", probe_path(*kind)));
  }
  out.push_back(std::move(chapter));
}

void add_robots(std::vector<Chapter>& out) {
  const std::string http = "`probes[].http`";
  out.push_back({.path = "chains.NAME.robot",
                 .words = R"(A robot sends a marked message through the chain again and again, and
asks each stage that it expects to show it. `{{id}}` is the message's name and `{{now}}` the instant
it was sent, in every text here.)",
                 .fields = robot_fields()});
  for (const config::Field& field : robot_fields()) {
    if (field.name != "send") { continue; }
    out.push_back({.path = "chains.NAME.robot.send",
                   .words = "Either `http` or `kafka`.",
                   .fields = field.fields,
                   .see = {{"http", http}}});
  }
  out.push_back(
      {.path = "chains.NAME.robot.expect[]",
       .words = R"(A stage is asked until it shows the message, at most for twice its time.
`http` is a URL, or a map with the keys of a probe.)",
       .fields = expect_fields(),
       .see = {{"http", http}}});
}

void add_probes(std::vector<Chapter>& out) {
  out.push_back({.path = "probes[]",
                 .words = R"(Checks of no service. Each names one kind of probe and what that needs;
every look gives `probe_success`, `probe_duration_seconds` and what the kind adds, with
blackbox_exporter's names, under the labels `probe` and those given.)",
                 .fields = probe_entry_fields(),
                 .example = R"(probes:
  - name: shop
    every: 30s
    labels: {team: core}
    http: {url: "https://shop.example.org/", expires-after: 14d})"});
  for (const ProbeKind* kind : probe_kinds()) {
    std::string words(kind->summary);
    words += '.';
    if (!kind->shorthand.empty()) {
      words += fmt::format(" A lone value stands for `{}`.", kind->shorthand);
    }
    out.push_back({.path = probe_path(*kind),
                   .words = std::move(words),
                   .fields = kind->fields,
                   .example = fmt::format("probes:\n  - name: example-{0}\n    {0}: {1}",
                                          kind->name, kind->example)});
  }
  out.push_back({.path = "probes[].http.access",
                 .title = std::string(kAccess),
                 .words = R"(How somebody is asked over HTTP: keys of `http` probes, of checks and
robots that ask by HTTP, and of `scrape_configs`. At most one of `basic_auth`, `authorization` and
`bearer_token` may be written. Files are named relative to the book and read again at each use.)",
                 .fields = http_access_fields(),
                 .shared = true});
}

void add_collectors(std::vector<Chapter>& out) {
  out.push_back(
      {.path = "collectors.NAME",
       .words = R"(All of them run unless they are switched off: `host: false` is short for
`host: {enabled: false}`.)",
       .fields = collector_fields()});
  for (const CollectorKind* kind : collector_kinds()) {
    out.push_back({.path = fmt::format("collectors.{}", kind->name),
                   .words = fmt::format("{}.", kind->summary),
                   .fields = kind->fields,
                   .example = fmt::format("collectors:\n  {}: {}", kind->name, kind->example)});
  }
}

void add_scrapes(std::vector<Chapter>& out) {
  out.push_back({.path = "global",
                 .words = R"(Keys of Prometheus' and of Alertmanager's `global`; each part of Vigie
reads its own. Those below are for [scrapes](#scrape_configs).)",
                 .fields = global_scrape_fields()});
  out.push_back(
      {.path = "scrape_configs[]",
       .words = R"(Prometheus 3's grammar. What this release cannot do is refused, never
left out silently.)",
       .fields = scrape_fields(),
       .example = R"(scrape_configs:
  - job_name: node
    scrape_interval: 15s
    static_configs:
      - {targets: ["db-1:9100", "db-2:9100"], labels: {role: db}}
    file_sd_configs:
      - {files: [targets/*.json], refresh_interval: 1m}
    relabel_configs:
      - {source_labels: [__address__], regex: "(.+):.+", target_label: host}
    metric_relabel_configs:
      - {source_labels: [__name__], regex: "go_.*", action: drop})",
       .see = {{"relabel_configs", "Relabeling"}, {"metric_relabel_configs", "Relabeling"}}});
  out.push_back({.path = "scrape_configs[].static_configs[]", .fields = target_group_fields()});
  out.push_back({.path = "scrape_configs[].file_sd_configs[]",
                 .words = "The files hold lists of what may stand in `static_configs`.",
                 .fields = file_discovery_fields()});
  out.push_back(
      {.path = "scrape_configs[].relabel_configs[]",
       .title = "Relabeling",
       .words = R"(Rules of `relabel_configs`, over a target's labels before it is scraped,
and of `metric_relabel_configs`, over the labels of each sample. A rule sees what those before it
left.)",
       .fields = relabel_fields()});
}

}  // namespace

std::vector<Chapter> book_chapters() {
  std::vector<Chapter> out;
  add_health(out);
  add_robots(out);
  out.push_back({.path = "fleets.NAME",
                 .words = R"(Devices that report in: each heartbeat is a POST to
`/hooks/heartbeat/FLEET/DEVICE`. Counted are those that are heard and those that fell silent.)",
                 .fields = fleet_fields(),
                 .example = R"(fleets:
  gateways: {inactive-after: 10m, degraded-above: 0.05, intake: [{http: true}]})"});
  add_probes(out);
  add_collectors(out);
  add_scrapes(out);
  return out;
}

}  // namespace vigie::collect
