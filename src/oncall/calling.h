#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oncall/roster.h"
#include "oncall/state.h"

/// Who a level calls at an instant, and what the escalation does next.
namespace vigie::oncall {

struct Called {
  std::string person;
  std::string why;  ///< "schedule core, on call until Mon 30 Mar 09:00 CEST"
};

struct Calling {
  std::vector<Called> people;      ///< Each once; all of them can be reached.
  std::vector<std::string> empty;  ///< For each target that gave nobody, why.
};

Calling called_by(const Roster& roster, const Level& level, WallTime at);

/// Where an escalation goes from here.
struct Onward {
  int64_t round = 0, level = 0;
  bool last_resort = false;
  std::vector<std::string> people;
};
/// The next level that has somebody at `at`, or the last resort.
Onward onward_from(const Roster& roster, const Pursuit& pursuit, WallTime at);

struct NextStep {
  WallTime at;
  std::string what;  ///< "ben is mailed"
};
/// The earliest thing that will happen to this incident; nullopt when nobody is being called.
std::optional<NextStep> next_step(const Roster& roster, const State& state, const Pursuit& pursuit);

/// "ben is mailed", "ben and cho are mailed".
std::string being_paged(const Roster& roster, const std::vector<std::string>& people);
/// "ana, ben and cho".
std::string join_names(const std::vector<std::string>& names);

}  // namespace vigie::oncall
