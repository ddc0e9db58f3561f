#include <fmt/format.h>

#include <algorithm>

#include "model/codec.h"
#include "supervise/order.h"
#include "supervise/restart_policy.h"
#include "supervise/settings.h"
#include "supervise/state.h"
#include "supervise/supervise.h"

namespace vigie::supervise {

namespace {

/// A process tree that would not end is asked again.
constexpr Millis kStopRetry = 30s;
/// A restart asked for while the last start is this young is the same wish, said twice.
constexpr Millis kFreshFor = 10s;
constexpr const char* kNotWellYet = "not healthy yet";

class SuperviseDecider final : public Decider {
 public:
  std::string_view name() const override { return "supervise"; }
  Effects apply(const Event& event, WallTime now) override;
  std::optional<WallTime> next_timer() const override;
  json::value snapshot() const override { return encode(state_); }
  Status restore(const json::value& snapshot) override {
    VIGIE_TRY(state_, decode<State>(snapshot));
    return ok();
  }
  std::unique_ptr<Decider> fresh() const override { return std::make_unique<SuperviseDecider>(); }
  json::value view(std::string_view path, WallTime now) const override;

 private:
  void on(const BookAdopted& event);
  void on(const DaemonStarted& event);
  void on(const TimerDue&) {}  // advance() does what is due.
  void on(const ClockJumped& event);
  void on(const EffectSettled& event);
  void on(const HealthChanged& event);
  void on(const UnitExited& event);
  void on(const UnitAsked& event);
  template <class T>
  void on(const T&) {
    concerned_ = false;
  }

  void adopt_settings(Unit& unit, UnitSettings settings);
  void start_settled(const std::string& name, Unit& unit, const EffectSettled& event);
  void stop_settled(const std::string& name, Unit& unit, const EffectSettled& event);
  void gone_while_away(const std::string& name, Unit& unit);
  void ended(const std::string& name, Unit& unit, const Ended& how);
  void ask_restart(Unit& unit);

  /// Moves every unit towards what is wanted; level-triggered, so asking twice does it once.
  void advance();
  void advance_living(const std::string& name, Unit& unit);
  void advance_absent(const std::string& name, Unit& unit);
  void perform_start(const std::string& name, Unit& unit, bool adopt_only);
  void perform_stop(const std::string& name, Unit& unit);
  void set_state(const std::string& name, Unit& unit, UnitState state, std::string why);
  EffectId next_effect(const std::string& name, Unit& unit, std::string_view verb, Pending pending);
  bool is_well(const std::string& name, const Unit& unit) const;
  json::object view_of(const std::string& name, const Unit& unit) const;

  State state_;

