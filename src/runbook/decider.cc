#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/config.h"
#include "model/codec.h"
#include "runbook/guards.h"
#include "runbook/library.h"
#include "runbook/params.h"
#include "runbook/runbook.h"
#include "runbook/state.h"
#include "runbook/stepper.h"
#include "runbook/suggest.h"
#include "runbook/view.h"

namespace vigie::runbook {

namespace {

/// After a start, so long an incident whose run helped may still be ended by an evaluation.
constexpr Millis kSettleAfterStart = 1min;
constexpr size_t kJoinedMax = 16;

class RunbookDecider final : public Decider {
 public:
  std::string_view name() const override { return "runbook"; }
  Effects apply(const Event& event, WallTime now) override;
  std::optional<WallTime> next_timer() const override;
  json::value snapshot() const override { return encode(state_); }
  Status restore(const json::value& snapshot) override;
  std::unique_ptr<Decider> fresh() const override { return std::make_unique<RunbookDecider>(); }
  json::value view(std::string_view path, WallTime now) const override {
    return runbook::view(state_, runbooks_, path, now);
  }

 private:
  void on(const BookAdopted& event);
  void on(const DaemonStarted& event);
  void on(const TimerDue& event);
  void on(const ClockJumped& event);
  void on(const EffectSettled& event);
  void on(const IncidentOpened& event);
  void on(const AlertAttached& event);
  void on(const IncidentAcknowledged& event) { attend(event.incident); }
  void on(const IncidentTaken& event) { attend(event.incident); }
  void on(const IncidentResolved& event);
  void on(const RunAsked& event);
  void on(const RunCancelAsked& event);
  void on(const RunEnded& event);
  void on(const StepAnswered& event);
  void on(const UnitStateChanged& event);
  template <class T>
  void on(const T&) {}

  /// What a run is started with.
  struct Start {
    const Runbook* runbook = nullptr;
    IncidentId incident;
    Labels labels;
    std::string service;
    StringMap params;
    std::vector<std::string> disturbs;
    bool automatic = false;
    std::string by;
    const Step* only = nullptr;
  };
  void start(Start start);
  bool place_only_step(Run& run, const Step& only) const;
  void start_automatic(IncidentId id, const KnownIncident& incident, const Runbook& runbook);
  void decline(IncidentId incident, const std::string& runbook, const std::string& title,
               std::string why);
  void attend(IncidentId id);
  void want_page(IncidentId id, std::string why);
  Run* find_run(RunId id);
  Stepper stepper(Run& run) { return {run, out_, now_}; }
  void move(Run& run, const EffectSettled& event);
  void forget_old();
  void drop_old_outputs();

  State state_;
  std::vector<Runbook> runbooks_;  ///< Made of state_.files.

