#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "success",
     .type = FieldType::boolean,
     .help = "what every look finds",
     .fallback = "true"},
    {.name = "why", .help = "what it says", .fallback = "as it was told"},
};

class DummyProbe final : public Probe {
 public:
  DummyProbe(bool success, std::string why) : success_(success), why_(std::move(why)) {}
  Task<ProbeOutcome> run(MonoTime) override {
    ProbeOutcome out;
    out.success = success_;
    out.why = why_;
    co_return out;
  }

 private:
  const bool success_;
  const std::string why_;
};

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext, config::Problems&) {
  return std::make_unique<DummyProbe>(settings.boolean("success"), settings.text("why"));
}

}  // namespace

extern const ProbeKind dummy_probe;
const ProbeKind dummy_probe{
    .name = "dummy",
    .summary = "Finds what it is told to find; for rehearsals",
    .since = "0.1",
    .trust = Trust::own,
    .fields = kFields,
    .shorthand = "success",
    .example = "{success: false, why: the drill has begun}",
    .make = &make,
};

}  // namespace vigie::collect