  // Of the event being applied.
  Effects out_;
  WallTime now_;
  bool concerned_ = true;
};

Effects SuperviseDecider::apply(const Event& event, WallTime now) {
  out_ = {};
  now_ = now;
  concerned_ = true;
  std::visit([this](const auto& body) { on(body); }, event.body);
  if (concerned_) { advance(); }
  return std::move(out_);
}

std::optional<WallTime> SuperviseDecider::next_timer() const {
  std::optional<WallTime> out;
  for (const auto& [name, unit] : state_.units) {
    if (!unit.not_before || unit.pending != Pending::nothing) { continue; }
    const bool due_to_start = unit.pid == 0 && unit.wanted;
    const bool due_to_stop = unit.pid != 0 && (!unit.wanted || unit.restart_wanted);
    if (!due_to_start && !due_to_stop) { continue; }
    if (!out || *unit.not_before < *out) { out = unit.not_before; }
  }
  return out;
}

void SuperviseDecider::adopt_settings(Unit& unit, UnitSettings settings) {
  const auto runs_as = [](const UnitSettings& each) { return each.runtime + " " + each.run; };
  const bool changed = runs_as(unit.settings) != runs_as(settings);
  unit.settings = std::move(settings);
  if (unit.removed) {
    unit.removed = false;
    unit.wanted = starts_by_itself(unit);
  }
  if (!changed) { return; }
  // Whoever changed it has perhaps repaired it.
  forget_failures(unit);
  const bool was_down = unit.state == UnitState::failed;
  unit.gave_up = false;
  if (unit.pid != 0 || unit.pending == Pending::start || unit.pending == Pending::adopt) {
    unit.restart_wanted = unit.wanted;
  } else if (was_down) {
    unit.wanted = starts_by_itself(unit);
  }
}

void SuperviseDecider::on(const BookAdopted& event) {
  const Result<json::value> parsed = parse_json(event.text);
  BUG(parsed.has_value(), "a book that is no JSON was adopted");
  if (!parsed) { return; }
  const config::Node root = config::Node::from_json(*parsed);
  config::Problems ignored;
  std::map<std::string, UnitSettings> settings = read_units(root, ignored);
  state_.checked.clear();
  const config::Node services = root["services"];
  for (const config::Node::Entry& entry : services.entries()) {
    if (entry.value["health"].size() > 0) { state_.checked.push_back(entry.key.text()); }
  }
  std::sort(state_.checked.begin(), state_.checked.end());
  for (auto& [name, unit] : state_.units) {
    if (settings.contains(name)) { continue; }
    unit.removed = true;
    unit.wanted = false;
  }
  for (auto& [name, own] : settings) {
    const auto [found, fresh] = state_.units.try_emplace(name);
    Unit& unit = found->second;
    if (!fresh) {
      adopt_settings(unit, std::move(own));
      continue;
    }
    unit.settings = std::move(own);
    unit.since = now_;
    unit.wanted = state_.started && starts_by_itself(unit);
  }
}

void SuperviseDecider::on(const DaemonStarted&) {
  state_.started = true;
  for (auto& [name, unit] : state_.units) {
    // What is under way is performed again by its effect, and finds out for itself.
    if (unit.pending != Pending::nothing) { continue; }
    if (unit.pid != 0) {
      perform_start(name, unit, true);
    } else if (starts_by_itself(unit)) {
      unit.wanted = true;
    }
  }
}

/// Waits are for elapsed time: what the clock skipped was not waited.
void SuperviseDecider::on(const ClockJumped& event) {
  for (auto& [name, unit] : state_.units) {
    unit.since += event.by;
    if (unit.not_before) { *unit.not_before += event.by; }
    if (unit.well_since) { *unit.well_since += event.by; }
    for (WallTime& each : unit.unhealthy_restarts) { each += event.by; }
  }
}

void SuperviseDecider::on(const EffectSettled& event) {
  concerned_ = false;
  if (!event.effect.text.starts_with("unit-")) { return; }
  for (auto& [name, unit] : state_.units) {
    if (unit.pending == Pending::nothing || unit.effect != event.effect.text) { continue; }
    concerned_ = true;
    const Pending was = std::exchange(unit.pending, Pending::nothing);
    unit.effect.clear();
    if (was == Pending::stop) {
      stop_settled(name, unit, event);
    } else if (event.outcome != Outcome::ok && was == Pending::adopt) {
      gone_while_away(name, unit);
    } else {
      start_settled(name, unit, event);
    }
    return;
  }
}

void SuperviseDecider::start_settled(const std::string& name, Unit& unit,
                                     const EffectSettled& event) {
  const std::vector<EarlyExit> early = std::exchange(unit.early, {});
  const Result<json::value> data = parse_json(event.data);
  unit.pid = 0;
  if (event.outcome == Outcome::ok && data && data->is_object()) {
    unit.pid = get_int(data->get_object(), "pid");
    unit.start = get_int(data->get_object(), "start");
  }
  if (unit.pid == 0) {
    ended(name, unit, {.known = true, .code = 127});
    if (unit.pid == 0) {
      set_state(name, unit, unit.state, "it cannot be started: " + event.detail);
    }
    return;
  }
  for (const EarlyExit& exit : early) {
    if (exit.pid != unit.pid || exit.start != unit.start) { continue; }
    ended(name, unit,
          {.known = exit.known,
           .code = static_cast<int>(exit.code),
           .signal = static_cast<int>(exit.signal)});
    return;
  }
  const bool well = is_well(name, unit);
  if (well && !unit.well_since) { unit.well_since = now_; }
  const bool adopted = data && data->is_object() && get_bool(data->get_object(), "adopted");
  if (well) {
    set_state(name, unit, UnitState::running, adopted ? "found alive" : "");
  } else {
    set_state(name, unit, UnitState::starting, kNotWellYet);
  }
}

void SuperviseDecider::gone_while_away(const std::string& name, Unit& unit) {
  unit.pid = unit.start = 0;
  unit.early.clear();
  unit.well_since.reset();
  unit.wanted = unit.wanted && unit.settings.policy != Policy::no;
  set_state(name, unit, UnitState::stopped, "it ended while Vigie was away");
}

void SuperviseDecider::stop_settled(const std::string& name, Unit& unit,
                                    const EffectSettled& event) {
  unit.early.clear();
  if (event.outcome == Outcome::failed) {
    unit.not_before = now_ + kStopRetry;
    set_state(name, unit, UnitState::failed, "it does not end: " + event.detail);
    return;
  }
  unit.pid = unit.start = 0;
  unit.not_before.reset();
  unit.well_since.reset();
  if (unit.wanted) {
    ++unit.restarts;
    unit.restart_wanted = false;
  } else {
    set_state(name, unit, UnitState::stopped, unit.stopped_by_hand ? "stopped by hand" : "");
  }
}

void SuperviseDecider::ended(const std::string& name, Unit& unit, const Ended& how) {
  unit.pid = unit.start = 0;
  if (!unit.wanted) {
    unit.well_since.reset();
    set_state(name, unit, UnitState::stopped, how.text());
    return;
  }
  if (unit.restart_wanted) {
    unit.restart_wanted = false;
    unit.well_since.reset();
    ++unit.restarts;
    return;
  }
  const Next next = after_exit(unit, how, now_);
  unit.well_since.reset();
  switch (next) {
    case Next::stay_down:
      unit.wanted = false;
      set_state(name, unit, UnitState::stopped, how.text());
      return;
    case Next::fail:
      unit.wanted = false;
      unit.gave_up = unit.settings.policy == Policy::on_failure;
      set_state(name, unit, UnitState::failed,
                unit.gave_up
                    ? fmt::format("{}; gave up after {} restarts", how.text(), unit.failures)
                    : how.text());
      return;
    case Next::start_again:
      ++unit.restarts;
      set_state(name, unit, UnitState::backoff,
                fmt::format("{}; starts again in {}", how.text(), format_duration(unit.backoff)));
  }
}

void SuperviseDecider::on(const UnitExited& event) {
  const auto found = state_.units.find(event.unit);
  if (found == state_.units.end()) { return; }
  Unit& unit = found->second;
  if (unit.pending == Pending::start || unit.pending == Pending::adopt) {
    if (unit.early.size() >= 4) { unit.early.erase(unit.early.begin()); }
    unit.early.push_back({event.pid, event.start, event.known, event.code, event.signal});
    return;
  }
  // While a stop is under way its end says when the whole tree is gone.
  if (unit.pending == Pending::stop || unit.pid != event.pid || unit.start != event.start) {
    return;
  }
  ended(event.unit, unit, {.known = event.known, .code = event.code, .signal = event.signal});
}

void SuperviseDecider::on(const HealthChanged& event) {
  state_.health[event.service] = event.health;
  const auto found = state_.units.find(event.service);
  if (found == state_.units.end()) { return; }
  Unit& unit = found->second;
  if (unit.pid == 0 || unit.pending != Pending::nothing) { return; }
  if (event.health == Health::healthy) {
    if (!unit.well_since) { unit.well_since = now_; }
    if (unit.state == UnitState::running) { set_state(event.service, unit, unit.state, ""); }
    return;
  }
  unit.well_since.reset();
  if (event.health != Health::unhealthy || unit.state != UnitState::running) { return; }
  if (!unit.settings.restart_unhealthy || !unit.wanted) {
    set_state(event.service, unit, unit.state, "unhealthy: " + event.why);
  } else if (take_unhealthy_restart(unit, now_)) {
    unit.restart_wanted = true;
    set_state(event.service, unit, unit.state, "restarted because unhealthy: " + event.why);
  } else {
    set_state(event.service, unit, unit.state,
              fmt::format("unhealthy, and left alone after {} restarts in {}: {}",
                          kUnhealthyRestartsMax, humanize_duration(kUnhealthyWindow), event.why));
  }
}

void SuperviseDecider::ask_restart(Unit& unit) {
  const bool starting_up = unit.pending == Pending::start || unit.pending == Pending::adopt;
  const bool fresh = unit.state == UnitState::starting && now_ < unit.since + kFreshFor;
  const bool under_way = unit.pending == Pending::stop && unit.wanted;
  unit.wanted = true;
  if (unit.pid != 0 && !starting_up && !fresh && !under_way) { unit.restart_wanted = true; }
}

void SuperviseDecider::on(const UnitAsked& event) {
  const auto found = state_.units.find(event.unit);
  if (found == state_.units.end() || found->second.removed) { return; }
  Unit& unit = found->second;
  if (event.verb == "stop") {
    unit.wanted = false;
    unit.stopped_by_hand = true;
    unit.restart_wanted = false;
    unit.gave_up = false;
    unit.not_before.reset();
    if (unit.pid == 0 && unit.pending == Pending::nothing) {
      set_state(event.unit, unit, UnitState::stopped, "stopped by " + event.who);
    }
    return;
  }
  if (event.verb != "start" && event.verb != "restart") { return; }
  unit.stopped_by_hand = false;
  unit.gave_up = false;
  if (unit.pid == 0) { forget_failures(unit); }
  if (event.verb == "restart") {
    ask_restart(unit);
  } else {
    unit.wanted = true;
  }
}

bool SuperviseDecider::is_well(const std::string& name, const Unit& unit) const {
  if (!unit.settings.has_health) { return true; }
  const auto found = state_.health.find(name);
  return found != state_.health.end() && found->second == Health::healthy;
}

void SuperviseDecider::advance() {
  for (auto each = state_.units.begin(); each != state_.units.end();) {
    auto& [name, unit] = *each;
    if (unit.pending == Pending::nothing) {
      if (unit.pid != 0) {
        advance_living(name, unit);
      } else if (unit.removed) {
        set_state(name, unit, UnitState::stopped, "the book has it no more");
        each = state_.units.erase(each);
        continue;
      } else {
        advance_absent(name, unit);
      }
    }
    ++each;
  }
}

void SuperviseDecider::advance_living(const std::string& name, Unit& unit) {
  if (!unit.wanted || unit.restart_wanted) {
    if (unit.not_before && now_ < *unit.not_before) { return; }
    unit.not_before.reset();
    const std::string first = unit.wanted ? "" : stops_before(state_, name);
    if (!first.empty()) {
      set_state(name, unit, UnitState::stopping, fmt::format("{} stops first", first));
    } else {
      perform_stop(name, unit);
    }
    return;
  }
  if (unit.state == UnitState::running) { return; }
  const bool well = is_well(name, unit);
  if (well && !unit.well_since) { unit.well_since = now_; }
  set_state(name, unit, well ? UnitState::running : UnitState::starting, well ? "" : kNotWellYet);
}

void SuperviseDecider::advance_absent(const std::string& name, Unit& unit) {
  unit.restart_wanted = false;
  if (!unit.wanted) {
    if (unit.state == UnitState::failed || unit.state == UnitState::stopped) { return; }
    set_state(name, unit, UnitState::stopped, unit.stopped_by_hand ? "stopped by hand" : "");
    return;
  }
  if (unit.not_before && now_ < *unit.not_before) { return; }
  unit.not_before.reset();
  if (const std::optional<std::string> unmet = unmet_need(state_, unit)) {
    set_state(name, unit, UnitState::waiting, *unmet);
    return;
  }
  perform_start(name, unit, false);
}

EffectId SuperviseDecider::next_effect(const std::string& name, Unit& unit, std::string_view verb,
                                       Pending pending) {
  unit.pending = pending;
  unit.effect = fmt::format("unit-{}-{}-{}", name, verb, ++state_.last_effect);
  return {unit.effect};
}

void SuperviseDecider::perform_start(const std::string& name, Unit& unit, bool adopt_only) {
  json::object settings;
  settings["runtime"] = unit.settings.runtime;
  const Result<json::value> run = parse_json(unit.settings.run);
  settings["run"] = run ? *run : json::value(json::object{});
  settings["adopt_only"] = adopt_only;
  const EffectId id = next_effect(name, unit, adopt_only ? "adopt" : "start",
                                  adopt_only ? Pending::adopt : Pending::start);
  out_.perform(id, StartUnit{name, to_text(settings)});
  if (!adopt_only) { set_state(name, unit, UnitState::starting, ""); }
}

void SuperviseDecider::perform_stop(const std::string& name, Unit& unit) {
  const std::string why = unit.wanted ? (unit.state == UnitState::running ? unit.why : "")
                                      : (unit.removed ? "the book has it no more" : "");
  const EffectId id = next_effect(name, unit, "stop", Pending::stop);
  out_.perform(id, StopUnit{.unit = name,
                            .pid = unit.pid,
                            .start = unit.start,
                            .signal = static_cast<int>(unit.settings.signal),
                            .grace = unit.settings.grace});
  set_state(name, unit, UnitState::stopping, why);
}

void SuperviseDecider::set_state(const std::string& name, Unit& unit, UnitState state,
                                 std::string why) {
  if (unit.state == state && unit.why == why) { return; }
  if (unit.state != state) { unit.since = now_; }
  unit.state = state;
  unit.why = std::move(why);
  out_.say(UnitStateChanged{.unit = name,
                            .state = state,
                            .why = unit.why,
                            .pid = unit.pid,
                            .restarts = unit.restarts,
                            .by_hand = unit.rests_by_hand()});
}

json::object SuperviseDecider::view_of(const std::string& name, const Unit& unit) const {
  json::object out;
  out["name"] = name;
  out["state"] = word_of(unit.state);
  out["pid"] = unit.pid == 0 ? json::value(nullptr) : json::value(unit.pid);
  out["since"] = rfc3339(unit.since);
  out["restarts"] = unit.restarts;
  out["why"] = unit.why.empty() ? json::value(nullptr) : json::value(unit.why);
  out["runtime"] = unit.settings.runtime;
  out["wanted"] = unit.wanted;
  out["by_hand"] = unit.rests_by_hand();
  out["next_start_at"] = unit.state == UnitState::backoff && unit.not_before
                             ? json::value(rfc3339(*unit.not_before))
                             : json::value(nullptr);
  return out;
}

json::value SuperviseDecider::view(std::string_view path, WallTime) const {
  if (path == "units") {
    json::array out;
    for (const auto& [name, unit] : state_.units) { out.push_back(view_of(name, unit)); }
    return out;
  }
  if (path == "stop-order") {
    json::array out;
    for (const std::string& name : stop_order(state_)) {
      if (!state_.units.at(name).settings.leave_on_exit) { out.emplace_back(name); }
    }
    return out;
  }
  if (path.starts_with("units/")) {
    const auto found = state_.units.find(std::string(path.substr(6)));
    if (found == state_.units.end()) { return nullptr; }
    return view_of(found->first, found->second);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<SuperviseDecider>();
}

void check_book(const config::Node& root, config::Problems& problems) {
  read_units(root, problems);
}

}  // namespace vigie::supervise
