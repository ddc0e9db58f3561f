#include "daemon/drive.h"

#include <fmt/core.h>

#include "api/now.h"

namespace vigie::daemon {

namespace {

constexpr Nanos kPollEvery = 100ms;

struct Seen {
  bool exists = false;
  int64_t pid = 0;
  std::string state, why, health;
};

Seen seen_in(const json::value& service) {
  Seen out;
  const json::object* object = service.if_object();
  const json::object* unit = object == nullptr ? nullptr : get_object(*object, "unit");
  if (unit == nullptr) { return out; }
  out.exists = true;
  out.pid = get_int(*unit, "pid");
  out.state = get_string(*unit, "state");
  out.why = get_string(*unit, "why");
  out.health = get_string(*object, "health");
  return out;
}

Task<Seen> look(Loop& edge, engine::Engine& engine, std::string unit) {
  auto question = [unit](const engine::Heart& heart, WallTime now) -> json::value {
    for (json::value& service : api::service_list(heart, now)) {
      if (get_string(service.get_object(), "name") == unit) { return std::move(service); }
    }
    return nullptr;
  };
  const json::value service = co_await engine.ask(edge, std::move(question));
  co_return seen_in(service);
}

bool arrived(const Seen& before, const Seen& now, const std::string& verb) {
  if (verb == "stop") { return now.state == "stopped"; }
  // One that was on its way up anyway is as good as a new one: asking twice starts once.
  const bool fresh = verb == "start" || now.pid != before.pid || before.state != "running";
  return fresh && now.state == "running" && now.health != "unhealthy";
}

}  // namespace

Task<Status> drive_unit(Loop& edge, engine::Engine& engine, std::string unit, std::string verb,
                        MonoTime deadline) {
  const Seen before = co_await look(edge, engine, unit);
  if (!before.exists) {
    co_return error(Code::not_found, fmt::format("{} is not a unit that Vigie runs", unit));
  }
  engine.submit(UnitAsked{.unit = unit, .verb = verb, .who = "runbook", .via = "runbook"});
  while (true) {
    const Status slept = co_await edge.sleep_until(edge.clock().mono() + kPollEvery);
    if (!slept) { co_return slept; }
    const Seen now = co_await look(edge, engine, unit);
    if (arrived(before, now, verb)) { co_return ok(); }
    if (now.state == "failed" && verb != "stop") {
      co_return error(Code::unavailable, fmt::format("{} gave up: {}", unit, now.why));
    }
    if (edge.clock().mono() >= deadline) {
      co_return error(Code::timeout,
                      fmt::format("{} is {} and {} ({})", unit, now.state, now.health, now.why));
    }
  }
}

}  // namespace vigie::daemon
