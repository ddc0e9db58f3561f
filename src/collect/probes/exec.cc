#include <fmt/core.h>

#include "base/subprocess.h"
#include "base/utf8.h"
#include "collect/exposition.h"
#include "collect/probe_kind.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr size_t kOutputMax = 16 << 10;
constexpr size_t kWhyMax = 200;

constexpr Field kFields[] = {
    {.name = "command",
     .type = FieldType::strings,
     .help = "the program and its arguments; no shell unless it is named",
     .required = true,
     .example = "[/usr/lib/nagios/plugins/check_disk, -w, 10%]"},
    {.name = "dir", .help = "where it runs; the book's directory when absent"},
    {.name = "warning-fails",
     .type = FieldType::boolean,
     .help = "whether exit status 1, a warning for Nagios, is a failure",
     .fallback = "true"},
};

class ExecProbe final : public Probe {
 public:
  ExecProbe(Command command, bool warning_fails, ProbeContext context)
      : command_(std::move(command)), warning_fails_(warning_fails), context_(std::move(context)) {}

  Task<ProbeOutcome> run(MonoTime deadline) override;

 private:
  const Command command_;
  const bool warning_fails_;
  ProbeContext context_;
};

/// The first line that says something, for people.
std::string first_line(std::string_view output) {
  while (!output.empty()) {
    const size_t end = output.find('\n');
    const std::string_view line = output.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      return repaired_utf8(std::string(cut_utf8(line, kWhyMax)));
    }
    if (end == std::string_view::npos) { break; }
    output.remove_prefix(end + 1);
  }
  return "";
}

Task<ProbeOutcome> ExecProbe::run(MonoTime deadline) {
  ProbeOutcome out;
  Result<Exit> ended = co_await vigie::run(context_.loop, command_, deadline);
  if (!ended) {
    out.why = ended.error().what;
    co_return out;
  }
  const int code = ended->code;
  out.success = ended->good() || (code == 1 && !warning_fails_ && !ended->timed_out);
  out.why = first_line(ended->out);
  if (!out.success || out.why.empty()) {
    out.why = out.why.empty() ? ended->text() : fmt::format("{}: {}", ended->text(), out.why);
  }
  out.samples.gauge("probe_exec_exit_status",
                    "Exit status of the program; -1 when a signal ended it. Nagios: 0 good, 1 "
                    "warning, 2 critical, 3 unknown.",
                    code);
  co_return out;
}

std::unique_ptr<Probe> make(const config::Settings& settings, ProbeContext context,
                            config::Problems& problems) {
  Command command;
  command.argv = settings.strings("command");
  if (command.argv.empty() || command.argv.front().empty()) {
    problems.error(settings.place_of("command"), "a program must be named");
    return nullptr;
  }
  const std::string dir = settings.text("dir");
  command.dir = dir.empty() ? context.secrets.dir() : dir;
  command.output_max = kOutputMax;
  command.kill_after = 500ms;
  return std::make_unique<ExecProbe>(std::move(command), settings.boolean("warning-fails"),
                                     std::move(context));
}

}  // namespace

extern const ProbeKind exec_probe;
const ProbeKind exec_probe{
    .name = "exec",
    .summary = "Runs a program and looks at its exit status, as Nagios plugins mean it",
    .since = "0.1",
    .trust = Trust::own,
    .fields = kFields,
    .shorthand = "command",
    .example = "{command: [/bin/true]}",
    .make = &make,
};

}  // namespace vigie::collect
