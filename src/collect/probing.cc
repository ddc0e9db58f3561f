#include "collect/probing.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"

namespace vigie::collect {

/// One probe that runs; its judgement outlives changes of the book.
class Probing::Round final : public Job {
 public:
  Round(Probing& probing, ProbeEntry entry)
      : probing_(probing),
        health_(entry.health, probing.loop_.clock().wall()),
        target_(labels_of(entry), probing.sink_) {
    entry_ = std::move(entry);
  }

  void set_probe(std::shared_ptr<Probe> probe) { probe_ = std::move(probe); }
  void set_entry(ProbeEntry entry) {
    health_.set_rule(entry.health);
    entry_ = std::move(entry);
  }

  Pace pace() const override {
    const bool eager = !entry_.service.empty() && health_.undecided();
    const Millis every =
        eager ? std::min(entry_.every, entry_.health.start_interval) : entry_.every;
    return {.every = every, .seed = target_.labels().hash(), .at_once = true};
  }
  Task<void> round(WallTime at) override;
  void ended(WallTime at) override { target_.end(at); }

  static Labels labels_of(const ProbeEntry& entry) {
    Labels labels = entry.labels;
    labels.set("job", "probe");
    labels.set("probe", entry.name);
    labels.set("service", entry.service);
    return labels;
  }

  const ProbeEntry& entry() const { return entry_; }
  HealthState& health() { return health_; }
  const HealthState& health() const { return health_; }
  bool failing() const { return looked_ && !last_success_; }
  uint64_t rounds() const { return rounds_; }
  json::object to_json() const;

 private:
  void note(const ProbeOutcome& outcome, WallTime at, double took);

