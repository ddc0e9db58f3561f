#include "sim/carriers.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie::sim {

void Carriers::finish(const engine::Release& release, Millis after, Outcome outcome,
                      std::string detail, std::string data) {
  due_.push_back({.at = clock_.mono() + after,
                  .order = ++order_,
                  .settled = {.effect = release.effect.id,
                              .outcome = outcome,
                              .detail = std::move(detail),
                              .data = std::move(data)}});
}

void Carriers::carry(const engine::Release& release, const std::string& channel,
                     const std::string& who) {
  for (const std::string& name : {channel, who}) {
    const auto down = conditions.channel_down.find(name);
    if (down == conditions.channel_down.end()) { continue; }
    finish(release, conditions.page_takes, Outcome::failed, down->second, R"({"retry":"later"})");
    return;
  }
  if (random_.chance(conditions.page_fails)) {
    finish(release, conditions.page_takes, Outcome::failed, "the carrier answered 503",
           R"({"retry":"later"})");
    return;
  }
  delivered_.push_back({.at = clock_.wall(),
                        .effect = release.effect.id.text,
                        .body = release.effect.body,
                        .attempt = release.attempt,
                        .repeat = release.repeat,
                        .life = life_});
  finish(release, conditions.page_takes, Outcome::ok, "accepted");
}

void Carriers::step(const engine::Release& release, const RunStep& step) {
  const std::string& id = release.effect.id.text;
  if (steps_done_[id]) { ++steps_after_done_; }
  std::string answer = random_.chance(conditions.step_fails) ? "failed" : "ok";
  auto& answers = conditions.step_answers[step.step];
  if (!answers.empty()) {
    answer = answers.front();
    answers.pop_front();
  }
  // A step that a crash cut and that may not be repeated is settled without doing it again.
  if (release.repeat && step.repeat == Repeat::never) { answer = "unknown"; }
  const Outcome outcome = answer == "ok"       ? Outcome::ok
                          : answer == "failed" ? Outcome::failed
                                               : Outcome::unknown;
  delivered_.push_back({.at = clock_.wall(),
                        .effect = id,
                        .body = release.effect.body,
                        .attempt = release.attempt,
                        .repeat = release.repeat,
                        .life = life_});
  finish(release, conditions.step_takes, outcome, answer,
         R"({"output":"simulated","exit_status":0})");
}

void Carriers::start(const engine::Release& release, const StartUnit& start) {
  auto alive = alive_.find(start.unit);
  if (alive != alive_.end()) {
    finish(release, Millis{5}, Outcome::ok, "found alive",
           fmt::format(R"({{"pid":{},"start":1,"adopted":true}})", alive->second));
    return;
  }
  if (random_.chance(conditions.start_fails)) {
    finish(release, Millis{5}, Outcome::failed, "the program cannot be started");
    return;
  }
  const int64_t pid = ++next_pid_;
  alive_[start.unit] = pid;
  finish(release, Millis{20}, Outcome::ok, "started",
         fmt::format(R"({{"pid":{},"start":1,"adopted":false}})", pid));
}

void Carriers::perform(engine::Release release) {
  const EffectBody& body = release.effect.body;
  if (const auto* page = std::get_if<Page>(&body)) {
    carry(release, page->channel, page->person);
  } else if (const auto* notify = std::get_if<Notify>(&body)) {
    carry(release, notify->kind, notify->receiver);
  } else if (const auto* run = std::get_if<RunStep>(&body)) {
    step(release, *run);
  } else if (const auto* begin = std::get_if<StartUnit>(&body)) {
    start(release, *begin);
  } else if (const auto* stop = std::get_if<StopUnit>(&body)) {
    const auto alive = alive_.find(stop->unit);
    if (alive != alive_.end() && alive->second == stop->pid) { alive_.erase(alive); }
    finish(release, Millis{20}, Outcome::ok, "gone");
  } else if (const auto* abort = std::get_if<AbortStep>(&body)) {
    std::erase_if(due_, [&](const Due& due) { return due.settled.effect == abort->effect; });
    finish(release, Millis{5}, Outcome::ok, "aborted");
    finish({.effect = {.id = abort->effect, .body = {}}}, Millis{5}, Outcome::failed, "cancelled");
  }
}

std::optional<MonoTime> Carriers::next_due() const {
  std::optional<MonoTime> out;
  for (const Due& due : due_) {
    if (!out || due.at < *out) { out = due.at; }
  }
  return out;
}

std::vector<EffectSettled> Carriers::take_due() {
  const MonoTime now = clock_.mono();
  std::sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) {
    return std::pair(a.at, a.order) < std::pair(b.at, b.order);
  });
  std::vector<EffectSettled> out;
  while (!due_.empty() && due_.front().at <= now) {
    if (due_.front().settled.outcome == Outcome::ok) {
      steps_done_[due_.front().settled.effect.text] = true;
    }
    out.push_back(std::move(due_.front().settled));
    due_.erase(due_.begin());
  }
  return out;
}

void Carriers::crash() {
  ++life_;
  due_.clear();
}

std::optional<UnitExited> Carriers::kill_unit(const std::string& unit, int signal) {
  const auto alive = alive_.find(unit);
  if (alive == alive_.end()) { return std::nullopt; }
  const int64_t pid = alive->second;
  alive_.erase(alive);
  return UnitExited{
      .unit = unit, .pid = pid, .start = 1, .known = true, .code = 0, .signal = signal};
}

}  // namespace vigie::sim
