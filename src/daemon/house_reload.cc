#include <fmt/core.h>

#include "alerting/alerting.h"
#include "base/log.h"
#include "daemon/book.h"
#include "daemon/house.h"

namespace vigie::daemon {

namespace {

struct Loaded {
  config::Book book;
  config::Problems problems;
};

/// What is read once, at the start: a listener and a store are not moved under those who use them.
constexpr std::string_view kReadAtStart[] = {"listen", "tls", "external-url", "retention"};

Task<Status> adopt_durably(engine::Engine& engine, Loop& edge, BookAdopted event) {
  auto done = std::make_shared<Completion<Status>>();
  Loop* home = &edge;
  engine.submit(std::move(event), [done, home](Status status) {
    home->post([done, status = std::move(status)] { done->complete(status); });
  });
  Status status = co_await wait(done);
  co_return status;
}

}  // namespace

std::string House::needs_restart(const config::Book& fresh) const {
  if (data_dir_of(fresh) != data_) {
    return "data: the data directory changes only with a restart";
  }
  for (const std::string_view key : kReadAtStart) {
    const config::Node now = fresh.root[key];
    if (to_text(now.to_json()) == to_text(book_.root[key].to_json())) { continue; }
    const config::Node at = now.is_null() ? book_.root[key] : now;
    return fmt::format("{}: {} changes only with a restart", at.place().text(), key);
  }
  return "";
}

void House::adopt_in_shells(const config::Book& book) {
  notifiers_->adopt(book.root, book.secrets);
  units_->adopt(book.secrets, book.dir);
  queries_.set_subquery_step(alerting::evaluation_interval(book.root));
}

void House::reload() {
  edge_.post([this] { tasks_.spawn(reload_task()); });
}

Task<void> House::reload_task() {
  const Status reloaded = co_await reload_book();
  if (!reloaded) {
    log::error("daemon", "the book on disk is refused, the one before stays in force:\n{}",
               reloaded.error().what);
  }
}

/// All or nothing: the journal has the new book before any room acts on it, and a bad one changes
/// nothing but what /-/ready, a metric and the console say.
Task<Status> House::reload_book() {
  const std::string dir = book_.dir;
  auto work = [dir] {
    auto out = std::make_shared<Loaded>();
    out->book = load_and_check(dir, out->problems);
    return out;
  };
  auto loaded = co_await on(pool_, edge_, std::move(work));
  if (!loaded) { co_return std::move(loaded).error(); }
  const std::shared_ptr<Loaded> fresh = *std::move(loaded);
  if (!fresh->problems.ok()) {
    book_problem_ = fresh->problems.text();
    co_return error(Code::invalid, book_problem_);
  }
  book_problem_ = needs_restart(fresh->book);
  if (!book_problem_.empty()) { co_return error(Code::invalid, book_problem_); }
  Status adopted = co_await adopt_durably(*engine_, edge_, adopted_event(fresh->book));
  if (!adopted) { co_return adopted; }
  const auto changes = config::difference(book_.root, fresh->book.root);
  book_ = fresh->book;
  book_problem_.clear();
  configure_log(book_.root["log"]);
  adopt_in_shells(book_);
  evaluator_->adopt(book_.root);
  config::Problems problems;
  VIGIE_CO_CHECK(collect_->adopt(book_.root, book_.secrets, problems));
  co_await rest_what_was_stopped();
  log::info("daemon", "a new book is in force: {} changes", changes.size());
  co_return ok();
}

}  // namespace vigie::daemon
