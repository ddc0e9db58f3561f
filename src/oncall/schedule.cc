#include "oncall/schedule.h"

#include <algorithm>

namespace vigie::oncall {

namespace {

constexpr Millis kDay = std::chrono::hours{24};
constexpr Millis kHorizon = 400 * kDay;
/// Looking ahead stops here even when the horizon is further, so that a one-minute rotation with
/// one person costs no more than others.
constexpr int kStepsMax = 4000;

void keep_earliest(std::optional<WallTime>& best, WallTime candidate, WallTime after) {
  if (candidate > after && (!best || candidate < *best)) { best = candidate; }
}

bool is_civil(const Layer& layer) {
  return layer.every % kDay == Millis{0};
}

/// The number of the turn that holds at `at`; negative before the start.
int64_t turn_at(const Layer& layer, const Zone& zone, WallTime at) {
  const Millis since = is_civil(layer) ? local_of(at, zone) - layer.from
                                       : at - wall_of(layer.from, zone, Fold::first);
  int64_t turn = since / layer.every;
  if (since < Millis{0}) { --turn; }
  // Near a change of the clocks the civil guess may be one off.
  while (hand_over(layer, zone, turn) > at) { --turn; }
  while (hand_over(layer, zone, turn + 1) <= at) { ++turn; }
  return turn;
}

bool on_duty(const Layer& layer, const Zone& zone, WallTime at) {
  if (layer.between.empty()) { return true; }
  const LocalTime local = local_of(at, zone);
  return std::ranges::any_of(layer.between,
                             [&](const WeeklySpan& span) { return span.covers(local); });
}

Duty layers_at(const Schedule& schedule, WallTime at) {
  for (size_t i = 0; i < schedule.layers.size(); ++i) {
    const Layer& layer = schedule.layers[i];
    const int64_t turn = turn_at(layer, schedule.zone, at);
    if (turn < 0 || !on_duty(layer, schedule.zone, at)) { continue; }
    const size_t index = static_cast<size_t>(turn) % layer.people.size();
    return {.person = layer.people[index], .layer = static_cast<int64_t>(i) + 1};
  }
  return {};
}

/// The next instant at which the clock on the wall passes an edge of a span, or jumps over one.
std::optional<WallTime> next_span_edge(const Layer& layer, const Zone& zone, WallTime at) {
  std::optional<WallTime> best;
  for (const WeeklySpan& span : layer.between) {
    LocalTime from = local_of(at, zone);
    // An edge in the hour that occurs twice may lie behind us as an instant; then the next counts.
    for (int tries = 0; tries < 4; ++tries) {
      const std::optional<LocalTime> edge = span.next_edge(from);
      if (!edge) { break; }
      keep_earliest(best, wall_of(*edge, zone, Fold::first), at);
      keep_earliest(best, wall_of(*edge, zone, Fold::second), at);
      from = *edge;
    }
    // Clocks that go back put an edge of the hour before within reach again.
    const std::optional<LocalTime> again = span.next_edge(local_of(at, zone) - kDay);
    if (again) { keep_earliest(best, wall_of(*again, zone, Fold::second), at); }
  }
  return best;
}

/// Where the zone's clocks jump, spans begin or end without an edge; at most one jump lies before
/// `until`, which is never more than eight days away.
std::optional<WallTime> next_clock_change(const Zone& zone, WallTime at, WallTime until) {
  const auto offset = [&](WallTime t) {
    return local_of(t, zone).time_since_epoch() - t.time_since_epoch();
  };
  WallTime low = at;
  WallTime high = until;
  if (high <= low || offset(low) == offset(high)) { return std::nullopt; }
  while (high - low > Millis{1}) {
    const WallTime middle = low + (high - low) / 2;
    (offset(middle) == offset(low) ? low : high) = middle;
  }
  return high;
}

}  // namespace

WallTime hand_over(const Layer& layer, const Zone& zone, int64_t turn) {
  if (is_civil(layer)) { return wall_of(layer.from + layer.every * turn, zone, Fold::first); }
  return wall_of(layer.from, zone, Fold::first) + layer.every * turn;
}

Duty duty_at(const Schedule& schedule, WallTime at) {
  const Duty planned = layers_at(schedule, at);
  Duty out = planned;
  for (const Cover& cover : schedule.covers) {
    if (at < cover.from || cover.to <= at) { continue; }
    if (!cover.instead_of.empty() && cover.instead_of != planned.person) { continue; }
    out = planned;
    out.person = cover.person;
    out.covered = planned.person;
  }
  return out;
}

std::optional<WallTime> next_change(const Schedule& schedule, WallTime at) {
  std::optional<WallTime> best;
  bool spans = false;
  for (const Layer& layer : schedule.layers) {
    const int64_t turn = turn_at(layer, schedule.zone, at);
    keep_earliest(best, hand_over(layer, schedule.zone, std::max<int64_t>(turn + 1, 0)), at);
    spans = spans || !layer.between.empty();
    if (const auto edge = next_span_edge(layer, schedule.zone, at)) {
      keep_earliest(best, *edge, at);
    }
  }
  for (const Cover& cover : schedule.covers) {
    keep_earliest(best, cover.from, at);
    keep_earliest(best, cover.to, at);
  }
  if (spans && best) {
    if (const auto jump = next_clock_change(schedule.zone, at, *best)) {
      keep_earliest(best, *jump, at);
    }
  }
  return best;
}

Shift who(const Schedule& schedule, WallTime at) {
  Shift shift{.duty = duty_at(schedule, at)};
  WallTime reached = at;
  for (int step = 0; step < kStepsMax; ++step) {
    const std::optional<WallTime> change = next_change(schedule, reached);
    if (!change || *change - at > kHorizon) { return shift; }
    reached = *change;
    const Duty then = duty_at(schedule, reached);
    if (then.person == shift.duty.person) { continue; }
    shift.until = reached;
    shift.next = then;
    return shift;
  }
  return shift;
}

std::string who_next(const Schedule& schedule, WallTime at) {
  const std::string now = duty_at(schedule, at).person;
  WallTime reached = at;
  for (int step = 0; step < kStepsMax; ++step) {
    const std::optional<WallTime> change = next_change(schedule, reached);
    if (!change || *change - at > kHorizon) { return ""; }
    reached = *change;
    const Duty then = duty_at(schedule, reached);
    if (!then.person.empty() && then.person != now) { return then.person; }
  }
  return "";
}

}  // namespace vigie::oncall
