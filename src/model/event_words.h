#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/ids.h"
#include "model/record.h"

/// The ids and words that events and effects share.
namespace vigie {

using Seq = Id<struct SeqTag>;
using IncidentId = Id<struct IncidentTag>;
using RunId = Id<struct RunTag>;
using PageId = Id<struct PageTag>;
using StringMap = std::map<std::string, std::string>;

/// Names one effect for ever: "page-17", "run-3-2-1"; the idempotency key that travels with it.
struct EffectId {
  std::string text;
  auto operator<=>(const EffectId&) const = default;
  VIGIE_FIELDS(text)
};

enum class Health : uint8_t { unknown, starting, healthy, unhealthy };
VIGIE_WORDS(Health, unknown, starting, healthy, unhealthy);
enum class Flow : uint8_t { unknown, alive, dead };
VIGIE_WORDS(Flow, unknown, alive, dead);
enum class RobotResult : uint8_t { ok, late, missing };
VIGIE_WORDS(RobotResult, ok, late, missing);
/// `unknown`: interrupted, and nobody can tell whether it took effect.
enum class Outcome : uint8_t { ok, failed, unknown };
VIGIE_WORDS(Outcome, ok, failed, unknown);
enum class UnitState : uint8_t { stopped, waiting, starting, running, stopping, backoff, failed };
VIGIE_WORDS(UnitState, stopped, waiting, starting, running, stopping, backoff, failed);
enum class RunState : uint8_t { running, waiting, succeeded, failed, escalated, cancelled };
VIGIE_WORDS(RunState, running, waiting, succeeded, failed, escalated, cancelled);
enum class StepState : uint8_t { waiting, running, done, failed, skipped, unknown };
VIGIE_WORDS(StepState, waiting, running, done, failed, skipped, unknown);

}  // namespace vigie
