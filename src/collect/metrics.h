#pragma once

#include "collect/text_writer.h"

namespace vigie::collect {

class Scraping;
class Probing;
class Fleets;
class Robots;

/// The room's own telemetry: `vigie_collect_…` and `vigie_fleet_…`.
void append_collect_metrics(const Scraping& scraping, const Probing& probing, const Fleets& fleets,
                            const Robots& robots, TextWriter& out);

}  // namespace vigie::collect
