#pragma once

#include <string>
#include <variant>

#include "model/events.h"

/// What must be done, as plain data: imperatives. Durable before they are performed.
namespace vigie {

/// One attempt to reach one person over one channel.
struct Page {
  static constexpr std::string_view kName = "page";
  PageId page;
  IncidentId incident;
  std::string person, name;
  std::string channel;  ///< A notifier kind: "email", "webhook", "terminal".
  std::string address;  ///< For that kind.
  std::string subject, text;
  int64_t level = 0;
  /// The key under which an earlier attempt left that may have arrived: this one travels under it
  /// again, marked as a repeat. "": none may have.
  std::string repeats;
  VIGIE_FIELDS(page, incident, person, name, channel, address, subject, text, level, repeats)
};

/// One notification of a group of alerts to one integration of an Alertmanager receiver.
struct Notify {
  static constexpr std::string_view kName = "notify";
  std::string receiver;
  std::string kind;   ///< Notifier kind: "webhook", "email".
  int64_t index = 0;  ///< Which `<kind>_configs` entry of the receiver.
  std::string group_key;
  std::string status;   ///< "firing" or "resolved".
  std::string payload;  ///< JSON: Alertmanager's webhook version 4 data without receiver URL.
  VIGIE_FIELDS(receiver, kind, index, group_key, status, payload)
};

/// What may be done about a step whose attempt was cut by a crash.
enum class Repeat : uint8_t { safe, never };
VIGIE_WORDS(Repeat, safe, never);

/// One attempt of one runbook step.
struct RunStep {
  static constexpr std::string_view kName = "run_step";
  RunId run;
  IncidentId incident;
  std::string step;  ///< The step's anchor, "restart".
  std::string title;
  std::string kind;   ///< Executor kind: "command", "verify".
  std::string text;   ///< With parameters already put in.
  StringMap options;  ///< From the fence: within, timeout, ...
  StringMap params;
  Millis timeout{0};
  int64_t attempt = 1;
  Repeat repeat = Repeat::never;
  VIGIE_FIELDS(run, incident, step, title, kind, text, options, params, timeout, attempt, repeat)
};
/// A run was cancelled: end the step's process tree.
struct AbortStep {
  static constexpr std::string_view kName = "abort_step";
  EffectId effect;
  VIGIE_FIELDS(effect)
};

/// Starts exactly one process of a unit; an instance that is already alive is adopted instead.
/// Settles with data {"pid", "start", "adopted"}.
struct StartUnit {
  static constexpr std::string_view kName = "start_unit";
  std::string unit;
  std::string settings;  ///< JSON of the unit's `run` section and environment.
  VIGIE_FIELDS(unit, settings)
};
/// Ends the unit's whole process tree: a signal, after `grace` SIGKILL. Settles when it is gone.
struct StopUnit {
  static constexpr std::string_view kName = "stop_unit";
  std::string unit;
  int64_t pid = 0, start = 0;
  int signal = 15;
  Millis grace{10'000};
  VIGIE_FIELDS(unit, pid, start, signal, grace)
};

using EffectBody = std::variant<Page, Notify, RunStep, AbortStep, StartUnit, StopUnit>;

struct Effect {
  EffectId id;
  EffectBody body;
};

}  // namespace vigie
