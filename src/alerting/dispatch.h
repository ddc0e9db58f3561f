#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerting/alert.h"
#include "alerting/payload.h"
#include "alerting/settings.h"
#include "model/decider.h"

namespace vigie::alerting {

/// Groups alerts for receivers and decides when which integration is told: Alertmanager's
/// group_wait, group_interval, repeat_interval and notification log.
///
/// What differs: whoever was told that an alert fires, or may have been (a crash cut the receipt),
/// is told when it is over, whatever mutes it by then, whatever became of the alert, its group or
/// its route, and is tried for a day. An alert that fires again before its end was told goes on as
/// one. A group that kept something back looks again as soon as that may have changed, not a
/// group_interval later. An alert that goes to another group is over in the old one, at once, so
/// that the word of the new one comes last.
class Dispatcher {
 public:
  /// Why a firing alert must not be told now; "" when it may.
  using Suppressed = std::function<std::string(const Alert&)>;

  explicit Dispatcher(AlertingState& state) : state_(state) {}
  /// Rebuilds the indexes from the state.
  void reindex(const Settings& settings, Suppressed suppressed);
  /// Another book: groups take over its intervals; those that no route makes any more go.
  void adopt(WallTime now);

  /// A firing alert enters and leaves groups; `told` are its labels until now.
  void route(const Alert& alert, const Labels& told, WallTime now);
  /// An alert resolved; before anything forgets why it was kept back.
  void ended(const Alert& alert);
  /// After a restart: time in which nobody tried does not count as trying.
  void started(WallTime now);
  /// Something that kept alerts back may be over.
  void reconsider(WallTime now);
  /// The wall clock was set: waits stay as long as they were.
  void jumped(Millis by);
  /// Everything due at `now`, by (time, group).
  void due(WallTime now, Effects& out);
  void settled(const EffectSettled& outcome, WallTime now);

  std::optional<WallTime> next_timer() const;
  const std::set<std::string>* groups_of(const std::string& fingerprint) const;
  const std::vector<Integration>& integrations(const Group& group) const;
  /// The time intervals of its route, "" when they let it speak.
  std::string muted(const Group& group, WallTime now) const;

 private:
  std::optional<WallTime> wake_of(const Group& group) const;
  void schedule(const std::string& id);
  void unschedule(const std::string& id);
  Group& open(const std::string& id, const Route& route, const Alert& alert, WallTime now);
  void flush(const std::string& id, Group& group, WallTime now, Effects& out);
  void tell(const std::string& id, Group& group, const Integration& to, WallTime now, Effects& out);
  /// What the integration must know now; of what is over only what it did not hear yet.
  Words words_for(const Group& group, const Integration& to, const Delivery& delivery,
                  WallTime now) const;
  void send(const std::string& id, Group& group, const Integration& to, Words words, Effects& out);
  PayloadAlert worded(const std::string& fingerprint, const Member& member) const;
  /// The member's alert if it fires, else null.
  const Alert* firing(const std::string& fingerprint, const Member& member) const;
  Ended last_words(const Alert& alert, const Labels& told, WallTime at) const;
  bool is_done(const Group& group, const std::string& fingerprint, const Member& member,
               WallTime now) const;
  void prune(const std::string& id, Group& group, WallTime now);
  void forget_member(const std::string& id, const std::string& fingerprint);

  AlertingState& state_;
  const Settings* settings_ = nullptr;
  Suppressed suppressed_;
  // Derived from the state.
  std::set<std::pair<WallTime, std::string>> schedule_;
  std::map<std::string, WallTime> scheduled_at_;
  std::map<std::string, std::set<std::string>> groups_of_;                ///< By fingerprint.
  std::map<std::string, std::pair<std::string, std::string>> in_flight_;  ///< By effect.
  std::set<std::string> suppressed_groups_;
};

}  // namespace vigie::alerting
