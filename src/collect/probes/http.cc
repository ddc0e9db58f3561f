#include "collect/http_check.h"

namespace vigie::collect {

namespace {

class HttpProbe final : public Probe {
 public:
  HttpProbe(HttpCheck check, ProbeContext context)
      : check_(std::move(check)), context_(std::move(context)) {}

  Task<ProbeOutcome> run(MonoTime deadline) override {
    return run_http_check(
        &check_, context_, [](std::string text) { return text; }, deadline);
  }

 private:
  const HttpCheck check_;
  ProbeContext context_;
};

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems& problems) {
  return std::make_unique<HttpProbe>(read_http_check(settings, problems), std::move(context));
}

}  // namespace

extern const ProbeKind http_probe;
const ProbeKind http_probe{
    .name = "http",
    .summary = "Asks a URL and looks at status, headers, body, JSON, time and certificate",
    .since = "0.1",
    .trust = Trust::hostile_peer,
    .fields = http_check_fields(),
    .shorthand = "url",
    .example =
        "{url: \"http://127.0.0.1:8080/health\", status: [200], json: {/status: UP}, "
        "headers-match: {Content-Type: ^application/json}}",
    .make = &make,
};

}  // namespace vigie::collect
