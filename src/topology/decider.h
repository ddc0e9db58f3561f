#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/decider.h"
#include "topology/settings.h"
#include "topology/world.h"

namespace vigie::topology {

/// A firing alert and where it was last said to belong.
struct PlacedAlert {
  Labels labels;
  AlertPlaced said;
  bool evident = false;
  /// The cause is well again; if the alert still fires then, it is nobody's victim any more.
  std::optional<WallTime> freed_at;
  /// What was said is tentative until then.
  std::optional<WallTime> settles_at;
  VIGIE_FIELDS(labels, said, evident, freed_at, settles_at)
  bool waits() const { return freed_at || settles_at; }
};

/// How long a victim may take to recover behind its cause, or a stage behind the one that broke,
/// before it counts by itself.
inline constexpr Millis kRecoversWithin = 2min;
/// How long an alert of a chain waits for a stage to be found before it counts as it is: flows and
/// robots may notice a break a little later than the rule does.
inline constexpr Millis kLocatedWithin = 10s;
/// So long after a break has ended, an alert of its chain may be its last echo.
inline constexpr Millis kEchoesWithin = 30s;

struct TopologyState {
  std::string book;  ///< JSON of services and chains.
  World world;
  std::map<std::string, PlacedAlert> alerts;  ///< By fingerprint.
  VIGIE_FIELDS(book, world, alerts)
};

/// The room's decider. Places change when facts do; a recovery moves no alert, since the alert is
/// about to end itself: only a break that is found elsewhere does, or a victim that outlives its
/// cause.
class TopologyDecider final : public Decider {
 public:
  std::string_view name() const override { return "topology"; }
  Effects apply(const Event& event, WallTime now) override;
  std::optional<WallTime> next_timer() const override;
  json::value snapshot() const override;
  Status restore(const json::value& snapshot) override;
  std::unique_ptr<Decider> fresh() const override;
  /// "services", "chains".
  json::value view(std::string_view path, WallTime now) const override;

 private:
  bool on(const StageFlowChanged& event, WallTime now);
  bool on(const RobotRoundEnded& event, WallTime now);
  bool on(const HealthChanged& event, WallTime now);
  void on(const ClockJumped& event);
  void on(const BookAdopted& event);
  void on(const AlertFired& event, WallTime now, Effects& out);
  /// Says every placement that is another one now.
  void place_again(WallTime now, Effects& out);
  /// Breaks and recoveries of every chain.
  void follow(WallTime now);
  WallTime settles_at(const AlertPlaced& said, WallTime now) const;
  /// True when the alert belongs elsewhere now.
  bool move(const std::string& fingerprint, PlacedAlert& alert, WallTime now) const;
  json::value service_view(const Service& service) const;
  json::value chain_view(const Chain& chain) const;

  void expect(const PlacedAlert& alert);

  TopologyState state_;
  Settings settings_;
  /// The earliest of all waits, asked for after every event; looked for only when one may have
  /// gone, since a storm has thousands of alerts.
  mutable std::optional<WallTime> due_;
  mutable bool due_known_ = false;
};

}  // namespace vigie::topology
