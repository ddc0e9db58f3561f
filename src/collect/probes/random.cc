#include "base/random.h"

#include <fmt/core.h>

#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "failing",
     .type = FieldType::number,
     .help = "the share of looks that fail",
     .fallback = "0.5",
     .least = 0,
     .most = 1},
    {.name = "seed",
     .type = FieldType::integer,
     .help = "the same seed gives the same sequence",
     .fallback = "1",
     .least = 0},
};

class RandomProbe final : public Probe {
 public:
  RandomProbe(double failing, uint64_t seed) : failing_(failing), random_(seed) {}
  Task<ProbeOutcome> run(MonoTime) override {
    ProbeOutcome out;
    const double drawn = random_.unit();
    out.success = drawn >= failing_;
    out.why = fmt::format("drew {:.3f}", drawn);
    co_return out;
  }

 private:
  const double failing_;
  Random random_;
};

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext, config::Problems&) {
  return std::make_unique<RandomProbe>(settings.number("failing"),
                                       static_cast<uint64_t>(settings.integer("seed")));
}

}  // namespace

extern const ProbeKind random_probe;
const ProbeKind random_probe{
    .name = "random",
    .summary = "Fails by chance, in a sequence that its seed decides; for rehearsals",
    .since = "0.1",
    .trust = Trust::own,
    .fields = kFields,
    .shorthand = "failing",
    .example = "{failing: 0.1, seed: 7}",
    .make = &make,
};

}  // namespace vigie::collect
