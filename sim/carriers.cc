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
                              .data = std::move(data)},
                  .arrives = {}});
}

/// A key twice is allowed once for each crash between, and must say so.
void Carriers::arrive(Delivered delivered) {
  Seen& seen = seen_[delivered.key];
  if (seen.count++ == 0) { seen.first_life = life_; }
  if (seen.count > 1 && !delivered.repeat) {
    broken_.push_back(delivered.key + " was repeated without saying so");
  }
  if (seen.count > 1 + life_ - seen.first_life + seen.unanswered) {
    broken_.push_back(fmt::format("{} was delivered {} times with {} crashes between",
                                  delivered.key, seen.count, life_ - seen.first_life));
  }
  delivered_.push_back(std::move(delivered));
}

void Carriers::executed(const engine::Release& release, const RunStep& step) {
  const std::string& id = release.effect.id.text;
  Seen& seen = seen_[id];
  if (seen.count++ == 0) {
    seen.first_life = life_;
    return;
  }
  if (step.repeat == Repeat::never) { broken_.push_back(id + " may not be repeated, and was"); }
  if (!release.repeat) { broken_.push_back(id + " was repeated without saying so"); }
}

void Carriers::carry(const engine::Release& release, const std::string& channel,
                     const std::string& who) {
  const std::string aside =
      fmt::format(R"({{"retry":"later","repeat":{}}})", release.repeat ? "true" : "false");
  for (const std::string& name : {channel, who}) {
    const auto down = conditions.channel_down.find(name);
    if (down == conditions.channel_down.end()) { continue; }
    finish(release, conditions.page_takes, Outcome::failed, down->second, aside);
    return;
  }
  if (random_.chance(conditions.page_fails)) {
    finish(release, conditions.page_takes, Outcome::failed, "the carrier answered 503", aside);
    return;
  }
  const auto* page = std::get_if<Page>(&release.effect.body);
  const bool again = page != nullptr && !page->repeats.empty();
  Delivered one{.at = clock_.wall(),
                .key = again ? page->repeats : release.key,
                .body = release.effect.body,
                .repeat = release.repeat || again};
  if (conditions.page_lost > 0 && random_.chance(conditions.page_lost)) {
    const std::string lost = fmt::format(R"({{"retry":"later","maybe":true,"key":"{}"}})", one.key);
    ++seen_[one.key].unanswered;
    arrive(std::move(one));
    finish(release, conditions.page_takes, Outcome::failed, "no answer in time", lost);
    return;
  }
  finish(release, conditions.page_takes, Outcome::ok, "accepted", aside);
  if (conditions.page_late > 0 && random_.chance(conditions.page_late)) {
    due_.back().arrives = std::move(one);
  } else {
    arrive(std::move(one));
  }
}

void Carriers::step(const engine::Release& release, const RunStep& step) {
  std::string answer = random_.chance(conditions.step_fails) ? "failed" : "ok";
  const bool again = release.repeat && step.repeat == Repeat::safe;
  if (release.repeat && !again) {
    // Cut by a crash and not to be repeated: settled by what is on record, without doing it again.
    answer = random_.chance(conditions.cut_known) ? answer : "unknown";
  } else {
    auto& answers = conditions.step_answers[step.step];
    if (!answers.empty()) {
      answer = answers.front();
      answers.pop_front();
    }
    executed(release, step);
    delivered_.push_back({.at = clock_.wall(),
                          .key = release.key,
                          .body = release.effect.body,
                          .repeat = release.repeat});
  }
  const Outcome outcome = answer == "ok"       ? Outcome::ok
                          : answer == "failed" ? Outcome::failed
                                               : Outcome::unknown;
  finish(release, conditions.step_takes, outcome, answer,
         R"({"output":"simulated","exit_status":0})");
}

void Carriers::start(const engine::Release& release, const StartUnit& start) {
  const auto settings = parse_json(start.settings);
  const bool adopt_only =
      settings && settings->is_object() && get_bool(settings->get_object(), "adopt_only");
  const auto alive = alive_.find(start.unit);
  if (alive != alive_.end()) {
    if (!adopt_only && !release.repeat) {
      broken_.push_back(start.unit + " is started while it lives");
    }
    finish(release, Millis{5}, Outcome::ok, "found alive",
           fmt::format(R"({{"pid":{},"start":1,"adopted":true}})", alive->second));
    return;
  }
  if (adopt_only) {
    finish(release, Millis{5}, Outcome::failed, "it is gone");
    return;
  }
  if (random_.chance(conditions.start_fails)) {
    finish(release, Millis{5}, Outcome::failed, "the program cannot be started");
    return;
  }
  const int64_t pid = ++next_pid_;
  alive_[start.unit] = pid;
  ++starts_[start.unit];
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
    finish({.effect = {.id = abort->effect, .body = {}}, .key = {}}, Millis{5}, Outcome::failed,
           "cancelled");
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
    if (due_.front().arrives) { arrive(*std::move(due_.front().arrives)); }
    out.push_back(std::move(due_.front().settled));
    due_.erase(due_.begin());
  }
  return out;
}

void Carriers::crash() {
  ++life_;
  for (size_t i = remembered_; i < delivered_.size(); ++i) {
    delivered_[i].forgotten = delivered_[i].key.find("-memory-") != std::string::npos;
  }
  remembered_ = delivered_.size();
  due_.clear();
  if (conditions.unit_dies > 0) {
    std::erase_if(alive_, [this](const auto&) { return random_.chance(conditions.unit_dies); });
  }
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
