#include "collect/metrics.h"

#include "collect/fleets.h"
#include "collect/probing.h"
#include "collect/robots.h"
#include "collect/scraping.h"

namespace vigie::collect {

void append_collect_metrics(const Scraping& scraping, const Probing& probing, const Fleets& fleets,
                            const Robots& robots, TextWriter& out) {
  const auto number = [](auto value) { return static_cast<double>(value); };
  const Scraping::Telemetry scrapes = scraping.telemetry();
  out.gauge("vigie_collect_targets", "Targets being scraped.", number(scrapes.targets));
  out.gauge("vigie_collect_targets_up", "Targets whose last scrape was good.", number(scrapes.up));
  out.gauge("vigie_collect_targets_dropped", "Targets that relabeling dropped.",
            number(scrapes.dropped));
  out.counter("vigie_collect_scrapes_total", "Scrapes done.", number(scrapes.totals.scrapes));
  out.counter("vigie_collect_scrapes_failed_total", "Scrapes that failed.",
              number(scrapes.totals.failed));
  out.counter("vigie_collect_samples_total", "Samples scraped.", number(scrapes.totals.samples));
  out.counter("vigie_collect_bytes_total", "Bytes scraped, after decompression.",
              number(scrapes.totals.bytes));
  out.counter("vigie_collect_refused_samples_total", "Samples that the store had no room for.",
              number(scrapes.totals.refused_samples));
  out.counter("vigie_collect_discovery_errors_total", "Discovery files that could not be read.",
              number(scrapes.discovery_errors));
  const Probing::Telemetry probes = probing.telemetry();
  out.gauge("vigie_collect_probes", "Probes and health checks.", number(probes.probes));
  out.gauge("vigie_collect_probes_failing", "Probes whose last look failed.",
            number(probes.failing));
  out.counter("vigie_collect_probe_rounds_total", "Looks taken.", number(probes.rounds));
  out.gauge("vigie_collect_robots", "Robots of chains.", number(robots.size()));
  fleets.append_metrics(out);
}

}  // namespace vigie::collect
