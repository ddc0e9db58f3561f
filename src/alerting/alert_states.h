#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/alert.h"
#include "alerting/settings.h"

namespace vigie::alerting {

/// What became of alerts in one step, by fingerprint, in the order in which it happened.
struct AlertChanges {
  std::vector<std::string> fired;     ///< Became firing.
  std::vector<std::string> resolved;  ///< Was firing.
  std::vector<std::string> reworded;  ///< Firing, with other annotations.
  std::vector<std::string> unplaced;  ///< Firing, and topology never answered.
};

/// A rule of Vigie about itself, "vigie;self;VigieJournalNotDurable": no book has it, and its
/// alerts fire at once.
bool is_built_in(std::string_view rule);

/// The states of alerts: inactive, pending for `for`, firing, on for `keep_firing_for`, resolved.
/// Works on the decider's state and keeps only indexes of its own.
class AlertStates {
 public:
  explicit AlertStates(AlertingState& state) : state_(state) {}
  /// Rebuilds the indexes from the state.
  void reindex(const Settings& settings);

  void rose(const std::string& rule, const Labels& labels, const StringMap& annotations,
            double value, WallTime now, AlertChanges& out);
  void fell(const std::string& rule, const Labels& labels, WallTime now, AlertChanges& out);
  /// Everything due at `now`, by (time, fingerprint).
  void due(WallTime now, AlertChanges& out);
  /// Another book: alerts of rules that are gone or are another rule resolve and say why.
  void adopt(const Settings& before, const Settings& after, WallTime now, AlertChanges& out);
  /// After a restart: what was pending waits for an evaluation before it fires. What the daemon
  /// before said of itself is over; the new one says it again if it holds.
  void started(WallTime now, AlertChanges& out);
  /// The wall clock was set: what happened stays as long ago, what is due as far off, as it was.
  void jumped(Millis by);
  /// Forgets resolved alerts that were kept long enough.
  void forget(WallTime now);

  /// The alert was placed; `tentative`: topology will say so again within half a minute, and
  /// receivers wait for that.
  void placed(Alert& alert, bool tentative);
  std::optional<WallTime> next_timer() const;
  /// When a pending alert will fire.
  WallTime fires_at(const Alert& alert) const;

 private:
  struct Terms {
    Millis hold{0}, keep{0};
  };
  Terms terms_of(const Alert& alert) const;
  std::optional<WallTime> deadline_of(const Alert& alert) const;
  void schedule(const Alert& alert);
  void unschedule(const Alert& alert);
  void fire(Alert& alert, WallTime now, AlertChanges& out);
  void resolve(Alert& alert, std::string why, WallTime now, AlertChanges& out);
  void settle(Alert& alert, WallTime now, AlertChanges& out);
  void drop(const std::string& fingerprint);

  AlertingState& state_;
  const Settings* settings_ = nullptr;
  // Derived from the state.
  std::set<std::pair<WallTime, std::string>> deadlines_;
  std::set<std::pair<WallTime, std::string>> resolved_;
};

}  // namespace vigie::alerting