  // Of the event being applied.
  Effects out_;
  WallTime now_;
};

Effects RunbookDecider::apply(const Event& event, WallTime now) {
  out_ = {};
  now_ = now;
  std::visit([this](const auto& body) { on(body); }, event.body);
  return std::move(out_);
}

std::optional<WallTime> RunbookDecider::next_timer() const {
  std::optional<WallTime> out;
  const auto consider = [&](const std::optional<WallTime>& time) {
    if (time && (!out || *time < *out)) { out = time; }
  };
  for (const auto& [id, run] : state_.runs) { consider(next_time(run)); }
  for (const auto& [id, incident] : state_.incidents) { consider(incident.settle_by); }
  return out;
}

Status RunbookDecider::restore(const json::value& snapshot) {
  VIGIE_TRY(state_, decode<State>(snapshot));
  config::Problems ignored;
  runbooks_ = parse_runbooks(state_.files, ignored);
  return ok();
}

void RunbookDecider::on(const BookAdopted& event) {
  const Result<json::value> parsed = parse_json(event.text);
  BUG(parsed.has_value(), "a book that is no JSON was adopted");
  if (!parsed) { return; }
  state_.files = runbook_files(config::Node::from_json(*parsed));
  config::Problems ignored;
  runbooks_ = parse_runbooks(state_.files, ignored);
}

void RunbookDecider::on(const DaemonStarted&) {
  for (auto& [id, run] : state_.runs) {
    if (run.in_progress()) { stepper(run).extend_deadline(); }
  }
  // Alerts may have ended while nobody ran: evaluations speak first, then somebody is woken.
  for (auto& [id, incident] : state_.incidents) {
    if (incident.settle_by) {
      incident.settle_by = std::max(*incident.settle_by, now_ + kSettleAfterStart);
    }
  }
}

void RunbookDecider::on(const TimerDue&) {
  for (auto& [id, run] : state_.runs) {
    if (!run.in_progress()) { continue; }
    stepper(run).time_passed();
  }
  for (auto& [id, incident] : state_.incidents) {
    if (!incident.settle_by || now_ < *incident.settle_by) { continue; }
    incident.settle_by.reset();
    want_page(id, fmt::format("the runbook \"{}\" ended well, and the incident is still open",
                              incident.helped));
  }
}

/// Waits are for elapsed time: what the clock skipped was not waited.
void RunbookDecider::on(const ClockJumped& event) {
  for (auto& [id, run] : state_.runs) {
    if (run.answer_by) { *run.answer_by += event.by; }
    if (run.limit_at) { *run.limit_at += event.by; }
  }
  for (auto& [id, incident] : state_.incidents) {
    if (incident.settle_by) { *incident.settle_by += event.by; }
  }
  for (auto& [key, past] : state_.past) {
    for (WallTime& start : past.starts) { start += event.by; }
    if (past.verified) { *past.verified += event.by; }
  }
}

void RunbookDecider::on(const EffectSettled& event) {
  if (!event.effect.text.starts_with("run-")) { return; }
  for (auto& [id, run] : state_.runs) {
    if (run.in_progress() && run.effect == event.effect.text) { move(run, event); }
  }
}

void RunbookDecider::move(Run& run, const EffectSettled& event) {
  const size_t row = run.steps.size() - 1;
  stepper(run).settle(event);
  const StepRecord& step = run.steps[row];
  if (step.kind == "verify" && step.state == StepState::done) {
    remember_verified(state_, run.runbook, run.service, now_);
  }
}

/// What follows from the end of a run follows when everybody has heard of it: an incident whose
/// alerts are over ends with its run, and wakes nobody any more.
void RunbookDecider::on(const RunEnded& event) {
  const auto ended = state_.runs.find(event.run);
  if (ended == state_.runs.end() || ended->second.plan.sections.empty()) { return; }
  Run& run = ended->second;
  const Millis settle_within = run.plan.settle_within;
  run.plan = {};
  run.effect.clear();
  run.answer_by.reset();
  run.limit_at.reset();
  run.disturbs.clear();
  run.taken.clear();
  drop_old_outputs();
  if (run.state == RunState::succeeded) {
    const bool verifies = std::any_of(run.steps.begin(), run.steps.end(),
                                      [](const StepRecord& each) { return each.kind == "verify"; });
    if (!verifies) { remember_verified(state_, run.runbook, run.service, now_); }
  }
  const auto found = state_.incidents.find(run.incident);
  if (found == state_.incidents.end() || !found->second.open) { return; }
  KnownIncident& incident = found->second;
  if (run.state == RunState::escalated || (run.automatic && run.state == RunState::failed)) {
    want_page(run.incident, fmt::format("the runbook \"{}\" did not help: {}", run.title, run.why));
  } else if (run.automatic && run.state == RunState::cancelled && !incident.attended) {
    want_page(run.incident,
              fmt::format("the runbook \"{}\" was cancelled: {}", run.title, run.why));
  } else if (run.automatic && run.state == RunState::succeeded && !incident.attended &&
             !incident.paged) {
    incident.settle_by = now_ + settle_within;
    incident.helped = run.title;
  }
}

void RunbookDecider::want_page(IncidentId id, std::string why) {
  const auto found = state_.incidents.find(id);
  if (found != state_.incidents.end()) { found->second.paged = true; }
  out_.say(PageWanted{id, std::move(why)});
}

void RunbookDecider::attend(IncidentId id) {
  const auto found = state_.incidents.find(id);
  if (found == state_.incidents.end()) { return; }
  found->second.attended = true;
  found->second.settle_by.reset();
}

void RunbookDecider::on(const IncidentOpened& event) {
  KnownIncident incident{.title = event.title, .service = event.service, .labels = event.labels};
  std::string text = event.title + " " + event.service + " " + event.stage + " " + event.chain;
  for (const auto& [name, value] : event.annotations) { text += " " + value; }
  for (const auto& [name, value] : event.labels) { text += " " + value; }
  incident.words = words_of(text.substr(0, 8192));
  const auto complete = [&](std::string_view label, const std::string& value) {
    if (!value.empty() && !incident.labels.has(label)) { incident.labels.set(label, value); }
  };
  complete("chain", event.chain);
  complete("stage", event.stage);
  complete("service", event.service);
  complete("team", event.team);
  complete("severity", event.severity);
  state_.incidents[event.incident] = incident;
  forget_old();
  if (!event.muted_by.empty()) { return; }
  const Runbook* runbook = automatic_for(runbooks_, incident.labels);
  if (runbook == nullptr) {
    want_page(event.incident, "no runbook starts by itself for it");
    return;
  }
  start_automatic(event.incident, incident, *runbook);
}

/// What joins it later may say more plainly what helps.
void RunbookDecider::on(const AlertAttached& event) {
  const auto found = state_.incidents.find(event.incident);
  if (found == state_.incidents.end() || event.victim || event.labels.empty()) { return; }
  KnownIncident& incident = found->second;
  const bool known = incident.labels == event.labels ||
                     std::ranges::find(incident.joined, event.labels) != incident.joined.end();
  if (!known && incident.joined.size() < kJoinedMax) { incident.joined.push_back(event.labels); }
}

void RunbookDecider::start_automatic(IncidentId id, const KnownIncident& incident,
                                     const Runbook& runbook) {
  const Filled filled = fill_parameters(runbook, {});
  Start start{.runbook = &runbook,
              .incident = id,
              .labels = incident.labels,
              .service = incident.service,
              .params = filled.params,
              .automatic = true,
              .by = "vigie"};
  start.disturbs = disturbed_by(runbook, start.labels, start.params, start.service);
  Verdict verdict = may_start(state_, runbook, start.service, start.disturbs, true, now_);
  if (!filled.missing.empty()) {
    verdict = {false, fmt::format("a value is needed for {}", fmt::join(filled.missing, ", "))};
  }
  if (!verdict.allowed) {
    decline(id, runbook.id, runbook.title, verdict.why);
    want_page(id, fmt::format("the runbook \"{}\" was held back: {}", runbook.title, verdict.why));
    return;
  }
  if (runbook.page_at_once) {
    want_page(id,
              fmt::format("the runbook \"{}\" runs, and wants a person beside it", runbook.title));
  }
  remember_start(state_, runbook, start.service, now_);
  this->start(std::move(start));
}

void RunbookDecider::decline(IncidentId incident, const std::string& runbook,
                             const std::string& title, std::string why) {
  out_.say(RunbookDeclined{
      .incident = incident, .runbook = runbook, .title = title, .why = std::move(why)});
}

bool RunbookDecider::place_only_step(Run& run, const Step& only) const {
  for (size_t s = 0; s < run.plan.sections.size(); ++s) {
    for (size_t i = 0; i < run.plan.sections[s].steps.size(); ++i) {
      if (run.plan.sections[s].steps[i].id != only.id) { continue; }
      run.section = static_cast<int64_t>(s);
      run.step = static_cast<int64_t>(i);
      run.single = true;
      run.title += ": " + only.title;
      return true;
    }
  }
  return false;
}

void RunbookDecider::start(Start start) {
  Run run{.id = RunId{static_cast<uint64_t>(++state_.last_run)},
          .runbook = start.runbook->id,
          .title = start.runbook->title,
          .incident = start.incident,
          .service = std::move(start.service),
          .automatic = start.automatic,
          .by = std::move(start.by),
          .started_at = now_,
          .labels = std::move(start.labels),
          .params = std::move(start.params),
          .plan = *start.runbook,
          .disturbs = std::move(start.disturbs)};
  run.plan.when.clear();
  if (start.only != nullptr) { place_only_step(run, *start.only); }
  out_.say(RunStarted{.run = run.id,
                      .runbook = run.runbook,
                      .title = run.title,
                      .incident = run.incident,
                      .automatic = run.automatic,
                      .by = run.by});
  const auto [found, fresh] = state_.runs.emplace(run.id, std::move(run));
  stepper(found->second).begin();
  forget_old();
}

void RunbookDecider::on(const RunAsked& event) {
  const size_t hash = event.runbook.find('#');
  const std::string id = event.runbook.substr(0, hash);
  const Runbook* runbook = find_runbook(runbooks_, id);
  if (runbook == nullptr) {
    decline(event.incident, id, id, fmt::format("there is no runbook \"{}\"", id));
    return;
  }
  Start start{.runbook = runbook, .incident = event.incident, .by = event.who};
  if (hash != std::string::npos) {
    start.only = find_step(*runbook, event.runbook.substr(hash + 1));
    if (start.only == nullptr) {
      decline(event.incident, id, runbook->title,
              fmt::format("it has no step \"{}\"", event.runbook.substr(hash + 1)));
      return;
    }
  }
  const auto incident = state_.incidents.find(event.incident);
  if (incident != state_.incidents.end()) {
    start.labels = incident->second.labels;
    start.service = incident->second.service;
  }
  Filled filled = start.only == nullptr ? fill_parameters(*runbook, event.params)
                                        : fill_parameters(*runbook, *start.only, event.params);
  start.params = std::move(filled.params);
  start.disturbs = disturbed_by(*runbook, start.labels, start.params, start.service);
  Verdict verdict = may_start(state_, *runbook, start.service, start.disturbs, false, now_);
  if (!filled.missing.empty()) {
    verdict = {false, fmt::format("a value is needed for {}", fmt::join(filled.missing, ", "))};
  }
  if (!verdict.allowed) {
    decline(event.incident, id, runbook->title, verdict.why);
    return;
  }
  this->start(std::move(start));
}

Run* RunbookDecider::find_run(RunId id) {
  const auto found = state_.runs.find(id);
  if (found == state_.runs.end() || !found->second.in_progress()) { return nullptr; }
  return &found->second;
}

void RunbookDecider::on(const RunCancelAsked& event) {
  Run* run = find_run(event.run);
  if (run == nullptr) { return; }
  stepper(*run).cancel(event.who);
}

void RunbookDecider::on(const UnitStateChanged& event) {
  if (event.by_hand) {
    state_.stopped.try_emplace(event.unit, now_);
  } else {
    state_.stopped.erase(event.unit);
  }
}

void RunbookDecider::on(const StepAnswered& event) {
  Run* run = find_run(event.run);
  if (run == nullptr) { return; }
  stepper(*run).answer(event);
}

void RunbookDecider::on(const IncidentResolved& event) {
  const auto found = state_.incidents.find(event.incident);
  if (found != state_.incidents.end()) {
    found->second.open = false;
    found->second.settle_by.reset();
  }
  for (auto& [id, run] : state_.runs) {
    if (!run.in_progress() || run.incident != event.incident) { continue; }
    stepper(run).stop_after_step("the incident was resolved: " + event.why);
  }
}

/// The newest runs and incidents; never one in progress or open.
void RunbookDecider::forget_old() {
  for (auto run = state_.runs.begin(); run != state_.runs.end();) {
    if (state_.runs.size() <= kRunsKept) { break; }
    run = run->second.in_progress() ? std::next(run) : state_.runs.erase(run);
  }
  for (auto one = state_.incidents.begin(); one != state_.incidents.end();) {
    if (state_.incidents.size() <= kIncidentsKept) { break; }
    one = one->second.open ? std::next(one) : state_.incidents.erase(one);
  }
}

void RunbookDecider::drop_old_outputs() {
  size_t total = 0;
  for (auto run = state_.runs.rbegin(); run != state_.runs.rend(); ++run) {
    for (StepRecord& step : run->second.steps) {
      total += step.output.size();
      const bool keep = total <= kOutputsKept || run->second.in_progress();
      if (!keep && step.output.size() > 256) { step.output = "(no longer kept)"; }
    }
  }
}

}  // namespace

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<RunbookDecider>();
}

}  // namespace vigie::runbook
