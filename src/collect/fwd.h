#pragma once

namespace vigie::collect {

class Collect;
struct CollectDeps;
struct Fact;
struct FleetChanged;
struct Series;
struct ScrapedSample;
struct ProbeKind;
struct CollectorKind;
struct UnitProcess;

}  // namespace vigie::collect
