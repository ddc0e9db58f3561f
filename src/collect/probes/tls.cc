#include <fmt/core.h>

#include "collect/peer_facts.h"
#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "address",
     .help = "where to connect: host:port",
     .required = true,
     .example = "example.org:443"},
    {.name = "server-name", .help = "the name the certificate must carry; the host when absent"},
    {.name = "ca-file", .help = "certificates we trust, in PEM; the system's when absent"},
    {.name = "insecure",
     .type = FieldType::boolean,
     .help = "take any certificate and only report it",
     .fallback = "false"},
    {.name = "expires-after",
     .type = FieldType::duration,
     .help = "fail when the certificate ends sooner than this",
     .fallback = "0s",
     .example = "14d"},
};

struct Wanted {
  std::string address, host;
  net::TlsSettings tls;
  Millis expires_after{0};
};

class TlsProbe final : public Probe {
 public:
  TlsProbe(Wanted wanted, ProbeContext context)
      : wanted_(std::move(wanted)), context_(std::move(context)) {}

  Task<ProbeOutcome> run(MonoTime deadline) override;

 private:
  void judge(const net::Stream& stream, ProbeOutcome& out) const;

  const Wanted wanted_;
  ProbeContext context_;
};

Task<ProbeOutcome> TlsProbe::run(MonoTime deadline) {
  ProbeOutcome out;
  Result<std::unique_ptr<net::Stream>> stream =
      co_await connect_and_tell(&context_.loop, wanted_.address, deadline, &out.samples);
  if (!stream) {
    out.why = stream.error().what;
    co_return out;
  }
  Status shaken = co_await (*stream)->start_tls(wanted_.tls, wanted_.host, deadline);
  if (!shaken) {
    out.why = shaken.error().what;
    co_return out;
  }
  judge(**stream, out);
  co_return out;
}

void TlsProbe::judge(const net::Stream& stream, ProbeOutcome& out) const {
  out.samples.family("probe_tls_version_info", "gauge", "The TLS version that was agreed on.");
  out.samples.sample("probe_tls_version_info", {{"version", stream.tls_version()}}, 1);
  const auto expiry = stream.certificate_expiry();
  if (!expiry) {
    out.success = wanted_.expires_after.count() == 0;
    out.why = "the certificate says no end";
    return;
  }
  out.samples.gauge("probe_ssl_earliest_cert_expiry",
                    "When the first certificate of the chain ends, in unixtime.",
                    to_seconds(*expiry));
  const Millis left = *expiry - context_.loop.clock().wall();
  out.success = left > wanted_.expires_after;
  out.why = left.count() > 0 ? fmt::format("the certificate ends in {}", humanize_duration(left))
                             : fmt::format("the certificate ended at {}", rfc3339(*expiry));
}

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems& problems) {
  Wanted wanted;
  wanted.address = settings.text("address");
  auto parsed = config::parse_host_port(wanted.address);
  if (!parsed || parsed->host.empty() || parsed->port == 0) {
    problems.error(settings.place_of("address"),
                   fmt::format("\"{}\" is not where a TLS probe can connect", wanted.address),
                   "write it as host:port");
    return nullptr;
  }
  const std::string name = settings.text("server-name");
  wanted.host = name.empty() ? parsed->host : name;
  wanted.tls.server_name = name;
  wanted.tls.ca_file = settings.text("ca-file");
  if (!wanted.tls.ca_file.empty() && wanted.tls.ca_file.front() != '/') {
    wanted.tls.ca_file = context.secrets.dir() + "/" + wanted.tls.ca_file;
  }
  wanted.tls.insecure_skip_verify = settings.boolean("insecure");
  wanted.expires_after = settings.duration("expires-after");
  return std::make_unique<TlsProbe>(std::move(wanted), std::move(context));
}

}  // namespace

extern const ProbeKind tls_probe;
const ProbeKind tls_probe{
    .name = "tls",
    .summary = "Shakes hands over TLS and looks at the certificate",
    .since = "0.1",
    .trust = Trust::hostile_peer,
    .fields = kFields,
    .shorthand = "address",
    .example = "{address: \"127.0.0.1:443\", expires-after: 14d}",
    .make = &make,
};

}  // namespace vigie::collect
