// What the reference of the book says about units: `services.NAME.run`.
#include <fmt/core.h>

#include "config/reference.h"
#include "supervise/runtime_kind.h"
#include "supervise/settings.h"
#include "supervise/supervise.h"

namespace vigie::supervise {

namespace {

using config::Chapter;

/// The kind's example below `run`, whatever its shape.
std::string unit_example(const RuntimeKind& kind) {
  const bool flow = kind.example.starts_with('{');
  std::string text = flow ? " " : "\n        ";
  for (const char c : kind.example) {
    text += c;
    if (c == '\n') { text += "        "; }
  }
  return fmt::format("services:\n  example-{0}:\n    run:\n      {0}:{1}", kind.name, text);
}

/// What stands beside a runtime, and a key for each.
std::span<const config::Field> all_run_fields() {
  static const std::vector<config::Field> table = [] {
    std::vector<config::Field> out;
    for (const RuntimeKind* kind : runtime_kinds()) {
      out.push_back(
          {.name = kind->name, .type = config::FieldType::section, .help = kind->summary});
    }
    out.insert(out.end(), run_fields().begin(), run_fields().end());
    return out;
  }();
  return table;
}

}  // namespace

std::vector<Chapter> book_chapters() {
  std::vector<Chapter> out;
  out.push_back(
      {.path = "services.NAME.run",
       .words = R"(`run: external` says that somebody else runs it; Vigie then only watches
it. Otherwise one of the ways below makes it a *unit*: Vigie starts it when what it needs is well,
starts it again when it ends (after 100 ms, doubling to 60 s), and never runs two of it. The name of
a unit also names files: no blank, no slash, no dot in front, at most 100 characters.)",
       .fields = all_run_fields()});
  for (const RuntimeKind* kind : runtime_kinds()) {
    out.push_back({.path = fmt::format("services.NAME.run.{}", kind->name),
                   .words = std::string(kind->summary),
                   .fields = kind->fields,
                   .example = unit_example(*kind)});
  }
  return out;
}

}  // namespace vigie::supervise
