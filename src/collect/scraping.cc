#include "collect/scraping.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"

namespace vigie::collect {

namespace {

// A HELP text as it was meant, without the format's escapes.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\\' || next == 'n' || next == '"') {
      out += next == 'n' ? '\n' : next;
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string key_of(const std::string& job, uint64_t hash) {
  return fmt::format("scrape/{}/{:016x}", job, hash);
}

}  // namespace

void Scraping::adopt(std::vector<ScrapeSettingsPtr> jobs, const config::Secrets& secrets) {
  context_ = std::make_shared<const ScrapeContext>(ScrapeContext{loop_, fetch_, sink_, secrets});
  std::map<std::string, Pool> before = std::exchange(pools_, {});
  for (ScrapeSettingsPtr& settings : jobs) {
    const auto known = before.find(settings->job);
    Pool& pool = pools_[settings->job];
    if (known != before.end()) {
      pool = std::move(known->second);
      before.erase(known);
    }
    pool.settings = std::move(settings);
    pool.files.adopt(pool.settings->files, secrets.dir());
    pool.files.refresh(loop_.clock().mono());
    sync(pool);
  }
  for (auto& [job, pool] : before) {
    for (auto& [hash, target] : pool.targets) { end_target(job, hash, *target); }
  }
}

void Scraping::refresh(MonoTime now) {
  for (auto& [job, pool] : pools_) {
    if (pool.files.refresh(now)) { sync(pool); }
  }
}

void Scraping::end_target(const std::string& job, uint64_t hash, ScrapeJob& target) {
  ended_totals_ += target.totals();
  rounds_.end(key_of(job, hash));
}

void Scraping::sync(Pool& pool) {
  const ScrapeSettings& settings = *pool.settings;
  TargetList list;
  for (const TargetGroup& group : settings.groups) { add_targets(settings, group, "", list); }
  for (const auto& [path, groups] : pool.files.groups()) {
    for (const TargetGroup& group : groups) { add_targets(settings, group, path, list); }
  }
  for (const std::string& what : list.errors) {
    log::warn("collect", "job {}: {}", settings.job, what);
  }
  const uint64_t limit = settings.ingest.limits.targets_max;
  const bool too_many = limit != 0 && list.active.size() > limit;
  const std::string why = too_many
                              ? fmt::format("target_limit exceeded: {} targets, the limit is {}",
                                            list.active.size(), limit)
                              : "";
  std::map<uint64_t, std::shared_ptr<ScrapeJob>> before = std::exchange(pool.targets, {});
  for (Target& target : list.active) {
    const uint64_t hash = target.hash;
    const auto known = before.find(hash);
    std::shared_ptr<ScrapeJob>& job = pool.targets[hash];
    if (known == before.end()) {
      job = std::make_shared<ScrapeJob>(context_, pool.settings, std::move(target));
      rounds_.start(key_of(settings.job, hash), job);
    } else {
      job = std::move(known->second);
      before.erase(known);
      const Millis interval = job->target().interval;
      job->adopt(context_, pool.settings, std::move(target), loop_.clock().wall());
      if (interval != job->target().interval) { rounds_.start(key_of(settings.job, hash), job); }
    }
    if (too_many) { job->refuse(why); }
  }
  for (auto& [hash, job] : before) { end_target(settings.job, hash, *job); }
  list.active.clear();
  pool.list = std::move(list);
}

json::object Scraping::targets_json(std::string_view state, std::string_view pool_name) const {
  json::array active, dropped;
  json::object counts;
  for (const auto& [name, pool] : pools_) {
    if (!pool_name.empty() && name != pool_name) { continue; }
    counts[name] = pool.list.dropped.size();
    if (state != "dropped") {
      for (const auto& [hash, job] : pool.targets) { active.push_back(job->to_json()); }
    }
    if (state == "active") { continue; }
    for (const Labels& labels : pool.list.dropped) {
      json::object discovered;
      for (const auto& [label, value] : labels) { discovered[label] = value; }
      dropped.push_back(
          json::object{{"discoveredLabels", std::move(discovered)}, {"scrapePool", name}});
    }
  }
  return {{"activeTargets", std::move(active)},
          {"droppedTargets", std::move(dropped)},
          {"droppedTargetCounts", std::move(counts)}};
}

json::object Scraping::metadata_json(std::string_view metric, size_t limit) const {
  json::object out;
  for (const auto& [name, pool] : pools_) {
    for (const auto& [hash, job] : pool.targets) {
      for (const auto& [family, metadata] : job->series().metadata()) {
        if (!metric.empty() && family != metric) { continue; }
        const json::object entry{{"type", name_of(metadata.type)},
                                 {"help", unescaped(metadata.help)},
                                 {"unit", metadata.unit}};
        if (out.if_contains(family) == nullptr) {
          if (limit != 0 && out.size() >= limit) { continue; }
          out[family] = json::array();
        }
        json::array& entries = out[family].as_array();
        if (std::find(entries.begin(), entries.end(), json::value(entry)) == entries.end()) {
          entries.push_back(entry);
        }
      }
    }
  }
  return out;
}

Scraping::Telemetry Scraping::telemetry() const {
  Telemetry out;
  out.totals = ended_totals_;
  for (const auto& [name, pool] : pools_) {
    out.targets += pool.targets.size();
    out.dropped += pool.list.dropped.size();
    out.discovery_errors += pool.files.errors();
    for (const auto& [hash, job] : pool.targets) {
      out.totals += job->totals();
      out.up += job->is_up() ? 1 : 0;
    }
  }
  return out;
}

}  // namespace vigie::collect
