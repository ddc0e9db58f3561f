// What the reference of the book says about runbooks.
#include <fmt/format.h>

#include "config/reference.h"
#include "runbook/branch.h"
#include "runbook/executor_kind.h"
#include "runbook/parse.h"
#include "runbook/runbook.h"

namespace vigie::runbook {

namespace {

using config::Chapter;

constexpr std::string_view kExample = R"(---
title: Heartbeats stall at datajs
when: alert="HeartbeatStalled", chain="heartbeat"
automatic: true
guard: {cooldown: 30m, at-most: 2 per 6h, blast-radius: 1}
params:
  backlog_max: {help: how many messages may wait, default: "1000"}
symptoms: [heartbeats stall, last activity is old]
---
Usually its consumer hangs: it lives and reads nothing.

## Look who waits {#look}
```command timeout=10s repeat=safe
ps -eo pid,etime,args | grep [d]atajs
```

## Restart it {#restart}
```service timeout=1m
restart datajs
```
```verify within=2m
sum(rate(datajs_out_total[30s])) > 0
```
on failure: [empty the queue](#empty) once, otherwise: escalate

## Empty the queue {#empty}
```http expect=2xx timeout=10s approve=ask
POST http://127.0.0.1:8080/queue/trim?keep={{ backlog_max }}
```
then: [restart it](#restart))";

constexpr std::string_view kStart =
    R"(A Markdown file that `include` names is a runbook. With a front
matter its fences are steps, in the order of the page; without one it is a *manual*: its `sh` fences
are offered to people, one by one, and `<name>` in them is asked for. Its id is the file's name
without `.md`. At most 512 KiB, 100 steps, 32 KiB a step.

The keys of the front matter, between two lines `---`:)";

constexpr std::string_view kBranching = R"(From section to section as they stand, unless a line of a
section says otherwise. A line names a section (`[words](#anchor)`; a heading's anchor is its words
with dashes, or what `{#…}` says), `escalate` (a person is paged), `done` (the run succeeded) or
`continue`; then, if it is not for ever, `once`, `twice` or `N times`, and what happens after that.
A section that is only the target of `on failure:` or `otherwise:` is left out on the way. A run
makes at most 60 moves.)";

std::string_view repeat_word(Repeat repeat) {
  return repeat == Repeat::safe ? "safe" : "never";
}

void add_steps(std::vector<Chapter>& out) {
  std::string kinds;
  for (const ExecutorKind* kind : executor_kinds()) {
    kinds += fmt::format("{}[`{}`](#{})", kinds.empty() ? "" : ", ", kind->name,
                         config::anchor_of(fmt::format("Step {}", kind->name)));
  }
  out.push_back({.path = "runbooks.steps",
                 .title = "Steps",
                 .words = fmt::format(
                     R"(A fence whose first word is a kind of step is one: {}. Behind the kind
stand its options, as `name=value` with blanks between; quote a value that has blanks. Other fences
are for reading.

`{{{{ labels.stage }}}}` in a step is a label of the incident, `{{{{ namespace }}}}` a parameter. A
value is never read as code: each kind quotes it in its own way, or refuses it. Commands also find
them in their environment, as `$VIGIE_LABEL_stage` and `$namespace`.

What every step may say:)",
                     kinds),
                 .fields = step_fields()});
  for (const ExecutorKind* kind : executor_kinds()) {
    std::string words = fmt::format(
        "{} Without options it has {}, and `repeat={}`.", kind->summary,
        kind->timeout_option == "timeout"
            ? fmt::format("`timeout={}`", format_duration(kind->timeout))
            : fmt::format("`{}={}`", kind->timeout_option, format_duration(kind->timeout)),
        repeat_word(kind->repeat));
    out.push_back({.path = fmt::format("runbooks.{}", kind->name),
                   .title = fmt::format("Step `{}`", kind->name),
                   .words = std::move(words),
                   .fields = kind->fields,
                   .example = fmt::format("```{} {}\n{}\n```", kind->name, kind->example_options,
                                          kind->example),
                   .language = "markdown"});
  }
}

}  // namespace

std::vector<Chapter> book_chapters() {
  std::vector<Chapter> out;
  out.push_back({.path = "runbooks",
                 .title = "Runbooks",
                 .words = std::string(kStart),
                 .fields = front_matter_fields(),
                 .example = std::string(kExample),
                 .language = "markdown"});
  add_steps(out);
  out.push_back({.path = "runbooks.branches",
                 .title = "Where a run goes",
                 .words = std::string(kBranching),
                 .fields = branch_fields()});
  return out;
}

}  // namespace vigie::runbook
