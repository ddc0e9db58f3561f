#include "base/loop.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace vigie {

namespace {
constexpr size_t kPostedMax = 1'000'000;
constexpr Nanos kIdleWait = std::chrono::hours{1};
}  // namespace

struct Loop::Impl {
  struct Posted {
    Work work;
    MonoTime at;
  };

  Impl(std::string loop_name, const Clock& loop_clock)
      : name(std::move(loop_name)), clock(loop_clock) {}

  // Constant after construction.
  const std::string name;
  const Clock& clock;
  boost::asio::io_context io{1};
  // Owned by the loop.
  std::map<std::pair<MonoTime, TimerId>, Work> timers;
  std::map<TimerId, MonoTime> timer_times;
  TimerId last_timer = 0;
  // Synchronised inside.
  std::mutex mutex;
  std::deque<Posted> posted;
  bool woken = false;
  std::atomic<bool> stopping{false};
  std::atomic<std::thread::id> home{};
  std::atomic<uint64_t> handled{0};
  std::atomic<int64_t> busy_ns{0};
  std::atomic<int64_t> lag_ns{0};
  std::thread thread;

  bool nobodys_or_here() const {
    const std::thread::id now = home.load();
    return now == std::thread::id{} || now == std::this_thread::get_id();
  }

  size_t run_posted() {
    std::deque<Posted> taken;
    {
      const std::lock_guard lock(mutex);
      taken.swap(posted);
      woken = false;
    }
    for (Posted& item : taken) {
      lag_ns.store((clock.mono() - item.at).count());
      item.work();
    }
    return taken.size();
  }

  size_t run_timers() {
    size_t fired = 0;
    const MonoTime now = clock.mono();
    while (!timers.empty() && timers.begin()->first.first <= now) {
      auto node = timers.extract(timers.begin());
      timer_times.erase(node.key().second);
      node.mapped()();
      ++fired;
    }
    return fired;
  }

  size_t turn() {
    const MonoTime began = clock.mono();
    const size_t ran = run_posted() + run_timers() + io.poll();
    if (ran != 0) {
      handled += ran;
      busy_ns += (clock.mono() - began).count();
    }
    if (io.stopped()) { io.restart(); }
    return ran;
  }

  bool has_posted() {
    const std::lock_guard lock(mutex);
    return !posted.empty();
  }

  void wait_for_work(MonoTime limit) {
    if (has_posted()) { return; }
    MonoTime until = limit;
    if (!timers.empty()) { until = std::min(until, timers.begin()->first.first); }
    const Nanos left = std::min<Nanos>(until - clock.mono(), kIdleWait);
    if (left.count() <= 0) { return; }
    auto keep = boost::asio::make_work_guard(io);
    const MonoTime began = clock.mono();
    const size_t ran = io.run_one_for(left);
    handled += ran;
    // Waiting is not work; only what ran after the wake-up is, and that is counted by turn().
    static_cast<void>(began);
    if (io.stopped()) { io.restart(); }
  }
};

Loop::Loop(std::string name, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(name), clock)) {}

Loop::~Loop() {
  stop();
}

const std::string& Loop::name() const {
  return impl_->name;
}
const Clock& Loop::clock() const {
  return impl_->clock;
}
boost::asio::io_context& Loop::context() {
  return impl_->io;
}

void Loop::start() {
  ASSERT(!impl_->thread.joinable(), "loop {} started twice", impl_->name);
  impl_->thread = std::thread([this] {
    impl_->home.store(std::this_thread::get_id());
    pthread_setname_np(pthread_self(), impl_->name.substr(0, 15).c_str());
    while (!impl_->stopping.load()) {
      if (impl_->turn() == 0) { impl_->wait_for_work(impl_->clock.mono() + kIdleWait); }
    }
    impl_->home.store({});
  });
}

void Loop::stop() {
  impl_->stopping.store(true);
  post([] {});
  if (impl_->thread.joinable()) { impl_->thread.join(); }
}

size_t Loop::run_ready() {
  impl_->home.store(std::this_thread::get_id());
  size_t total = 0;
  while (const size_t ran = impl_->turn()) { total += ran; }
  return total;
}

bool Loop::run_until(const std::function<bool()>& done, MonoTime deadline) {
  impl_->home.store(std::this_thread::get_id());
  while (!done()) {
    if (impl_->clock.mono() >= deadline) { return done(); }
    if (impl_->turn() == 0) { impl_->wait_for_work(deadline); }
  }
  return true;
}

void Loop::post(Work work) {
  bool wake = false;
  {
    const std::lock_guard lock(impl_->mutex);
    ASSERT(impl_->posted.size() < kPostedMax, "loop {} is {} pieces of work behind", impl_->name,
           impl_->posted.size());
    impl_->posted.push_back({std::move(work), impl_->clock.mono()});
    wake = !std::exchange(impl_->woken, true);
  }
  if (wake) {
    boost::asio::post(impl_->io, [] {});
  }
}

bool Loop::on_this_thread() const {
  return impl_->home.load() == std::this_thread::get_id();
}

void Loop::assert_here() const {
  ASSERT(on_this_thread(), "this belongs to loop {}", impl_->name);
}

Loop::TimerId Loop::call_at(MonoTime when, Work work) {
  ASSERT(impl_->nobodys_or_here(), "a timer of loop {} is set from elsewhere", impl_->name);
  const TimerId id = ++impl_->last_timer;
  impl_->timers.emplace(std::pair{when, id}, std::move(work));
  impl_->timer_times.emplace(id, when);
  return id;
}

void Loop::cancel_timer(TimerId id) {
  ASSERT(impl_->nobodys_or_here(), "a timer of loop {} is cancelled from elsewhere", impl_->name);
  const auto it = impl_->timer_times.find(id);
  if (it == impl_->timer_times.end()) { return; }
  impl_->timers.erase({it->second, id});
  impl_->timer_times.erase(it);
}

Task<Status> Loop::sleep_until(MonoTime when) {
  auto done = std::make_shared<Completion<Status>>();
  const TimerId id = call_at(when, [done] { done->complete(ok()); });
  done->on_cancel = [this, id, raw = done.get()] {
    cancel_timer(id);
    raw->complete(error(Code::cancelled, "the wait was cancelled"));
  };
  Status status = co_await wait(done);
  co_return status;
}

Task<void> Loop::yield() {
  auto done = std::make_shared<Completion<bool>>();
  post([done] { done->complete(true); });
  co_await wait(done);
}

Loop::Telemetry Loop::telemetry() const {
  Telemetry out;
  out.handled = impl_->handled.load();
  out.busy_seconds = static_cast<double>(impl_->busy_ns.load()) / 1e9;
  out.lag_seconds = static_cast<double>(impl_->lag_ns.load()) / 1e9;
  const std::lock_guard lock(impl_->mutex);
  out.queued = impl_->posted.size();
  return out;
}

}  // namespace vigie
