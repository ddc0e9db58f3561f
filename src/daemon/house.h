#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "alerting/evaluator.h"
#include "api/api.h"
#include "collect/collect.h"
#include "config/config.h"
#include "daemon/lock.h"
#include "daemon/performer.h"
#include "daemon/valve.h"
#include "engine/engine.h"
#include "journal/journal.h"
#include "net/net.h"
#include "oncall/notifiers.h"
#include "promql/promql.h"
#include "runbook/executors.h"
#include "supervise/units.h"
#include "tsdb/tsdb.h"

namespace vigie::daemon {

/// Every room of one running daemon, in the order in which they are made.
class House {
 public:
  /// Opens stores and binds sockets; nothing runs yet. An error is a sentence for a person.
  static Result<std::unique_ptr<House>> open(config::Book book);
  ~House();

  void start();
  /// Orderly: no new work, units that end with Vigie are ended, the last snapshot is durable.
  void stop();
  /// From any thread.
  void reload();
  void on_quit(std::function<void()> quit) { quit_ = std::move(quit); }
  std::string greeting() const;

 private:
  explicit House(config::Book book);

  Status open_stores();
  Status open_rooms();
  Status listen();
  void unlisten();
  api::Neighbours neighbours();
  engine::EngineDeps engine_deps();
  runbook::Outside outside();
  alerting::EvaluatorDeps evaluator_deps();

  Status take_samples(collect::ScrapedBatch batch);
  Status write_and_wait(SampleBatch batch);
  void take_fact(collect::Fact fact);
  void take_decided(const engine::Decided& decided);
  void take_trouble(const std::string& why);
  /// On store: what came of an append (or a sync); tells of the first failure and of its end.
  void judge_store(bool synced, const Status& status);
  /// On edge: the store takes samples again, or not.
  void follow_store(const std::string& trouble);
  void alert_about_store(const std::string& trouble);
  void alert_about_self(std::string_view name, const std::string& why, std::string_view what,
                        std::string_view advice);
  void tick_evaluator(MonoTime when);
  Task<Result<bool>> holds(std::string expression);
  Task<Result<runbook::HttpAnswer>> ask_http(runbook::HttpAsk ask, MonoTime deadline);
  Task<Status> reload_book();
  /// Which changed key of a new book cannot be taken over while running, and where; "" none.
  std::string needs_restart(const config::Book& fresh) const;
  Task<void> start_on_edge();
  Task<void> stop_on_edge();
  /// One stage of the stop. False when it took longer: then it is left to end with the process, and
  /// the next stage begins all the same.
  Task<bool> end_within(Nanos patience, Task<void> stage, const char* what);
  Task<void> write_last_snapshot();
  /// What a person stopped before the restart goes on resting.
  Task<void> rest_what_was_stopped();
  Task<void> keep_house();
  Task<void> reload_task();
  void adopt_in_shells(const config::Book& book);
  std::string metrics() const;
  json::object live() const;
  std::vector<collect::UnitProcess> unit_processes() const;

  config::Book book_;
  const std::string data_;
  DataLock lock_;
  std::string book_problem_;
  std::string address_, url_;
  std::string first_link_;
  std::function<void()> quit_;
  std::atomic<bool> ready_{false};
  MonoTime began_;
  std::atomic<double> start_seconds_{0};

  Loop core_, journal_loop_, store_loop_, edge_;
  Pool pool_, rules_pool_;
  std::unique_ptr<tsdb::Store> store_;
  std::unique_ptr<journal::Journal> journal_;
  promql::Engine queries_;
  std::unique_ptr<engine::Engine> engine_;
  Valve rules_valve_{[this](EventBody body) { engine_->submit(std::move(body)); }};
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<oncall::Notifiers> notifiers_;
  std::unique_ptr<runbook::Executors> executors_;
  std::unique_ptr<supervise::Units> units_;
  std::unique_ptr<Performer> performer_;
  std::unique_ptr<alerting::RuleEvaluator> evaluator_;
  std::unique_ptr<collect::Collect> collect_;
  std::unique_ptr<api::Api> api_;

  // Owned by edge.
  TaskGroup tasks_;
  std::unique_ptr<TaskGroup> stages_ = std::make_unique<TaskGroup>();  ///< Of the stop.
  std::map<std::string, std::vector<RobotStage>> robots_;
  std::map<std::string, WallTime> robots_seen_;
  std::optional<Loop::TimerId> evaluator_timer_;
  std::optional<MonoTime> evaluator_due_;
  std::map<std::string, uint64_t> unit_restarts_;
  std::optional<Loop::TimerId> valve_timer_;
  bool store_alerted_ = false;
  // Samples on their way to the store; bounded, so that a slow disk shows as failed scrapes.
  std::atomic<size_t> samples_waiting_{0};
  std::atomic<uint64_t> samples_refused_{0};
  // Owned by store: why the newest append and the newest sync failed, or "".
  std::string append_trouble_, sync_trouble_;
  // Why the store takes nothing, or ""; read on edge.
  mutable std::mutex store_mutex_;
  std::string store_trouble_;
};

}  // namespace vigie::daemon
