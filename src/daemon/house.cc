#include "daemon/house.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "base/log.h"
#include "daemon/book.h"
#include "daemon/deciders.h"
#include "daemon/version.h"

namespace vigie::daemon {

namespace {

constexpr size_t kQueriesWaiting = 256;
constexpr size_t kPassesWaiting = 16;
constexpr Nanos kStopWait = 10s;
constexpr Nanos kShellWait = 2s;
constexpr Nanos kSyncEvery = 1s;
constexpr Nanos kPruneEvery = 60s;

size_t query_threads() {
  const unsigned cores = std::thread::hardware_concurrency();
  return std::max(1U, cores > 1 ? cores - 1 : 1U);
}

/// Runs a task on a loop of its own thread and waits for it; false when time is up.
bool run_on(Loop& loop, TaskGroup& tasks, std::function<Task<void>()> make, Nanos patience) {
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  const auto body = [](std::function<Task<void>()> what,
                       std::shared_ptr<std::promise<void>> signal) -> Task<void> {
    co_await what();
    signal->set_value();
  };
  loop.post([&tasks, body, make = std::move(make), done] { tasks.spawn(body(make, done)); });
  return finished.wait_for(patience) == std::future_status::ready;
}

Task<void> and_say(Task<void> stage, std::shared_ptr<Completion<bool>> done) {
  co_await std::move(stage);
  done->complete(true);
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace

House::House(config::Book book)
    : book_(std::move(book)),
      data_(data_dir_of(book_)),
      began_(real_clock().mono()),
      core_("core", real_clock()),
      journal_loop_("journal", real_clock()),
      store_loop_("store", real_clock()),
      edge_("edge", real_clock()),
      pool_("pool", query_threads(), kQueriesWaiting),
      // Rules have a thread of their own: a heavy query must not keep an alert waiting.
      rules_pool_("rules", 1, kPassesWaiting),
      queries_({.clock = &real_clock()}) {}

House::~House() = default;

Result<std::unique_ptr<House>> House::open(config::Book book) {
  std::unique_ptr<House> house(new House(std::move(book)));
  VIGIE_CHECK(house->open_stores());
  VIGIE_CHECK(house->open_rooms());
  if (Status listening = house->listen(); !listening) {
    house->unlisten();
    return std::move(listening).error();
  }
  return house;
}

namespace {

Task<void> close(api::Api* api, MonoTime deadline, bool* done) {
  co_await api->stop(deadline);
  *done = true;
}

}  // namespace

/// What listens already must end on its loop, which no thread runs yet.
void House::unlisten() {
  TaskGroup last;
  bool done = false;
  const MonoTime deadline = edge_.clock().mono() + kStopWait;
  edge_.post([&] { last.spawn(close(api_.get(), deadline, &done)); });
  edge_.run_until([&] { return done; }, deadline);
}

Status House::open_stores() {
  VIGIE_CHECK(make_data_dir(data_));
  VIGIE_TRY(lock_, DataLock::take(data_));
  VIGIE_TRY(journal_, journal::Journal::open(journal_loop_, data_));
  tsdb::StoreOptions options{.dir = data_ + "/metrics", .clock = &real_clock()};
  const std::string& retention = book_.root["retention"]["metrics"].text();
  if (!retention.empty()) { VIGIE_TRY(options.retention, parse_duration(retention)); }
  VIGIE_TRY(store_, tsdb::Store::open(std::move(options)));
  return ok();
}

engine::EngineDeps House::engine_deps() {
  return {.core = core_,
          .journal = *journal_,
          .deciders = make_deciders(),
          .perform =
              [this](engine::Release release) {
                auto moved = std::make_shared<engine::Release>(std::move(release));
                edge_.post([this, moved] { performer_->perform(std::move(*moved)); });
              },
          .trouble = [this](std::string why) { take_trouble(why); },
          .decided = [this](const engine::Decided& decided) { take_decided(decided); },
          .life = std::to_string(to_millis(real_clock().wall()))};
}

Status House::open_rooms() {
  engine_ = std::make_unique<engine::Engine>(engine_deps());
  VIGIE_CHECK(engine_->load().context(data_ + "/journal.db"));
  http_ = std::make_unique<net::HttpClient>(edge_);
  notifiers_ = std::make_unique<oncall::Notifiers>(
      oncall::Notifiers::Deps{.loop = edge_,
                              .http = *http_,
                              .version = std::string(kVersion),
                              .instance = journal_->instance()});
  executors_ = std::make_unique<runbook::Executors>(outside());
  units_ = std::make_unique<supervise::Units>(supervise::Ground{
      .loop = &edge_, .data_dir = data_, .book_dir = book_.dir, .secrets = book_.secrets});
  units_->on_exit([this](UnitExited exited) { engine_->submit(std::move(exited)); });
  performer_ = std::make_unique<Performer>(Performer::Deps{
      .edge = edge_,
      .notifiers = *notifiers_,
      .executors = *executors_,
      .units = *units_,
      .settled = [this](EffectSettled settled) { engine_->submit(std::move(settled)); }});
  evaluator_ = std::make_unique<alerting::RuleEvaluator>(evaluator_deps());
  store_->on_appended([this](const std::set<std::string>& names, WallTime newest) {
    evaluator_->samples_arrived(names, newest);
  });
  collect_ = std::make_unique<collect::Collect>(collect::CollectDeps{
      .edge = edge_,
      .samples = [this](collect::ScrapedBatch batch) { return take_samples(std::move(batch)); },
      .facts = [this](collect::Fact fact) { take_fact(std::move(fact)); },
      .host_name = host_name(),
      .fleets_dir = data_ + "/fleets",
      .units = [this] { return unit_processes(); }});
  return ok();
}

Status House::listen() {
  api_ = std::make_unique<api::Api>(api::ApiDeps{.edge = edge_,
                                                 .store_loop = store_loop_,
                                                 .pool = pool_,
                                                 .clock = real_clock(),
                                                 .engine = *engine_,
                                                 .store = *store_,
                                                 .queries = queries_,
                                                 .data_dir = data_,
                                                 .version = std::string(kVersion),
                                                 .neighbours = neighbours(),
                                                 .reload = [this] { return reload_book(); },
                                                 .quit = [this] { quit_(); }});
  const std::string& wanted = book_.root["listen"].text();
  api::Listening listening{.address = wanted.empty() ? "127.0.0.1:9797" : wanted};
  const config::Node tls = book_.root["tls"];
  listening.with_tls = tls.is_map();
  listening.tls.cert_file = tls["certificate"].text();
  listening.tls.key_file = tls["key"].text();
  listening.external_url = book_.root["external-url"].text();
  VIGIE_TRY(const uint16_t port, api_->listen(listening));
  address_ = fmt::format("{}:{}", listening.address.substr(0, listening.address.rfind(':')), port);
  url_ = listening.external_url.empty()
             ? fmt::format("{}://{}", listening.with_tls ? "https" : "http", address_)
             : listening.external_url;
  VIGIE_CHECK(api_->listen_unix(data_ + "/vigie.sock"));
  const auto people = book_.root["people"].entries();
  if (!api_->anybody_signed_in() && !people.empty()) {
    first_link_ =
        fmt::format("{}/#enter={}", url_, api_->one_time_token(people.front().key.text()));
  }
  return ok();
}

std::string House::greeting() const {
  std::string out =
      fmt::format("Vigie {} watches \"{}\" on {}\n", kVersion, book_.root["name"].text(), url_);
  if (!first_link_.empty()) {
    out += fmt::format("Open this link once to sign in: {}\n", first_link_);
  }
  return out;
}

void House::start() {
  core_.start();
  journal_loop_.start();
  store_loop_.start();
  edge_.start();
  edge_.post([this] { tasks_.spawn(start_on_edge()); });
}

Task<void> House::start_on_edge() {
  adopt_in_shells(book_);
  auto started = std::make_shared<Completion<bool>>();
  core_.post([this, started] {
    engine_->start(adopted_event(book_), std::string(kVersion));
    edge_.post([started] { started->complete(true); });
  });
  co_await wait(started);
  auto question = [](const engine::Heart& heart, WallTime now) {
    return heart.decider("alerting")->view("conditions", now);
  };
  const json::value conditions = co_await engine_->ask(edge_, std::move(question));
  const auto active = alerting::active_conditions(conditions);
  evaluator_->adopt(book_.root);
  evaluator_->prime(active);
  config::Problems problems;
  const Status collecting = collect_->adopt(book_.root, book_.secrets, problems);
  if (!collecting) { log::error("daemon", "collect: {}", collecting.error().what); }
  co_await rest_what_was_stopped();
  units_->start();
  tasks_.spawn(keep_house());
  ready_ = true;
  start_seconds_ = static_cast<double>((real_clock().mono() - began_).count()) / 1e9;
  log::info("daemon", "ready after {:.0f} ms; {} events replayed", start_seconds_.load() * 1e3,
            engine_->telemetry().replayed);
}

Task<void> House::rest_what_was_stopped() {
  auto question = [](const engine::Heart& heart, WallTime now) {
    return heart.decider("supervise")->view("units", now);
  };
  const json::value units = co_await engine_->ask(edge_, std::move(question));
  if (!units.is_array()) { co_return; }
  for (const json::value& unit : units.get_array()) {
    if (!unit.is_object() || !get_bool(unit.get_object(), "by_hand")) { continue; }
    collect_->service_stopped(std::string(get_string(unit.get_object(), "name")));
  }
}

Task<void> House::keep_house() {
  MonoTime next_prune = edge_.clock().mono() + kPruneEvery;
  while (true) {
    const Status slept = co_await edge_.sleep_until(edge_.clock().mono() + kSyncEvery);
    if (!slept) { co_return; }
    const bool prune = edge_.clock().mono() >= next_prune;
    if (prune) { next_prune = edge_.clock().mono() + kPruneEvery; }
    store_loop_.post([this, prune] {
      judge_store(true, store_->sync());
      if (!prune) { return; }
      const Status pruned = store_->prune(real_clock().wall());
      if (!pruned) { log::error("daemon", "the store cannot prune: {}", pruned.error().what); }
    });
  }
}

Task<bool> House::end_within(Nanos patience, Task<void> stage, const char* what) {
  auto done = std::make_shared<Completion<bool>>();
  done->on_cancel = [raw = done.get()] { raw->complete(false); };
  stages_->spawn(and_say(std::move(stage), done));
  const Loop::TimerId timer =
      edge_.call_at(edge_.clock().mono() + patience, [done] { done->complete(false); });
  const bool ended = co_await wait(done);
  edge_.cancel_timer(timer);
  if (!ended) { log::error("daemon", "{} did not end in time", what); }
  co_return ended;
}

Task<void> House::write_last_snapshot() {
  auto saved = std::make_shared<Completion<bool>>();
  core_.post([this, saved] {
    engine_->stop([this, saved] { edge_.post([saved] { saved->complete(true); }); });
  });
  co_await wait(saved);
}

Task<void> House::stop_on_edge() {
  const MonoTime deadline = edge_.clock().mono() + kStopWait;
  Task<void> api = api_->stop(deadline);
  co_await end_within(kStopWait, std::move(api), "the API");
  Task<void> collect = collect_->stop();
  co_await end_within(kShellWait, std::move(collect), "collect");
  // Whatever a mail server does: the snapshot is written and the units are ended.
  Task<void> effects = performer_->stop();
  co_await end_within(kShellWait, std::move(effects), "an effect");
  auto question = [](const engine::Heart& heart, WallTime now) {
    return heart.decider("supervise")->view("stop-order", now);
  };
  const json::value order = co_await engine_->ask(edge_, std::move(question));
  // Units end after the last snapshot: their exits are our doing, not news.
  Task<void> snapshot = write_last_snapshot();
  co_await end_within(kStopWait, std::move(snapshot), "the journal");
  std::vector<std::string> names;
  if (order.is_array()) {
    for (const json::value& name : order.get_array()) {
      names.emplace_back(view_of(name.get_string()));
    }
  }
  co_await units_->stop_all(std::move(names));
  co_await units_->stop();
}

void House::stop() {
  ready_ = false;
  evaluator_->stop();
  auto last = std::make_unique<TaskGroup>();
  const bool orderly = run_on(
      edge_, *last, [this] { return stop_on_edge(); }, 4 * kStopWait);
  if (!orderly) { log::error("daemon", "not everything ended in time; the journal has the rest"); }
  auto cut = std::make_shared<std::promise<void>>();
  auto was_cut = cut->get_future();
  edge_.post([this, cut, &last] {
    tasks_.cancel();
    stages_->cancel();
    last->cancel();
    cut->set_value();
  });
  was_cut.wait();
  rules_pool_.stop();
  pool_.stop();
  auto closed = std::make_shared<std::promise<void>>();
  auto was_closed = closed->get_future();
  store_loop_.post([this, closed] {
    const Status written = store_->checkpoint();
    if (!written) { log::error("daemon", "the store: {}", written.error().what); }
    closed->set_value();
  });
  was_closed.wait();
  edge_.stop();
  core_.stop();
  store_loop_.stop();
  journal_loop_.stop();
  // What hangs is left to the end of the process: a stop must not end in an abort.
  for (std::unique_ptr<TaskGroup>* group : {&last, &stages_}) {
    if ((*group)->size() > 0) { static_cast<void>(group->release()); }
  }
}

}  // namespace vigie::daemon
