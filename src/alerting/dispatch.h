#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerting/alert.h"
#include "alerting/settings.h"
#include "model/decider.h"

namespace vigie::alerting {

/// Groups alerts for receivers and decides when which integration is told: Alertmanager's
/// group_wait, group_interval, repeat_interval and notification log. Two things differ: what was
/// told as firing is always told as resolved, whatever mutes it by then; and a group that kept
/// something back looks again as soon as that may have changed, not a group_interval later.
class Dispatcher {
 public:
  /// Why a firing alert must not be told now; "" when it may.
  using Suppressed = std::function<std::string(const Alert&)>;

  explicit Dispatcher(AlertingState& state) : state_(state) {}
  /// Rebuilds the indexes from the state.
  void reindex(const Settings& settings, Suppressed suppressed);
  /// Another book: groups take over its intervals; those that no route makes any more go.
  void adopt(WallTime now);

  /// A firing alert has new labels: it enters and leaves groups.
  void route(const Alert& alert, WallTime now);
  /// Something that kept alerts back may be over.
  void reconsider(WallTime now);
  /// The wall clock was set: waits stay as long as they were.
  void jumped(Millis by);
  /// Everything due at `now`, by (time, group).
  void due(WallTime now, Effects& out);
  void settled(const EffectSettled& outcome, WallTime now);

  std::optional<WallTime> next_timer() const;
  /// A group still needs this alert.
  bool holds(const std::string& fingerprint) const { return groups_of_.contains(fingerprint); }
  const std::set<std::string>* groups_of(const std::string& fingerprint) const;
  const std::vector<Integration>& integrations(const Group& group) const;
  /// The time intervals of its route, "" when they let it speak.
  std::string muted(const Group& group, WallTime now) const;

 private:
  struct Content {
    std::vector<std::string> firing, resolved;
  };
  std::optional<WallTime> wake_of(const Group& group) const;
  void schedule(const std::string& id);
  void unschedule(const std::string& id);
  Group& open(const std::string& id, const Route& route, const Alert& alert, WallTime now);
  void flush(const std::string& id, Group& group, WallTime now, Effects& out);
  void tell(const std::string& id, Group& group, const Integration& to, WallTime now, Effects& out);
  Content content_of(const Group& group, const Integration& to, const Delivery& delivery,
                     WallTime now) const;
  void send(const std::string& id, Group& group, const Integration& to, Content content,
            WallTime now, Effects& out);
  bool is_firing(const std::string& fingerprint, const Member& member) const;
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
