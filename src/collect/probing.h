#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "collect/facts.h"
#include "collect/health.h"
#include "collect/probe_kind.h"
#include "collect/rounds.h"
#include "collect/text_target.h"

namespace vigie::collect {

/// One entry of `probes`, or of a service's `health`, before it runs.
struct ProbeEntry {
  std::string name;     ///< Unique among probes; "datajs/http" for a service's check.
  std::string service;  ///< "" for a probe of no service.
  const ProbeKind* kind = nullptr;
  config::Node settings;
  Labels labels;
  Millis every{0}, timeout{0};
  HealthRule health;
  std::string text;  ///< The whole entry: equal text, equal behaviour.
};

/// Reads `probes` and every `services.X.health`; everything wrong goes to `problems`, also what
/// the kinds see in their settings. `context` makes probes for that check and drops them.
std::vector<ProbeEntry> read_probes(const config::Node& root, ProbeContext context,
                                    config::Problems& problems);

/// Runs probes at their pace, makes samples of each look and a judgement of each service.
/// Lives on: edge. Durable: nothing; after a start services are unknown until looked at.
class Probing {
 public:
  Probing(Loop& loop, Rounds& rounds, net::HttpClient& http, SampleSink sink, FactSink facts);
  ~Probing();

  /// Entries that stay as they are keep their phase and their count of failures.
  void adopt(std::vector<ProbeEntry> entries, const config::Secrets& secrets);
  /// The service was started again: it is `starting` anew, and looked at soon.
  void restarted(const std::string& service);
  /// A person stopped it: it is unhealthy and not looked at until it is restarted, and its series
  /// end, so that no rule takes what was wanted for a fault.
  void stopped(const std::string& service);
  Health health(const std::string& service) const;
  /// Names of services that have checks.
  std::vector<std::string> services() const;
  /// [{name, kind, service, labels, ok, why, since, last_at, took_seconds}], by name; of one that
  /// was never looked at ok and times are null.
  json::array to_json() const;
  struct Telemetry {
    size_t probes = 0, failing = 0;
    uint64_t rounds = 0;
  };
  Telemetry telemetry() const;

 private:
  class Round;
  void judged(const std::string& service);
  void forget_unchecked();

  Loop& loop_;
  Rounds& rounds_;
  net::HttpClient& http_;
  const SampleSink sink_;
  const FactSink facts_;
  std::map<std::string, std::shared_ptr<Round>> probes_;
  std::map<std::string, HealthChanged> said_;
  std::set<std::string> stopped_;
};

}  // namespace vigie::collect
