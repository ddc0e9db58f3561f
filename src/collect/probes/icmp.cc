#include "collect/peer_facts.h"
#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;

constexpr Field kFields[] = {
    {.name = "host", .help = "who is asked", .required = true, .example = "192.0.2.1"},
};

class IcmpProbe final : public Probe {
 public:
  IcmpProbe(std::string host, ProbeContext context)
      : host_(std::move(host)), context_(std::move(context)) {}

  Task<ProbeOutcome> run(MonoTime deadline) override {
    ProbeOutcome out;
    const MonoTime began = context_.loop.clock().mono();
    const Result<std::vector<std::string>> found =
        co_await net::resolve(context_.loop, host_, deadline);
    if (!found || found->empty()) {
      out.why = found ? host_ + " has no address" : found.error().what;
      co_return out;
    }
    const Nanos looked_up = context_.loop.clock().mono() - began;
    tell_lookup(looked_up, out.samples);
    tell_address(found->front(), out.samples);
    Result<Nanos> took = co_await net::ping(context_.loop, found->front(), deadline);
    out.success = took.has_value();
    if (!took) {
      out.why = took.error().what;
      co_return out;
    }
    out.why = "answered";
    out.samples.family("probe_icmp_duration_seconds", "gauge", "Time of one echo, by phase.");
    out.samples.sample("probe_icmp_duration_seconds", {{"phase", "resolve"}},
                       std::chrono::duration<double>(looked_up).count());
    out.samples.sample("probe_icmp_duration_seconds", {{"phase", "rtt"}},
                       std::chrono::duration<double>(*took).count());
    co_return out;
  }

 private:
  const std::string host_;
  ProbeContext context_;
};

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems&) {
  return std::make_unique<IcmpProbe>(settings.text("host"), std::move(context));
}

}  // namespace

extern const ProbeKind icmp_probe;
const ProbeKind icmp_probe{
    .name = "icmp",
    .summary = "Sends one echo request; needs net.ipv4.ping_group_range or CAP_NET_RAW",
    .since = "0.1",
    .trust = Trust::hostile_peer,
    .fields = kFields,
    .shorthand = "host",
    .example = "{host: 127.0.0.1}",
    .make = &make,
};

}  // namespace vigie::collect
