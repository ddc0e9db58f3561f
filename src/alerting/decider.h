#pragma once

#include <map>
#include <set>
#include <string>

#include "alerting/alert.h"
#include "alerting/alert_states.h"
#include "alerting/dispatch.h"
#include "alerting/settings.h"
#include "model/decider.h"

namespace vigie::alerting {

/// The room's decider: joins the alerts' states with routing and says what others must know.
class AlertingDecider final : public Decider {
 public:
  AlertingDecider();

  std::string_view name() const override { return "alerting"; }
  Effects apply(const Event& event, WallTime now) override;
  std::optional<WallTime> next_timer() const override;
  json::value snapshot() const override;
  Status restore(const json::value& snapshot) override;
  std::unique_ptr<Decider> fresh() const override;
  /// "alerts", "groups", "conditions".
  json::value view(std::string_view path, WallTime now) const override;

 private:
  void on(const BookAdopted& event, WallTime now, Effects& out);
  void on(const AlertPlaced& event, WallTime now, Effects& out);
  void on(const AlertAttached& event);
  void follow(const AlertChanges& changes, WallTime now, Effects& out);
  void announce(Alert& alert, WallTime now, Effects& out);
  void set_muted(Alert& alert, WallTime now);
  void clear_muted(Alert& alert);
  void unmute(WallTime now, Effects& out);
  void reindex();

  std::string route_mutes(const Alert& alert, WallTime now) const;
  std::string reason(const Alert& alert, WallTime now) const;
  json::value alert_view(const Alert& alert, WallTime now) const;
  json::value group_view(const std::string& id, const Group& group, WallTime now) const;

  AlertingState state_;
  Settings settings_;
  AlertStates states_;
  Dispatcher dispatcher_;
  Inhibitor inhibitor_;
  // Derived from the state: firing alerts that were said to be muted.
  std::set<std::string> muted_by_time_;
  std::map<std::string, std::set<std::string>> inhibits_;  ///< By inhibitor.
};

}  // namespace vigie::alerting
