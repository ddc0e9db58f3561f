#include <fmt/core.h>

#include <algorithm>
#include <future>

#include "base/log.h"
#include "daemon/house.h"

namespace vigie::daemon {

namespace {

/// About two seconds at the design rate of 128,000 samples a second: long enough for one slow
/// write. What exceeds is refused, and the scrape is marked failed, which is true.
constexpr size_t kSamplesWaitingMax = 262'144;
constexpr Nanos kWriteWait = 10s;
/// How long samples come in again before rules are believed: rates need two of them, and most look
/// back over less than this.
constexpr Nanos kRefillWait = 60s;
/// How long the store takes everything before Vigie says that it does: on a disk that is nearly
/// full, a small write passes now and then.
constexpr Nanos kCalm = 15s;

/// Numbers of series the store has not given yet, or gave before it pruned them.
Status resolve(tsdb::Store& store, collect::ScrapedBatch& batch) {
  for (collect::ScrapedSample& sample : batch) {
    if (sample.series->store_ref != 0) { continue; }
    VIGIE_TRY(const tsdb::SeriesRef ref, store.resolve(sample.series->labels));
    sample.series->store_ref = ref.id;
  }
  return ok();
}

Result<tsdb::Appended> append(tsdb::Store& store, collect::ScrapedBatch& batch) {
  VIGIE_CHECK(resolve(store, batch));
  std::vector<tsdb::RefSample> refs;
  refs.reserve(batch.size());
  for (const collect::ScrapedSample& sample : batch) {
    refs.push_back({{sample.series->store_ref}, sample.at, sample.value});
  }
  return store.append_refs(refs);
}

}  // namespace

Status House::take_samples(collect::ScrapedBatch batch) {
  const size_t count = batch.size();
  if (samples_waiting_.fetch_add(count) + count > kSamplesWaitingMax) {
    samples_waiting_ -= count;
    samples_refused_ += count;
    return error(Code::exhausted, "the store is behind: the disk is slow or full");
  }
  auto moved = std::make_shared<collect::ScrapedBatch>(std::move(batch));
  store_loop_.post([this, moved, count] {
    auto appended = append(*store_, *moved);
    if (appended && appended->over_limit != 0) {
      // A pruned series has lost its number; samples that did land are recognised as repeated.
      for (collect::ScrapedSample& sample : *moved) { sample.series->store_ref = 0; }
      appended = append(*store_, *moved);
    }
    judge_store(false, appended ? ok() : Status(appended.error()));
    samples_refused_ += appended ? appended->refused() : count;
    samples_waiting_ -= count;
  });
  return ok();
}

Status House::write_and_wait(SampleBatch batch) {
  auto done = std::make_shared<std::promise<Status>>();
  auto written = done->get_future();
  auto moved = std::make_shared<SampleBatch>(std::move(batch));
  store_loop_.post([this, done, moved] {
    auto appended = store_->append(*moved);
    done->set_value(appended ? ok() : Status(std::move(appended).error()));
  });
  if (written.wait_for(kWriteWait) != std::future_status::ready) {
    return error(Code::timeout, "the store does not answer");
  }
  return written.get();
}

alerting::EvaluatorDeps House::evaluator_deps() {
  return {.engine = &queries_,
          .querier = store_.get(),
          .clock = &real_clock(),
          .write = [this](SampleBatch batch) { return write_and_wait(std::move(batch)); },
          .execute =
              [this](Work work) {
                const Status queued = rules_pool_.submit(std::move(work));
                if (!queued) { log::warn("daemon", "a rule pass: {}", queued.error().what); }
              },
          .sink = [this](EventBody body) { rules_valve_.pass(std::move(body)); },
          .wake = [this](MonoTime when) { edge_.post([this, when] { tick_evaluator(when); }); }};
}

void House::tick_evaluator(MonoTime when) {
  if (evaluator_timer_ && evaluator_due_ && *evaluator_due_ <= when &&
      *evaluator_due_ > edge_.clock().mono()) {
    // The timer that is set comes first, and the evaluator asks again then.
    return;
  }
  if (evaluator_timer_) { edge_.cancel_timer(*evaluator_timer_); }
  evaluator_due_ = when;
  evaluator_timer_ = edge_.call_at(when, [this] {
    evaluator_timer_.reset();
    evaluator_->tick();
  });
}

void House::take_fact(collect::Fact fact) {
  if (auto* changed = std::get_if<HealthChanged>(&fact.body)) {
    engine_->submit(std::move(*changed));
    return;
  }
  auto* round = std::get_if<RobotRoundEnded>(&fact.body);
  if (round == nullptr) { return; }
  robots_seen_[round->chain] = fact.at;
  // A round like the one before is no news; the journal keeps changes only.
  const auto same = [](const RobotStage& a, const RobotStage& b) {
    return a.stage == b.stage && a.result == b.result;
  };
  auto& before = robots_[round->chain];
  const bool news =
      !std::equal(before.begin(), before.end(), round->stages.begin(), round->stages.end(), same);
  before = round->stages;
  if (news) { engine_->submit(std::move(*round)); }
}

void House::take_decided(const engine::Decided& decided) {
  for (const Event& event : decided.events) {
    const auto* changed = std::get_if<UnitStateChanged>(&event.body);
    if (changed == nullptr) { continue; }
    edge_.post([this, unit = *changed] {
      unit_restarts_[unit.unit] = static_cast<uint64_t>(std::max<int64_t>(unit.restarts, 0));
      // A new instance says nothing of the old one's health.
      if (unit.state == UnitState::starting) { collect_->service_restarted(unit.unit); }
      if (unit.by_hand) { collect_->service_stopped(unit.unit); }
    });
  }
  if (ready_) { api_->decided(decided); }
}

void House::take_trouble(const std::string& why) {
  api_->trouble(why);
  alert_about_self("VigieJournalNotDurable", why, "Vigie cannot write its journal",
                   "Pages still leave, from memory.");
}

void House::judge_store(bool synced, const Status& status) {
  std::string& mine = synced ? sync_trouble_ : append_trouble_;
  std::string why = status ? "" : status.error().what;
  if (mine.empty() != why.empty()) {
    why.empty() ? log::info("daemon", "the store takes samples again")
                : log::error("daemon", "the store refuses samples: {}", why);
  }
  mine = std::move(why);
  const std::string& worst = append_trouble_.empty() ? sync_trouble_ : append_trouble_;
  bool news = false;
  {
    const std::lock_guard lock(store_mutex_);
    news = store_trouble_.empty() != worst.empty();
    store_trouble_ = worst.empty() ? "" : "the store cannot be written: " + worst;
  }
  if (news) {
    if (!worst.empty()) { rules_valve_.hold(); }
    edge_.post([this, worst] { follow_store(worst); });
  }
}

void House::follow_store(const std::string& trouble) {
  if (valve_timer_) { edge_.cancel_timer(*valve_timer_); }
  valve_timer_.reset();
  if (!trouble.empty()) {
    rules_valve_.hold();
    alert_about_store(trouble);
    return;
  }
  valve_timer_ = edge_.call_at(edge_.clock().mono() + kCalm, [this] {
    alert_about_store("");
    valve_timer_ = edge_.call_at(edge_.clock().mono() + kRefillWait - kCalm, [this] {
      valve_timer_.reset();
      rules_valve_.release();
    });
  });
}

void House::alert_about_store(const std::string& trouble) {
  if (std::exchange(store_alerted_, !trouble.empty()) == !trouble.empty()) { return; }
  alert_about_self("VigieStoreRefuses", trouble, "Vigie cannot keep samples",
                   "What rules conclude is held until samples come in again.");
}

void House::alert_about_self(std::string_view name, const std::string& why, std::string_view what,
                             std::string_view advice) {
  const Labels labels{{"alertname", std::string(name)}, {"severity", "critical"}};
  const std::string rule = fmt::format("vigie;self;{}", name);
  if (why.empty()) {
    engine_->submit(ConditionFell{.rule = rule, .labels = labels});
    return;
  }
  engine_->submit(ConditionRose{
      .rule = rule,
      .labels = labels,
      .annotations = {{"summary", std::string(what)},
                      {"description",
                       fmt::format("{}. {} Make room on the disk of {}.", why, advice, data_)}},
      .value = 1});
}

std::vector<collect::UnitProcess> House::unit_processes() const {
  std::vector<collect::UnitProcess> out;
  for (const supervise::Units::Living& living : units_->living()) {
    const auto restarts = unit_restarts_.find(living.unit);
    out.push_back({.unit = living.unit,
                   .pid = static_cast<pid_t>(living.pid),
                   .restarts = restarts == unit_restarts_.end() ? 0 : restarts->second});
  }
  return out;
}

}  // namespace vigie::daemon
