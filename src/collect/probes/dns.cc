#include <fmt/core.h>

#include <algorithm>

#include "base/random.h"
#include "collect/dns_message.h"
#include "collect/probe_kind.h"
#include "collect/relabel_pattern.h"
#include "config/values.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr std::string_view kTypes[] = {"A",  "NS",  "CNAME", "SOA", "PTR",
                                       "MX", "TXT", "AAAA",  "SRV"};

constexpr Field kFields[] = {
    {.name = "name",
     .help = "the name that is asked for",
     .required = true,
     .example = "example.org"},
    {.name = "server",
     .help = "the name server: host:port, or host for port 53",
     .required = true,
     .example = "127.0.0.1:53"},
    {.name = "type",
     .type = FieldType::enumeration,
     .help = "the type of record",
     .fallback = "A",
     .choices = kTypes},
    {.name = "rcodes",
     .type = FieldType::strings,
     .help = "answer codes that are good",
     .fallback = "NOERROR"},
    {.name = "answers",
     .type = FieldType::strings,
     .help = "patterns; each must be found in the data of some answer"},
};

struct Wanted {
  std::string name, server;
  DnsType type = DnsType::A;
  std::vector<std::string> rcodes;
  std::vector<std::shared_ptr<const SearchPattern>> answers;
};

class DnsProbe final : public Probe {
 public:
  DnsProbe(Wanted wanted, ProbeContext context)
      : wanted_(std::move(wanted)),
        context_(std::move(context)),
        random_(static_cast<uint64_t>(context_.loop.clock().mono().time_since_epoch().count())) {}

  Task<ProbeOutcome> run(MonoTime deadline) override;

 private:
  void judge(const DnsAnswer& answer, ProbeOutcome& out) const;

  const Wanted wanted_;
  ProbeContext context_;
  Random random_;
};

Task<ProbeOutcome> DnsProbe::run(MonoTime deadline) {
  ProbeOutcome out;
  const auto id = static_cast<uint16_t>(random_.below(65'536));
  Result<std::string> query = encode_dns_query(id, wanted_.name, wanted_.type);
  if (!query) {
    out.why = query.error().what;
    co_return out;
  }
  Result<std::string> bytes =
      co_await net::exchange_udp(context_.loop, wanted_.server, *query, deadline);
  if (!bytes) {
    out.why = bytes.error().what;
    co_return out;
  }
  const Result<DnsAnswer> answer = decode_dns(*bytes);
  if (!answer) {
    out.why = answer.error().what;
  } else if (answer->id != id) {
    out.why = "the answer belongs to another question";
  } else {
    judge(*answer, out);
  }
  co_return out;
}

void DnsProbe::judge(const DnsAnswer& answer, ProbeOutcome& out) const {
  out.samples.gauge("probe_dns_answer_rrs", "Records in the answer section.",
                    static_cast<double>(answer.answers.size()));
  out.samples.gauge("probe_dns_authority_rrs", "Records in the authority section.",
                    static_cast<double>(answer.authorities.size()));
  out.samples.gauge("probe_dns_additional_rrs", "Records in the additional section.",
                    static_cast<double>(answer.additionals.size()));
  out.samples.gauge("probe_dns_query_succeeded", "Whether the server answered.", 1);
  const std::string rcode = rcode_text(answer.rcode);
  if (std::count(wanted_.rcodes.begin(), wanted_.rcodes.end(), rcode) == 0) {
    out.why = fmt::format("the server answered {}", rcode);
    return;
  }
  for (const auto& pattern : wanted_.answers) {
    const bool found =
        std::any_of(answer.answers.begin(), answer.answers.end(),
                    [&pattern](const DnsRecord& record) { return pattern->found_in(record.data); });
    if (!found) {
      out.why =
          fmt::format("none of {} answers matches {}", answer.answers.size(), pattern->text());
      return;
    }
  }
  out.success = true;
  out.why = fmt::format("{}, {} answers", rcode, answer.answers.size());
}

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems& problems) {
  Wanted wanted;
  wanted.name = settings.text("name");
  wanted.server = settings.text("server");
  if (wanted.server.find(':') == std::string::npos) { wanted.server += ":53"; }
  const auto server = config::parse_host_port(wanted.server);
  if (!server || server->host.empty() || server->port == 0) {
    problems.error(settings.place_of("server"),
                   fmt::format("\"{}\" is no name server", settings.text("server")),
                   "write it as host or host:port, an IPv6 address as [::1]:53");
  }
  const Result<DnsType> type = parse_dns_type(settings.text("type"));
  if (type) { wanted.type = *type; }
  wanted.rcodes = settings.strings("rcodes");
  const Result<std::string> query = encode_dns_query(0, wanted.name, wanted.type);
  if (!query) { problems.error(settings.place_of("name"), query.error().what); }
  for (const std::string& text : settings.strings("answers")) {
    auto pattern = SearchPattern::compile(text);
    if (!pattern) {
      problems.error(settings.place_of("answers"), pattern.error().what);
      continue;
    }
    wanted.answers.push_back(*std::move(pattern));
  }
  return std::make_unique<DnsProbe>(std::move(wanted), std::move(context));
}

}  // namespace

extern const ProbeKind dns_probe;
const ProbeKind dns_probe{
    .name = "dns",
    .summary = "Asks a name server over UDP and looks at the answers",
    .since = "0.1",
    .trust = Trust::hostile_peer,
    .fields = kFields,
    .shorthand = "",
    .example = "{name: example.org, server: \"127.0.0.1:53\", type: MX, answers: [mail]}",
    .make = &make,
};

}  // namespace vigie::collect
