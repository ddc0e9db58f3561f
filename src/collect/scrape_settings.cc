#include "collect/scrape_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/utf8.h"
#include "collect/scrape_fields.h"
#include "collect/tables.h"
#include "collect/target.h"
#include "config/values.h"

namespace vigie::collect {

namespace {

using config::Node;
using config::Problems;
using config::Settings;

constexpr Millis kIntervalDefault = 1min;
constexpr Millis kTimeoutDefault = 10s;
/// Even without a body_size_limit one answer may not take the machine's memory.
constexpr uint64_t kBodyMax = 256ULL << 20;

constexpr config::Field kFileDiscovery[] = {
    {.name = "files",
     .type = config::FieldType::strings,
     .help = "paths that end in .json, .yml or .yaml; * in the last part",
     .required = true},
    {.name = "refresh_interval",
     .type = config::FieldType::duration,
     .help = "how often they are read at least",
     .fallback = "5m"},
};
constexpr config::Field kTargetGroup[] = {
    {.name = "targets", .type = config::FieldType::strings, .help = "host:port of each target"},
    {.name = "labels", .type = config::FieldType::any, .help = "labels of all of them, as a map"},
};
/// For the reference: the keys that are read below, one by one, since the section has others.
constexpr config::Field kGlobal[] = {
    {.name = "scrape_interval",
     .type = config::FieldType::duration,
     .help = "time between two scrapes of a job that does not say",
     .fallback = "1m"},
    {.name = "scrape_timeout",
     .type = config::FieldType::duration,
     .help = "how long one scrape may take, at most the interval",
     .fallback = "10s"},
    {.name = "sample_limit",
     .type = config::FieldType::integer,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "label_limit",
     .type = config::FieldType::integer,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "label_name_length_limit",
     .type = config::FieldType::integer,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "label_value_length_limit",
     .type = config::FieldType::integer,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "target_limit",
     .type = config::FieldType::integer,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "body_size_limit",
     .type = config::FieldType::bytes,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "extra_scrape_metrics",
     .type = config::FieldType::boolean,
     .help = "the job's key of this name, for jobs without it"},
    {.name = "metric_name_validation_scheme",
     .help = "the job's key of this name, for jobs without it"},
    {.name = "metric_name_escaping_scheme",
     .help = "the job's key of this name, for jobs without it"},
};

/// What `global` says for every job.
struct Global {
  Millis interval = kIntervalDefault;
  Millis timeout = kTimeoutDefault;
  Node node;
};

Millis read_duration(const Node& node, std::string_view key, Millis fallback, Problems& problems) {
  const Node value = node[key];
  if (value.is_null()) { return fallback; }
  const Result<Millis> read = parse_duration(value.text());
  if (!read || read->count() < 0) {
    problems.error(value.place(), fmt::format("{} must be a duration such as 15s, not \"{}\"", key,
                                              value.shown()));
    return fallback;
  }
  return read->count() == 0 ? fallback : *read;
}

Global read_global(const Node& root, Problems& problems) {
  Global global;
  global.node = root["global"];
  global.interval = read_duration(global.node, "scrape_interval", kIntervalDefault, problems);
  const bool written = !global.node["scrape_timeout"].is_null();
  global.timeout = read_duration(global.node, "scrape_timeout", kTimeoutDefault, problems);
  if (global.timeout > global.interval) {
    if (written) {
      problems.error(global.node["scrape_timeout"].place(),
                     "the global scrape_timeout is longer than the scrape_interval");
    }
    global.timeout = global.interval;
  }
  return global;
}

void read_pace(const Settings& settings, const Global& global, ScrapeSettings& out,
               Problems& problems) {
  const Millis interval = settings.duration("scrape_interval");
  out.interval = interval.count() > 0 ? interval : global.interval;
  const Millis timeout = settings.duration("scrape_timeout");
  if (timeout > out.interval) {
    problems.error(
        settings.place_of("scrape_timeout"),
        fmt::format("scrape_timeout is longer than the scrape_interval of job \"{}\"", out.job));
  }
  out.timeout = timeout.count() > 0 ? timeout : std::min(global.timeout, out.interval);
}

/// The job's own limit, or the global one; 0 is none.
uint64_t limit_of(const Settings& settings, const Global& global, std::string_view key,
                  Problems& problems) {
  if (settings.has(key)) {
    return static_cast<uint64_t>(std::max<int64_t>(settings.integer(key), 0));
  }
  const Node value = global.node[key];
  if (value.is_null()) { return 0; }
  const Result<int64_t> read = config::parse_integer(value.text());
  if (!read || *read < 0) {
    problems.error(value.place(), fmt::format("{} must be a whole number from 0", key));
    return 0;
  }
  return static_cast<uint64_t>(*read);
}

uint64_t body_limit(const Settings& settings, const Global& global, Problems& problems) {
  const Node value = settings.has("body_size_limit") ? settings.node("body_size_limit")
                                                     : global.node["body_size_limit"];
  if (value.is_null() || value.text() == "0") { return kBodyMax; }
  const bool bare = value.text().find_first_not_of("0123456789") == std::string::npos;
  const Result<int64_t> read = config::parse_bytes(value.text());
  if (bare || !read || *read < 0) {
    problems.error(
        value.place(),
        fmt::format("body_size_limit must be a size with its unit, not \"{}\"", value.shown()),
        "write it as 16MB");
    return kBodyMax;
  }
  return *read == 0 ? kBodyMax : std::min(static_cast<uint64_t>(*read), kBodyMax);
}

void read_limits(const Settings& settings, const Global& global, ScrapeLimits& limits,
                 Problems& problems) {
  limits.samples_max = limit_of(settings, global, "sample_limit", problems);
  limits.labels_max = limit_of(settings, global, "label_limit", problems);
  limits.label_name_bytes_max = limit_of(settings, global, "label_name_length_limit", problems);
  limits.label_value_bytes_max = limit_of(settings, global, "label_value_length_limit", problems);
  limits.targets_max = limit_of(settings, global, "target_limit", problems);
  limits.body_bytes_max = body_limit(settings, global, problems);
}

void read_params(const Node& node, ScrapeSettings& out, Problems& problems) {
  if (node.is_null()) { return; }
  for (const auto& [name, values] : node.entries()) {
    std::vector<std::string> texts;
    if (values.is_scalar()) { texts.push_back(values.text()); }
    for (const Node& value : values.items()) { texts.push_back(value.text()); }
    out.params.emplace_back(name.text(), std::move(texts));
  }
  if (!node.is_map()) { problems.error(node.place(), "params must be a map of names to lists"); }
  std::sort(out.params.begin(), out.params.end());
}

/// The Accept header for these protocols, best first, as Prometheus weighs them.
std::string accept_header(const std::vector<std::string>& protocols, std::string_view escaping) {
  std::string out;
  size_t weight = protocols.size() + 1;
  for (const std::string& name : protocols) {
    const std::string_view media =
        name == "OpenMetricsText1.0.0"   ? "application/openmetrics-text;version=1.0.0"
        : name == "OpenMetricsText0.0.1" ? "application/openmetrics-text;version=0.0.1"
        : name == "PrometheusText1.0.0"  ? "text/plain;version=1.0.0"
        : name == "PrometheusText0.0.4"  ? "text/plain;version=0.0.4"
                                         : "";
    if (media.empty()) { continue; }
    out += media;
    if (name.ends_with("1.0.0")) { out += fmt::format(";escaping={}", escaping); }
    out += fmt::format(";q=0.{},", std::min<size_t>(weight--, 9));
  }
  return out + fmt::format("*/*;q=0.{}", std::min<size_t>(weight, 9));
}

void read_protocols(const Settings& settings, const Global& global, ScrapeSettings& out,
                    Problems& problems) {
  static const std::vector<std::string> kUsual = {"OpenMetricsText1.0.0", "OpenMetricsText0.0.1",
                                                  "PrometheusText1.0.0", "PrometheusText0.0.4"};
  std::vector<std::string> protocols = settings.strings("scrape_protocols");
  for (const std::string& name : protocols) {
    if (name == "PrometheusProto" || std::count(kUsual.begin(), kUsual.end(), name) == 1) {
      continue;
    }
    problems.error(settings.place_of("scrape_protocols"),
                   fmt::format("unknown scrape protocol \"{}\"", name),
                   config::did_you_mean(name, std::span<const std::string>(kUsual)));
  }
  if (protocols.empty()) { protocols = kUsual; }
  const auto scheme = [&](std::string_view key) {
    return settings.has(key) ? settings.text(key) : global.node[key].text();
  };
  std::string escaping = scheme("metric_name_escaping_scheme");
  const bool legacy = scheme("metric_name_validation_scheme") == "legacy";
  if (legacy && escaping == "allow-utf-8") {
    problems.error(settings.place(),
                   "metric_name_validation_scheme legacy cannot go with escaping allow-utf-8");
  }
  if (escaping.empty()) { escaping = legacy ? "underscores" : "allow-utf-8"; }
  out.accept = accept_header(protocols, escaping);
  const std::string fallback = settings.text("fallback_scrape_protocol");
  if (!fallback.empty()) {
    out.fallback = fallback.starts_with("Open") ? Grammar::openmetrics : Grammar::text;
  }
}

void read_file_discovery(const Node& node, ScrapeSettings& out, Problems& problems) {
  if (node.is_null()) { return; }
  for (const Node& item : node.items()) {
    const Settings settings = Settings::read(item, kFileDiscovery, problems);
    FileDiscovery discovery{settings.strings("files"), settings.duration("refresh_interval")};
    for (const std::string& path : discovery.patterns) {
      const size_t star = path.find('*');
      const bool typed = path.ends_with(".yml") || path.ends_with(".yaml") ||
                         path.ends_with(".json") || path.ends_with(".YML") ||
                         path.ends_with(".YAML") || path.ends_with(".JSON");
      const bool early = star != std::string::npos && path.find('/', star) != std::string::npos;
      if (!typed || early) {
        problems.error(settings.place_of("files"),
                       fmt::format("\"{}\" must end in .json, .yml or .yaml, with * only in its "
                                   "last part",
                                   path));
      }
    }
    out.files.push_back(std::move(discovery));
  }
}

void refuse_other_discovery(const Node& node, Problems& problems) {
  for (const std::string_view name : discoverers_lacking()) {
    if (!node.has(name)) { continue; }
    problems.error(node.place_of_key(name), fmt::format("{} is not in this release", name),
                   "use static_configs or file_sd_configs");
  }
}

void check_addresses(const Node& targets, Problems& problems) {
  for (const Node& target : targets.items()) {
    const Status good = check_target_address(target.text());
    if (good || !target.is_scalar()) { continue; }
    problems.error(target.place(), good.error().what,
                   target.text().find('/') == std::string::npos
                       ? "write it as host:port"
                       : "scheme and path have keys of their own");
  }
}

/// What decides how written series become labels; another text means another meaning.
std::string ingest_text(const ScrapeSettings& settings) {
  std::string out =
      fmt::format("{}{}{}", settings.ingest.honor_labels, settings.ingest.honor_timestamps,
                  settings.ingest.track_timestamps_staleness);
  for (const RelabelRule& rule : settings.ingest.metric_relabel) { out += rule.text; }
  return out;
}

ScrapeSettingsPtr read_scrape_config(const Node& node, const Global& global, Problems& problems) {
  auto out = std::make_shared<ScrapeSettings>();
  const Settings settings = Settings::read(node, scrape_fields(), problems);
  refuse_other_discovery(node, problems);
  out->job = settings.text("job_name");
  read_pace(settings, global, *out, problems);
  out->scheme = settings.text("scheme");
  if (out->scheme != "http" && out->scheme != "https") {
    problems.error(settings.place_of("scheme"), "scheme must be http or https");
  }
  out->path = settings.text("metrics_path");
  read_params(settings.node("params"), *out, problems);
  out->access = read_http_access(settings, problems);
  out->access.accept_gzip = settings.boolean("enable_compression");
  read_protocols(settings, global, *out, problems);
  const bool everywhere = global.node["extra_scrape_metrics"].text() == "true";
  out->extra_metrics =
      settings.has("extra_scrape_metrics") ? settings.boolean("extra_scrape_metrics") : everywhere;
  out->ingest.honor_labels = settings.boolean("honor_labels");
  out->ingest.honor_timestamps = settings.boolean("honor_timestamps");
  out->ingest.track_timestamps_staleness = settings.boolean("track_timestamps_staleness");
  read_limits(settings, global, out->ingest.limits, problems);
  out->relabel = read_relabel_rules(settings.node("relabel_configs"), "relabel_configs", problems);
  out->ingest.metric_relabel = read_relabel_rules(settings.node("metric_relabel_configs"),
                                                  "metric_relabel_configs", problems);
  out->groups = read_target_groups(settings.node("static_configs"), "static_configs",
                                   !out->relabel.empty(), problems);
  read_file_discovery(settings.node("file_sd_configs"), *out, problems);
  out->text = to_text(node.to_json()) + to_text(global.node.to_json());
  out->ingest_text = ingest_text(*out);
  return out;
}

}  // namespace

std::span<const config::Field> file_discovery_fields() {
  return kFileDiscovery;
}
std::span<const config::Field> target_group_fields() {
  return kTargetGroup;
}
std::span<const config::Field> global_scrape_fields() {
  return kGlobal;
}

std::vector<TargetGroup> read_target_groups(const Node& node, std::string_view key, bool relabelled,
                                            Problems& problems) {
  std::vector<TargetGroup> groups;
  if (node.is_null()) { return groups; }
  if (!node.is_sequence()) {
    problems.error(node.place(), fmt::format("{} must be a list", key));
    return groups;
  }
  for (const Node& item : node.items()) {
    if (!item.is_map()) {
      problems.error(item.place(), fmt::format("an empty entry in {}", key));
      continue;
    }
    const Settings settings = Settings::read(item, kTargetGroup, problems);
    TargetGroup group{settings.strings("targets"), {}};
    if (!relabelled) { check_addresses(settings.node("targets"), problems); }
    for (const auto& [name, value] : settings.node("labels").entries()) {
      if (name.text().empty() || !is_utf8(name.text()) || !value.is_scalar() ||
          !is_utf8(value.text())) {
        problems.error(name.place(), "a label needs a name and a text, both in UTF-8");
        continue;
      }
      group.labels.emplace_back(name.text(), value.text());
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<ScrapeSettingsPtr> read_scrape_configs(const Node& root, Problems& problems) {
  std::vector<ScrapeSettingsPtr> out;
  const Global global = read_global(root, problems);
  const Node list = root["scrape_configs"];
  if (!list.is_null() && !list.is_sequence()) {
    problems.error(list.place(), "scrape_configs must be a list");
  }
  std::set<std::string> jobs;
  for (const Node& item : list.items()) {
    if (!item.is_map()) {
      problems.error(item.place(), "an empty entry in scrape_configs");
      continue;
    }
    out.push_back(read_scrape_config(item, global, problems));
    const std::string& job = out.back()->job;
    if (!job.empty() && !jobs.insert(job).second) {
      problems.error(item["job_name"].place(), fmt::format("two jobs are called \"{}\"", job));
    }
  }
  return out;
}

}  // namespace vigie::collect
