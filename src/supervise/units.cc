#include "supervise/units.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/json.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "supervise/settings.h"
#include "supervise/unit_log.h"

namespace vigie::supervise {

namespace {

constexpr Nanos kRotateEvery = 5s;

Settled not_settled() {
  return {.settled = false, .outcome = Outcome::unknown, .detail = "", .data = ""};
}

Settled failed(std::string detail) {
  return {.settled = true, .outcome = Outcome::failed, .detail = std::move(detail), .data = "{}"};
}

Settled started(const Instance& instance) {
  json::object data;
  data["pid"] = instance.pid;
  data["start"] = static_cast<int64_t>(instance.start_time);
  data["adopted"] = instance.adopted;
  return {.settled = true, .outcome = Outcome::ok, .detail = "", .data = to_text(data)};
}

UnitExited exited(const std::string& unit, const Instance& instance) {
  UnitExited out{
      .unit = unit, .pid = instance.pid, .start = static_cast<int64_t>(instance.start_time)};
  const Result<Exit> how = reap(instance.pidfd);
  out.known = how.has_value();
  if (how) {
    out.code = how->signal == 0 ? how->code : 0;
    out.signal = how->signal;
  }
  return out;
}

}  // namespace

Units::Units(Ground ground) : ground_(std::move(ground)) {
  ASSERT(ground_.loop != nullptr, "units live on a loop");
  std::error_code ignored;
  ground_.data_dir = std::filesystem::absolute(ground_.data_dir, ignored).string();
}

Units::~Units() {
  tasks_.cancel();
}

void Units::adopt(config::Secrets secrets, std::string book_dir) {
  ground_.secrets = std::move(secrets);
  ground_.book_dir = std::move(book_dir);
}

void Units::start() {
  if (std::exchange(rotating_, true)) { return; }
  tasks_.spawn(keep_rotating());
}

Task<void> Units::stop() {
  co_await tasks_.cancel_and_join();
}

Task<Settled> Units::perform(EffectId effect, StartUnit start) {
  ground_.loop->assert_here();
  const Result<json::value> parsed = parse_json(start.settings);
  if (!parsed || !parsed->is_object()) { co_return failed("the unit's settings make no sense"); }
  const json::object& settings = parsed->get_object();
  const RuntimeKind* kind = find_runtime(get_string(settings, "runtime"));
  if (kind == nullptr) { co_return failed("this release has no such runtime"); }
  const auto found = living_.find(start.unit);
  if (found != living_.end()) {
    Instance known = found->second.instance;
    known.adopted = true;
    co_return started(known);
  }
  StartOrder order{.ground = &ground_, .effect = std::move(effect), .unit = start.unit};
  const json::object* run = get_object(settings, "run");
  if (run != nullptr) { order.settings = config::Node::from_json(*run); }
  order.adopt_only = get_bool(settings, "adopt_only");
  Watched watched{.kind = kind};
  const config::Node ending = order.settings["stop"];
  watched.signal = parse_signal(ending["signal"].text()).value_or(watched.signal);
  watched.grace = parse_duration(ending["grace"].text()).value_or(watched.grace);
  ++starts_[start.unit];
  Result<Instance> instance = co_await kind->start(std::move(order));
  if (!instance) {
    if (instance.error().code == Code::cancelled) { co_return not_settled(); }
    co_return failed(instance.error().what);
  }
  watched.instance = *instance;
  living_[start.unit] = watched;
  tasks_.spawn(watch(start.unit, *instance));
  co_return started(*instance);
}

Task<void> Units::watch(std::string unit, Instance instance) {
  // The caller journals the start before it can hear of the end.
  co_await ground_.loop->yield();
  Status ended = co_await wait_exit(*ground_.loop, instance.pidfd, MonoTime::max());
  if (ended) {
    const UnitExited event = exited(unit, instance);
    const auto found = living_.find(unit);
    if (found != living_.end() && found->second.instance.pid == instance.pid) {
      const Watched watched = found->second;
      living_.erase(found);
      ended = co_await end_leftovers(unit, watched);
    }
    if (ended && on_exit_) { on_exit_(event); }
  }
  ::close(instance.pidfd);
}

Task<Status> Units::end_leftovers(std::string unit, Watched watched) {
  const uint64_t start = starts_[unit];
  StopOrder order{.ground = &ground_,
                  .unit = unit,
                  .pid = 0,
                  .start_time = 0,
                  .signal = watched.signal,
                  .grace = watched.grace,
                  .superseded = [this, unit, start] { return starts_[unit] != start; }};
  Status ended = co_await watched.kind->stop(std::move(order));
  if (ended || ended.error().code == Code::cancelled) { co_return ended; }
  log::warn("supervise", "{}: what it left behind: {}", unit, ended.error().what);
  co_return ok();
}

Task<Settled> Units::end(std::string unit, StopOrder order, const RuntimeKind* kind) {
  Status ended = co_await kind->stop(std::move(order));
  if (ended) {
    co_return Settled{.settled = true, .outcome = Outcome::ok, .detail = "", .data = "{}"};
  }
  if (ended.error().code == Code::cancelled) { co_return not_settled(); }
  log::warn("supervise", "{}: {}", unit, ended.error().what);
  co_return failed(ended.error().what);
}

Task<Settled> Units::perform(EffectId, StopUnit stop) {
  ground_.loop->assert_here();
  const auto found = living_.find(stop.unit);
  const RuntimeKind* kind = found == living_.end() ? nullptr : found->second.kind;
  if (kind == nullptr) { kind = find_runtime("process"); }
  StopOrder order{.ground = &ground_,
                  .unit = stop.unit,
                  .pid = stop.pid,
                  .start_time = static_cast<uint64_t>(stop.start),
                  .signal = stop.signal,
                  .grace = stop.grace,
                  .superseded = {}};
  Settled settled = co_await end(stop.unit, std::move(order), kind);
  co_return settled;
}

Task<void> Units::stop_all(std::vector<std::string> order) {
  for (const std::string& unit : order) {
    const auto found = living_.find(unit);
    // Of one that does not run, something may be left.
    const Watched watched =
        found == living_.end() ? Watched{.kind = find_runtime("process")} : found->second;
    StopOrder stop{.ground = &ground_,
                   .unit = unit,
                   .pid = watched.instance.pid,
                   .start_time = watched.instance.start_time,
                   .signal = watched.signal,
                   .grace = watched.grace,
                   .superseded = {}};
    const RuntimeKind* kind = watched.kind;
    Settled settled = co_await end(unit, std::move(stop), kind);
    if (!settled.settled) { co_return; }
  }
}

std::vector<Units::Living> Units::living() const {
  std::vector<Living> out;
  for (const auto& [unit, watched] : living_) { out.push_back({unit, watched.instance.pid}); }
  return out;
}

void Units::rotate() {
  for (const auto& [unit, watched] : living_) {
    const Result<bool> done = rotate_log(ground_.data_dir, unit);
    if (!done) { log::warn("supervise", "{}: {}", unit, done.error().what); }
  }
}

Task<void> Units::keep_rotating() {
  while (true) {
    Status slept = co_await ground_.loop->sleep_until(ground_.loop->clock().mono() + kRotateEvery);
    if (!slept) { co_return; }
    rotate();
  }
}

Result<std::vector<std::string>> Units::logs(const std::string& unit, size_t lines) const {
  if (unit.find('/') != std::string::npos || unit.starts_with('.')) {
    return error(Code::invalid, fmt::format("\"{}\" is no unit", unit));
  }
  return read_log(ground_.data_dir, unit, lines);
}

std::string Units::log_path(const std::string& unit) const {
  return supervise::log_path(ground_.data_dir, unit);
}

}  // namespace vigie::supervise