  Probing& probing_;
  ProbeEntry entry_;
  std::shared_ptr<Probe> probe_;
  HealthState health_;
  TextTarget target_;
  bool looked_ = false, last_success_ = false;
  std::string why_;
  WallTime since_{}, last_at_{};
  double took_ = 0;
  uint64_t rounds_ = 0;
};

// The samples say that a probe fails, this says why: to the log when it changes, to the API always.
void Probing::Round::note(const ProbeOutcome& outcome, WallTime at, double took) {
  const bool changed = !looked_ || outcome.success != last_success_;
  if (changed) { since_ = at; }
  if (changed && !outcome.success) {
    log::warn("collect", "probe {} fails: {}", entry_.name, outcome.why);
  } else if (changed && looked_) {
    log::info("collect", "probe {} is good again: {}", entry_.name, outcome.why);
  }
  looked_ = true;
  last_success_ = outcome.success;
  why_ = outcome.why;
  last_at_ = at;
  took_ = took;
  ++rounds_;
}

json::object Probing::Round::to_json() const {
  json::object labels;
  for (const auto& [name, value] : entry_.labels) { labels[name] = value; }
  json::object out;
  out["name"] = entry_.name;
  out["kind"] = entry_.kind->name;
  out["service"] = entry_.service.empty() ? json::value(nullptr) : json::value(entry_.service);
  out["labels"] = std::move(labels);
  out["ok"] = looked_ ? json::value(last_success_) : json::value(nullptr);
  out["why"] = why_;
  out["since"] = looked_ ? json::value(rfc3339(since_)) : json::value(nullptr);
  out["last_at"] = looked_ ? json::value(rfc3339(last_at_)) : json::value(nullptr);
  out["took_seconds"] = took_;
  return out;
}

Task<void> Probing::Round::round(WallTime at) {
  if (probing_.stopped_.contains(entry_.service)) { co_return; }
  const Clock& clock = probing_.loop_.clock();
  const MonoTime began = clock.mono();
  // The book may change while we look; the probe must last as long as the look.
  const std::shared_ptr<Probe> probe = probe_;
  ProbeOutcome outcome = co_await probe->run(began + Nanos(entry_.timeout));
  const bool cancelled = co_await BeingCancelled{};
  const bool stopped = probing_.stopped_.contains(entry_.service);
  if (cancelled || stopped || probe != probe_) { co_return; }
  const double took = std::chrono::duration<double>(clock.mono() - began).count();
  outcome.samples.gauge("probe_success", "Whether the probe found what it should.",
                        outcome.success ? 1 : 0);
  outcome.samples.gauge("probe_duration_seconds", "How long the probe took.", took);
  // What does not count yet is not written either: a rule over probe_success would take a service
  // that has only just been started for one that is down.
  const bool counts = entry_.service.empty() || outcome.success || !health_.forgives(clock.wall());
  if (counts) { target_.accept(outcome.samples.text(), at); }
  note(outcome, clock.wall(), took);
  if (entry_.service.empty()) { co_return; }
  if (health_.look(outcome.success, outcome.why, clock.wall())) { probing_.judged(entry_.service); }
}

Probing::Probing(Loop& loop, Rounds& rounds, net::HttpClient& http, SampleSink sink, FactSink facts)
    : loop_(loop), rounds_(rounds), http_(http), sink_(std::move(sink)), facts_(std::move(facts)) {}

Probing::~Probing() = default;

void Probing::adopt(std::vector<ProbeEntry> entries, const config::Secrets& secrets) {
  std::map<std::string, std::shared_ptr<Round>> before = std::exchange(probes_, {});
  for (ProbeEntry& entry : entries) {
    const std::string name = entry.name;
    const auto known = before.find(name);
    std::shared_ptr<Round>& round = probes_[name];
    const bool same_series = known != before.end() &&
                             Round::labels_of(known->second->entry()) == Round::labels_of(entry);
    const bool same_text = same_series && known->second->entry().text == entry.text;
    if (same_series) {
      round = std::move(known->second);
      before.erase(known);
    }
    // Made anew even when nothing was written differently: a secret may have changed.
    config::Problems ignored;
    std::shared_ptr<Probe> probe =
        make_probe(*entry.kind, entry.settings, {loop_, http_, secrets}, ignored);
    if (probe == nullptr) { continue; }
    if (round == nullptr) {
      round = std::make_shared<Round>(*this, std::move(entry));
    } else if (!same_text) {
      round->set_entry(std::move(entry));
    }
    round->set_probe(std::move(probe));
    if (!same_text) { rounds_.start("probe/" + name, round); }
  }
  std::erase_if(probes_, [](const auto& item) { return item.second == nullptr; });
  for (const auto& [name, round] : before) {
    // A probe whose labels changed was started anew under the same key.
    if (probes_.count(name) == 0) {
      rounds_.end("probe/" + name);
    } else {
      round->ended(loop_.clock().wall());
    }
  }
  forget_unchecked();
  for (const std::string& service : services()) { judged(service); }
}

void Probing::forget_unchecked() {
  const std::vector<std::string> checked = services();
  std::erase_if(stopped_, [&](const std::string& service) {
    return std::find(checked.begin(), checked.end(), service) == checked.end();
  });
  std::erase_if(said_, [&](const auto& item) {
    if (std::find(checked.begin(), checked.end(), item.first) != checked.end()) { return false; }
    // Nobody may go on believing what was last said.
    if (item.second.health != Health::unknown) {
      facts_({loop_.clock().wall(),
              HealthChanged{item.first, Health::unknown, "no check looks at it any more"}});
    }
    return true;
  });
}

void Probing::judged(const std::string& service) {
  HealthChanged now;
  now.service = service;
  const bool stopped = stopped_.contains(service);
  if (stopped) {
    now.health = Health::unhealthy;
    now.why = "stopped by hand";
  }
  bool looked_at = false, undecided = false, any_starting = false;
  for (const auto& [name, round] : probes_) {
    if (round->entry().service != service) { continue; }
    looked_at = true;
    const HealthState& state = round->health();
    if (state.health() == Health::unhealthy && now.health != Health::unhealthy) {
      now.health = Health::unhealthy;
      now.why = fmt::format("{}: {}", round->entry().kind->name, state.why());
    }
    undecided |= state.undecided();
    any_starting |= state.health() == Health::starting;
  }
  // Where nobody looks, nobody says "healthy".
  if (!looked_at) { return; }
  if (now.health != Health::unhealthy) {
    if (undecided && !any_starting) { return; }
    now.health = undecided ? Health::starting : Health::healthy;
    now.why = undecided ? "started, not yet healthy" : "every check is good";
  }
  HealthChanged& said = said_[service];
  if (said.health == now.health && !(stopped && said.why != now.why)) { return; }
  said = now;
  facts_({loop_.clock().wall(), std::move(now)});
}

void Probing::stopped(const std::string& service) {
  const std::vector<std::string> checked = services();
  if (std::find(checked.begin(), checked.end(), service) == checked.end()) { return; }
  if (!stopped_.insert(service).second) { return; }
  for (const auto& [name, round] : probes_) {
    if (round->entry().service == service) { round->ended(loop_.clock().wall()); }
  }
  judged(service);
}

void Probing::restarted(const std::string& service) {
  stopped_.erase(service);
  for (const auto& [name, round] : probes_) {
    if (round->entry().service != service) { continue; }
    round->health().restart(loop_.clock().wall());
    rounds_.hurry("probe/" + name);
  }
  judged(service);
}

Health Probing::health(const std::string& service) const {
  const auto found = said_.find(service);
  return found == said_.end() ? Health::unknown : found->second.health;
}

std::vector<std::string> Probing::services() const {
  std::vector<std::string> out;
  for (const auto& [name, round] : probes_) {
    const std::string& service = round->entry().service;
    if (!service.empty() && std::find(out.begin(), out.end(), service) == out.end()) {
      out.push_back(service);
    }
  }
  return out;
}

json::array Probing::to_json() const {
  json::array out;
  for (const auto& [name, round] : probes_) { out.push_back(round->to_json()); }
  return out;
}

Probing::Telemetry Probing::telemetry() const {
  Telemetry out;
  out.probes = probes_.size();
  for (const auto& [name, round] : probes_) {
    out.failing += round->failing() ? 1 : 0;
    out.rounds += round->rounds();
  }
  return out;
}

}  // namespace vigie::collect
