#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "takes",
     .type = FieldType::duration,
     .help = "how long every look takes, at most its timeout",
     .fallback = "1h"},
};

class SleepyProbe final : public Probe {
 public:
  SleepyProbe(Millis takes, ProbeContext context) : takes_(takes), context_(std::move(context)) {}
  Task<ProbeOutcome> run(MonoTime deadline) override {
    ProbeOutcome out;
    const MonoTime awake = context_.loop.clock().mono() + Nanos(takes_);
    const MonoTime until = std::min(awake, deadline);
    Status slept = co_await context_.loop.sleep_until(until);
    out.success = slept.has_value() && awake <= deadline;
    out.why = !slept ? slept.error().what : out.success ? "slept well" : "the deadline passed";
    co_return out;
  }

 private:
  const Millis takes_;
  ProbeContext context_;
};

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems&) {
  return std::make_unique<SleepyProbe>(settings.duration("takes"), std::move(context));
}

}  // namespace

extern const ProbeKind sleepy_probe;
const ProbeKind sleepy_probe{
    .name = "sleepy",
    .summary = "Takes its time; for rehearsing timeouts",
    .since = "0.1",
    .trust = Trust::own,
    .fields = kFields,
    .shorthand = "takes",
    .example = "{takes: 2s}",
    .make = &make,
};

}  // namespace vigie::collect
