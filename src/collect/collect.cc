#include "collect/collect.h"

#include "collect/collecting.h"
#include "collect/fleets.h"
#include "collect/metrics.h"
#include "collect/probing.h"
#include "collect/robots.h"
#include "collect/scraping.h"
#include "collect/self_process.h"

namespace vigie::collect {

namespace {

constexpr Millis kDiscoveryEvery = 5s;

/// The room's part of a book, read whole before anything changes.
struct Plan {
  std::vector<ScrapeSettingsPtr> scrapes;
  std::vector<CollectorEntry> collectors;
  std::vector<ProbeEntry> probes;
  std::vector<FleetSettings> fleets;
  std::vector<RobotSettings> robots;
};

Plan read_plan(const config::Node& root, const ProbeContext& context,
               const CollectorContext& collectors, config::Problems& problems) {
  Plan plan;
  plan.scrapes = read_scrape_configs(root, problems);
  plan.collectors = read_collectors(root, collectors, problems);
  plan.probes = read_probes(root, context, problems);
  plan.fleets = read_fleets(root, problems);
  plan.robots = read_robots(root, problems);
  return plan;
}

/// Discovery's own pace.
class DiscoveryRound final : public Job {
 public:
  DiscoveryRound(Scraping& scraping, const Clock& clock) : scraping_(scraping), clock_(clock) {}
  Pace pace() const override { return {.every = kDiscoveryEvery, .seed = 0}; }
  Task<void> round(WallTime) override {
    scraping_.refresh(clock_.mono());
    co_return;
  }

 private:
  Scraping& scraping_;
  const Clock& clock_;
};

Fetch fetch_through(net::HttpClient& http) {
  return [client = &http](net::HttpRequest request, net::HttpOptions options, MonoTime deadline) {
    return client->exchange(std::move(request), std::move(options), deadline);
  };
}

}  // namespace

struct Collect::Impl {
  explicit Impl(CollectDeps d)
      : deps(std::move(d)),
        http(deps.edge),
        rounds(deps.edge, Labels{{"host", deps.host_name}}.hash()),
        collector_context{deps.proc, deps.sys, deps.units},
        scraping(deps.edge, rounds, fetch_through(http), deps.samples),
        collecting(deps.edge, rounds, collector_context, deps.host_name, deps.samples),
        probing(deps.edge, rounds, http, deps.samples, deps.facts),
        fleets(deps.edge, rounds, deps.fleets_dir, deps.samples, deps.facts),
        robots(deps.edge, rounds, http, deps.samples, deps.facts) {}

  const CollectDeps deps;
  net::HttpClient http;
  Rounds rounds;
  const CollectorContext collector_context;
  Scraping scraping;
  Collecting collecting;
  Probing probing;
  Fleets fleets;
  Robots robots;
};

Collect::Collect(CollectDeps deps) : impl_(std::make_unique<Impl>(std::move(deps))) {}
Collect::~Collect() = default;

Status Collect::adopt(const config::Node& root, const config::Secrets& secrets,
                      config::Problems& problems) {
  const size_t before = problems.errors();
  Plan plan =
      read_plan(root, {impl_->deps.edge, impl_->http, secrets}, impl_->collector_context, problems);
  if (problems.errors() != before) {
    return error(Code::invalid, "the book's part about collecting has errors");
  }
  impl_->scraping.adopt(std::move(plan.scrapes), secrets);
  impl_->collecting.adopt(std::move(plan.collectors));
  impl_->probing.adopt(std::move(plan.probes), secrets);
  impl_->fleets.adopt(plan.fleets);
  impl_->robots.adopt(std::move(plan.robots), secrets);
  if (!impl_->rounds.has("discovery")) {
    impl_->rounds.start(
        "discovery", std::make_shared<DiscoveryRound>(impl_->scraping, impl_->deps.edge.clock()));
  }
  return ok();
}

Task<void> Collect::stop() {
  co_await impl_->rounds.stop();
  impl_->fleets.save_all();
  impl_->http.close_idle();
}

json::object Collect::targets_json(std::string_view state, std::string_view pool) const {
  return impl_->scraping.targets_json(state, pool);
}
json::object Collect::metadata_json(std::string_view metric, size_t limit) const {
  return impl_->scraping.metadata_json(metric, limit);
}
Status Collect::heartbeat(std::string_view fleet, std::string_view device, WallTime at) {
  return impl_->fleets.heartbeat(fleet, device, at);
}
Result<json::object> Collect::fleet_json(std::string_view name, bool inactive_only,
                                         size_t limit) const {
  return impl_->fleets.fleet_json(name, inactive_only, limit);
}
json::array Collect::fleets_json() const {
  return impl_->fleets.fleets_json();
}
json::array Collect::probes_json() const {
  return impl_->probing.to_json();
}
void Collect::service_restarted(const std::string& service) {
  impl_->probing.restarted(service);
}
void Collect::service_stopped(const std::string& service) {
  impl_->probing.stopped(service);
}
Health Collect::health(const std::string& service) const {
  return impl_->probing.health(service);
}
std::vector<std::string> Collect::checked_services() const {
  return impl_->probing.services();
}
bool Collect::run_robot(const std::string& chain) {
  return impl_->robots.hurry(chain);
}

void Collect::append_metrics(std::string& out) const {
  TextWriter text;
  append_self_process(impl_->deps.proc, text);
  append_collect_metrics(impl_->scraping, impl_->probing, impl_->fleets, impl_->robots, text);
  out += text.text();
}

void check_book(const config::Node& root, config::Problems& problems) {
  // Probes are made to see whether they can be; this loop never runs and its clock stands.
  const SimClock clock;
  Loop loop("check", clock);
  net::HttpClient http(loop);
  read_plan(root, {loop, http, config::Secrets()}, CollectorContext{}, problems);
}

}  // namespace vigie::collect
