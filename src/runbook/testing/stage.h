#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/decider.h"

namespace vigie::runbook {

/// Drives the decider as the engine does: facts go back to it, timers become events. Before each
/// event a twin is restored from the snapshot; both must say, do and remember the same.
class Stage {
 public:
  Stage();

  /// Runbooks as (path, Markdown).
  void book(std::vector<std::pair<std::string, std::string>> files);
  void feed(EventBody body);
  /// For tests of many events: the twin costs time.
  void without_twins() { twins_ = false; }
  void forward(Millis by);
  void settle(Outcome outcome = Outcome::ok, std::string detail = "", std::string data = "{}");
  IncidentId open(std::string service, Labels labels, std::string muted_by = "");

  WallTime now() const { return now_; }
  const Decider& decider() const { return *decider_; }
  json::value view(std::string_view path) const { return decider_->view(path, now_); }
  std::string snapshot() const { return to_text(decider_->snapshot()); }
  /// What was said since the last call, as "run_ended escalated: why" lines.
  std::vector<std::string> take_said();
  /// The newest step that was asked for and not settled; its id is "" when there is none.
  const Effect& step() const;
  const RunStep& run_step() const;
  size_t steps_performed() const { return performed_.size(); }
  const std::vector<Effect>& aborted() const { return aborted_; }

 private:
  void apply(const EventBody& body, std::vector<EventBody>& queue);

  std::unique_ptr<Decider> decider_;
  WallTime now_;
  bool twins_ = true;
  uint64_t seq_ = 0;
  uint64_t incidents_ = 0;
  std::vector<EventBody> said_;
  std::vector<Effect> performed_;
  std::vector<Effect> aborted_;
};

}  // namespace vigie::runbook
