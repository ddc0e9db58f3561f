#include <fmt/core.h>

#include "collect/peer_facts.h"
#include "collect/probe_kind.h"
#include "collect/relabel_pattern.h"
#include "config/values.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr size_t kGreetingMax = 64 << 10;

constexpr Field kFields[] = {
    {.name = "address",
     .type = FieldType::text,
     .help = "where to connect: host:port or unix:/path",
     .required = true,
     .example = "db.internal:5432"},
    {.name = "send", .help = "what to say once connected; \\r and \\n are escapes"},
    {.name = "expect",
     .type = FieldType::pattern,
     .help = "what must be found in what the peer says, before the timeout",
     .example = "^220 "},
};

class TcpProbe final : public Probe {
 public:
  TcpProbe(std::string address, std::string send, std::shared_ptr<const SearchPattern> expect,
           ProbeContext context)
      : address_(std::move(address)),
        send_(std::move(send)),
        expect_(std::move(expect)),
        context_(std::move(context)) {}

  Task<ProbeOutcome> run(MonoTime deadline) override;

 private:
  Task<Result<std::string>> read_until_found(net::Stream* stream, MonoTime deadline);

  const std::string address_, send_;
  const std::shared_ptr<const SearchPattern> expect_;
  ProbeContext context_;
};

Task<ProbeOutcome> TcpProbe::run(MonoTime deadline) {
  ProbeOutcome out;
  const MonoTime began = context_.loop.clock().mono();
  Result<std::unique_ptr<net::Stream>> stream =
      co_await connect_and_tell(&context_.loop, address_, deadline, &out.samples);
  if (!stream) {
    out.why = stream.error().what;
    co_return out;
  }
  const Nanos connected = context_.loop.clock().mono() - began;
  out.samples.gauge("probe_tcp_connect_duration_seconds", "Time until the connection stood.",
                    std::chrono::duration<double>(connected).count());
  if (!send_.empty()) {
    Status sent = co_await (*stream)->write(send_, deadline);
    if (!sent) {
      out.why = sent.error().what;
      co_return out;
    }
  }
  if (expect_ == nullptr) {
    out.success = true;
    out.why = "connected";
    co_return out;
  }
  Result<std::string> heard = co_await read_until_found(stream->get(), deadline);
  out.success = heard.has_value();
  out.why = heard ? "said what was expected" : heard.error().what;
  out.samples.gauge("probe_failed_due_to_regex",
                    "Whether the peer spoke but did not say what was expected.",
                    !heard && heard.error().code == Code::invalid ? 1 : 0);
  co_return out;
}

Task<Result<std::string>> TcpProbe::read_until_found(net::Stream* stream, MonoTime deadline) {
  std::string heard;
  while (heard.size() < kGreetingMax) {
    Result<std::string> more = co_await stream->read_some(4096, deadline);
    if (!more && more.error().code == Code::timeout && !heard.empty()) {
      co_return error(Code::invalid, "the peer did not say what was expected before the timeout");
    }
    VIGIE_CO_CHECK(more);
    if (more->empty()) {
      co_return error(Code::invalid, "the peer hung up without saying what was expected");
    }
    heard += *more;
    if (expect_->found_in(heard)) { co_return heard; }
  }
  co_return error(Code::invalid, "the peer says much, but not what was expected");
}

std::string with_line_ends(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'r' || next == 'n')) {
      out += next == 'r' ? '\r' : '\n';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) { return text.size() > kUnix.size(); }
  const auto parsed = config::parse_host_port(text);
  return parsed && !parsed->host.empty() && parsed->port != 0;
}

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems& problems) {
  if (const std::string address = settings.text("address"); !is_address(address)) {
    problems.error(settings.place_of("address"),
                   fmt::format("\"{}\" is not where a TCP probe can connect", address),
                   "write it as host:port or unix:/path");
    return nullptr;
  }
  std::shared_ptr<const SearchPattern> expect;
  if (!settings.text("expect").empty()) {
    auto compiled = SearchPattern::compile(settings.text("expect"));
    if (!compiled) {
      problems.error(settings.place_of("expect"), compiled.error().what);
      return nullptr;
    }
    expect = *std::move(compiled);
  }
  return std::make_unique<TcpProbe>(settings.text("address"), with_line_ends(settings.text("send")),
                                    std::move(expect), std::move(context));
}

}  // namespace

extern const ProbeKind tcp_probe;
const ProbeKind tcp_probe{
    .name = "tcp",
    .summary = "Connects, and reads a greeting when one is expected",
    .since = "0.1",
    .trust = Trust::hostile_peer,
    .fields = kFields,
    .shorthand = "address",
    .example = "{address: \"127.0.0.1:25\", expect: \"^220 \"}",
    .make = &make,
};

}  // namespace vigie::collect
