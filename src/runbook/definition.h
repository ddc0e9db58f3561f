#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/effects.h"
#include "model/labels.h"
#include "model/record.h"

namespace vigie::runbook {

/// One condition of `when:`; `alert` stands for alertname.
struct Matcher {
  std::string label, op, value;
  VIGIE_FIELDS(label, op, value)
};

enum class Goto : uint8_t { section, escalate, done, next };

/// Where a run goes: to a section, to a person, to its good end, or on in the order of the page.
struct Target {
  Goto to = Goto::escalate;
  std::string section;
  VIGIE_FIELDS(to, section)
};

/// "on failure: [empty](#empty) once, otherwise: escalate"; `times` 0: as often as it comes.
struct Branch {
  Target target;
  int64_t times = 0;
  std::optional<Target> otherwise;
  VIGIE_FIELDS(target, times, otherwise)
};

/// One fence.
struct Step {
  std::string id;  ///< The section's anchor; later fences of a section add ".2", ".3".
  std::string title, kind, text;
  StringMap options;
  Millis timeout{0};
  Repeat repeat = Repeat::never;
  bool ask = false;  ///< Waits for a person's go-ahead.
  int64_t line = 0;
  VIGIE_FIELDS(id, title, kind, text, options, timeout, repeat, ask, line)
};

/// A heading and the fences under it, up to the next heading.
struct Section {
  std::string id, title;
  std::vector<Step> steps;
  std::optional<Branch> on_failure, then;
  std::optional<Target> otherwise;
  bool detour = false;  ///< Somebody's `on failure` or `otherwise`: only reached from there.
  int64_t line = 0;
  VIGIE_FIELDS(id, title, steps, on_failure, then, otherwise, detour, line)
};

struct Parameter {
  std::string name, help;
  std::optional<std::string> fallback;  ///< Without one a person must give it.
  VIGIE_FIELDS(name, help, fallback)
};

struct Guard {
  Millis cooldown{0};
  int64_t at_most = 0;  ///< 0: no limit.
  Millis at_most_per{0};
  int64_t blast_radius = 1;  ///< 0: no limit.
  VIGIE_FIELDS(cooldown, at_most, at_most_per, blast_radius)
};

struct Runbook {
  std::string id;  ///< The file's name without ".md".
  std::string path, title;
  bool manual = false;  ///< No front matter: every step waits for a person.
  std::string when_text;
  std::vector<std::vector<Matcher>> when;  ///< Any of these lists, all of its matchers.
  bool automatic = false;
  bool page_at_once = false;
  Guard guard;
  Millis time_limit{0};     ///< Of an automatic run as a whole.
  Millis settle_within{0};  ///< From a good end to the end of the incident.
  std::vector<Parameter> params;
  std::vector<std::string> symptoms, disturbs;
  std::vector<Section> sections;
  VIGIE_FIELDS(id, path, title, manual, when_text, when, automatic, page_at_once, guard, time_limit,
               settle_within, params, symptoms, disturbs, sections)
};

/// nullptr when there is none.
const Section* find_section(const Runbook& runbook, std::string_view id);
const Step* find_step(const Runbook& runbook, std::string_view id);
size_t count_steps(const Runbook& runbook);

}  // namespace vigie::runbook

namespace vigie {
VIGIE_WORDS(runbook::Goto, section, escalate, done, next);
}  // namespace vigie
