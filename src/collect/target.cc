#include "collect/target.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/values.h"
#include "net/net.h"

namespace vigie::collect {

namespace {

std::string full_url(const ScrapeSettings& settings, const Labels& labels) {
  std::string url = fmt::format("{}://{}{}", labels.get("__scheme__"), labels.get("__address__"),
                                labels.get("__metrics_path__"));
  auto params = settings.params;
  for (const auto& [name, value] : labels) {
    if (!name.starts_with("__param_")) { continue; }
    const std::string key = name.substr(8);
    const auto known = std::find_if(params.begin(), params.end(),
                                    [&key](const auto& p) { return p.first == key; });
    if (known == params.end()) {
      params.push_back({key, {value}});
    } else if (known->second.empty()) {
      known->second.push_back(value);
    } else {
      known->second.front() = value;
    }
  }
  std::sort(params.begin(), params.end());
  char before = '?';
  for (const auto& [name, values] : params) {
    for (const std::string& value : values) {
      url += before + net::url_encode(name) + "=" + net::url_encode(value);
      before = '&';
    }
  }
  return url;
}

Labels with_defaults(const ScrapeSettings& settings, Labels labels) {
  const auto add = [&labels](std::string_view name, std::string_view value) {
    if (!labels.has(name)) { labels.set(name, value); }
  };
  add("job", settings.job);
  add("__scrape_interval__", format_duration(settings.interval));
  add("__scrape_timeout__", format_duration(settings.timeout));
  add("__metrics_path__", settings.path);
  add("__scheme__", settings.scheme);
  for (const auto& [name, values] : settings.params) {
    if (!values.empty()) { add("__param_" + name, values.front()); }
  }
  return labels;
}

Status read_pace(const Labels& labels, Target& target) {
  VIGIE_TRY(target.interval, parse_duration(labels.get("__scrape_interval__")));
  VIGIE_TRY(target.timeout, parse_duration(labels.get("__scrape_timeout__")));
  if (target.interval.count() <= 0 || target.timeout.count() <= 0) {
    return error(Code::invalid, "scrape interval and timeout must be longer than nothing");
  }
  if (target.timeout > target.interval) {
    return error(Code::invalid,
                 fmt::format("scrape timeout {} is longer than the interval {}",
                             format_duration(target.timeout), format_duration(target.interval)));
  }
  return ok();
}

/// Nothing when relabeling drops it.
Result<std::optional<Target>> make_target(const ScrapeSettings& settings, Labels discovered) {
  Target target;
  target.discovered = std::move(discovered);
  Labels labels = target.discovered;
  if (!relabel(settings.relabel, labels)) { return std::optional<Target>(); }
  const std::string address(labels.get("__address__"));
  VIGIE_CHECK(check_target_address(address));
  Status paced = read_pace(labels, target).context(fmt::format("target {}", address));
  if (!paced) { return std::move(paced).error(); }
  if (!labels.has("instance")) { labels.set("instance", address); }
  std::vector<Labels::Pair> inner, shown;
  for (const auto& pair : labels) {
    if (pair.first.starts_with("__meta_")) { continue; }
    inner.push_back(pair);
    if (!pair.first.starts_with("__")) { shown.push_back(pair); }
  }
  target.url = full_url(settings, labels);
  target.labels = Labels(std::move(shown));
  Labels named(std::move(inner));
  // Pace is no part of a target's name: changing it must not make it a new target.
  named.erase("__scrape_interval__");
  named.erase("__scrape_timeout__");
  named.set("__vigie_url", target.url);
  target.hash = named.hash();
  return std::optional<Target>(std::move(target));
}

}  // namespace

Status check_target_address(std::string_view address) {
  if (address.empty()) { return error(Code::invalid, "a target without an address"); }
  // Without a port it is the scheme's.
  const size_t colon = address.rfind(':');
  const bool has_port = colon != std::string_view::npos && !address.ends_with(']');
  const auto parsed = config::parse_host_port(std::string(address) + (has_port ? "" : ":80"));
  if (parsed && !parsed->host.empty() && parsed->port != 0) { return ok(); }
  return error(Code::invalid, fmt::format("\"{}\" is not host:port", address));
}

void add_targets(const ScrapeSettings& settings, const TargetGroup& group,
                 const std::string& source, TargetList& out) {
  for (const std::string& address : group.addresses) {
    std::vector<Labels::Pair> pairs = group.labels;
    pairs.emplace_back("__address__", address);
    if (!source.empty()) { pairs.emplace_back("__meta_filepath", source); }
    Labels discovered = with_defaults(settings, Labels(std::move(pairs)));
    Result<std::optional<Target>> made = make_target(settings, discovered);
    if (!made) {
      out.errors.push_back(made.error().what);
      continue;
    }
    if (!made->has_value()) {
      out.dropped.push_back(std::move(discovered));
      continue;
    }
    const uint64_t hash = (*made)->hash;
    const bool known = std::any_of(out.active.begin(), out.active.end(),
                                   [hash](const Target& t) { return t.hash == hash; });
    if (!known) { out.active.push_back(std::move(**made)); }
  }
}

}  // namespace vigie::collect
