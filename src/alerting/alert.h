#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/events.h"
#include "model/labels.h"
#include "model/record.h"

namespace vigie::alerting {

enum class AlertState : uint8_t { pending, firing, resolved };

/// One label set about which a rule makes a judgement. Everything is part of the snapshot.
struct Alert {
  std::string fingerprint;  ///< Of `labels`; the alert's name everywhere.
  Labels labels;            ///< As the rule gives them.
  StringMap annotations;
  double value = 0;
  std::vector<std::string> rules;  ///< Ids of the rules whose condition holds; empty: it ended.
  std::string rule;                ///< The first of them, or the last that held.
  AlertState state = AlertState::pending;
  WallTime active_at{};
  std::optional<WallTime> fired_at;
  std::optional<WallTime> fell_at;  ///< The condition ended; firing goes on for `keep_firing_for`.
  std::optional<WallTime> resolved_at;
  /// Until then a pending alert of before a restart waits for the first evaluation's word.
  std::optional<WallTime> confirm_by;
  std::string resolved_why;

  // Placement, said by topology.
  bool placed = false;
  std::optional<WallTime> placed_by;  ///< Its place is still looked for; until then at most.
  StringMap placement;  ///< chain, stage, service, team; added where the rule gave none.
  std::string cause, cause_why;
  IncidentId incident;

  std::string muted_by;   ///< As it was said last.
  std::string inhibitor;  ///< Fingerprint of the alert that mutes it.
  VIGIE_FIELDS(fingerprint, labels, annotations, value, rules, rule, state, active_at, fired_at,
               fell_at, resolved_at, confirm_by, resolved_why, placed, placed_by, placement, cause,
               cause_why, incident, muted_by, inhibitor)

  /// What routes, groups and receivers see.
  Labels full_labels() const;
};

using Alerts = std::map<std::string, Alert>;

/// The last words about an alert that ended, or that went to another group: what its receivers may
/// still have to be told does not depend on what becomes of the alert.
struct Ended {
  WallTime at{}, fired_at{};
  Labels labels;  ///< As they were told.
  StringMap annotations;
  std::string rule;
  bool kept_back = false;  ///< It was a victim or inhibited when it ended.
  VIGIE_FIELDS(at, fired_at, labels, annotations, rule, kept_back)
};

/// An alert's place in a group.
struct Member {
  std::optional<Ended> ended;  ///< Absent: it fires.
  VIGIE_FIELDS(ended)
};

/// What an integration heard last of an alert. `unsure`: a message left and nobody knows whether it
/// arrived, so whatever holds must be said again.
enum class Word : uint8_t { firing, resolved, unsure };
using Words = std::map<std::string, Word>;  ///< By fingerprint.

/// What one integration of a receiver knows about a group (Alertmanager's notification log).
struct Delivery {
  Words heard;                      ///< Of members only; nothing: it never heard of it.
  std::optional<WallTime> sent_at;  ///< Of the last message that arrived.
  std::string flight;               ///< Effect under way, "" for none.
  Words says;                       ///< What the flight says.
  int64_t failures = 0;             ///< Since the last success.
  std::optional<WallTime> failing_since, retry_at;
  std::string problem;  ///< What the last failure said.
  VIGIE_FIELDS(heard, sent_at, flight, says, failures, failing_since, retry_at, problem)

  /// It may believe that this alert fires.
  bool may_believe(const std::string& fingerprint) const;
};

/// Alerts that are told to one receiver together.
struct Group {
  std::string receiver, route_key;
  Labels labels;
  Millis interval{0}, repeat{0};
  std::vector<std::string> muted_during, active_during;
  WallTime next_flush{};
  bool flushed = false;
  bool suppressed = false;  ///< The last flush kept something back.
  std::map<std::string, Member> members;
  std::map<std::string, Delivery> deliveries;  ///< By integration, "webhook/0".
  VIGIE_FIELDS(receiver, route_key, labels, interval, repeat, muted_during, active_during,
               next_flush, flushed, suppressed, members, deliveries)
};

struct AlertingState {
  std::string book;  ///< JSON of the sections that this room reads.
  Alerts alerts;
  std::map<std::string, Group> groups;
  int64_t next_notify = 1;
  int64_t refused = 0;                ///< Alerts beyond kAlertsMax.
  std::optional<WallTime> minute_at;  ///< When time intervals are asked again about muted alerts.
  VIGIE_FIELDS(book, alerts, groups, next_notify, refused, minute_at)
};

/// Active alerts at most; more are refused and counted.
inline constexpr size_t kAlertsMax = 200'000;
/// Resolved alerts stay visible this long, and so many.
inline constexpr Millis kResolvedKept = 15min;
inline constexpr size_t kResolvedMax = 1'000;
/// How long a pending alert of before a restart waits to be confirmed.
inline constexpr Millis kConfirmWithin = 1min;

}  // namespace vigie::alerting

namespace vigie {
VIGIE_WORDS(alerting::AlertState, pending, firing, resolved);
VIGIE_WORDS(alerting::Word, firing, resolved, unsure);
}  // namespace vigie
