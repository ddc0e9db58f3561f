#include "runbook/testing/stage.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/codec.h"
#include "runbook/runbook.h"

namespace vigie::runbook {

namespace {

std::string text_of(const Effects& effects) {
  std::string out;
  for (const EventBody& fact : effects.said) { out += to_text(encode_event_body(fact)) + "\n"; }
  for (const Effect& effect : effects.performed) {
    out += effect.id.text + " " + to_text(encode_effect_body(effect.body)) + "\n";
  }
  return out;
}

std::string line_of(const EventBody& fact) {
  if (const auto* ended = std::get_if<RunEnded>(&fact)) {
    return fmt::format("ended {}{}{}", word_of(ended->state), ended->why.empty() ? "" : ": ",
                       ended->why);
  }
  if (const auto* step = std::get_if<RunStepChanged>(&fact)) {
    return fmt::format("{}/{} {}", step->step, step->attempt, word_of(step->state));
  }
  if (const auto* page = std::get_if<PageWanted>(&fact)) { return "page: " + page->why; }
  if (const auto* held = std::get_if<RunbookDeclined>(&fact)) { return "declined: " + held->why; }
  if (const auto* run = std::get_if<RunStarted>(&fact)) {
    return fmt::format("started {} by {}", run->runbook, run->by);
  }
  return std::string(name_of(fact));
}

}  // namespace

Stage::Stage() : decider_(make_decider()), now_(wall_from_millis(1'767'225'600'000)) {}

void Stage::book(std::vector<std::pair<std::string, std::string>> files) {
  json::array list;
  for (auto& [path, text] : files) {
    json::object file;
    file["path"] = path;
    file["text"] = text;
    list.push_back(std::move(file));
  }
  json::object root;
  root["runbook_files"] = std::move(list);
  feed(BookAdopted{"hash", to_text(root)});
}

void Stage::apply(const EventBody& body, std::vector<EventBody>& queue) {
  const Event event{Seq{++seq_}, now_, body, Seq{}};
  std::unique_ptr<Decider> twin;
  if (twins_) {
    const json::value before = decider_->snapshot();
    twin = decider_->fresh();
    ASSERT_TRUE(twin->restore(before));
    ASSERT_EQ(to_text(twin->snapshot()), to_text(before));
  }
  Effects effects = decider_->apply(event, now_);
  if (twin) {
    ASSERT_EQ(text_of(twin->apply(event, now_)), text_of(effects));
    ASSERT_EQ(to_text(twin->snapshot()), snapshot());
  }
  for (EventBody& fact : effects.said) { queue.push_back(std::move(fact)); }
  for (Effect& effect : effects.performed) {
    if (std::holds_alternative<RunStep>(effect.body)) {
      performed_.push_back(std::move(effect));
    } else {
      aborted_.push_back(std::move(effect));
    }
  }
}

void Stage::feed(EventBody body) {
  std::vector<EventBody> queue;
  apply(body, queue);
  for (size_t i = 0; i < queue.size(); ++i) {
    const EventBody fact = queue[i];
    said_.push_back(fact);
    apply(fact, queue);
  }
}

void Stage::forward(Millis by) {
  const WallTime until = now_ + by;
  for (int rounds = 0; rounds < 10'000; ++rounds) {
    const std::optional<WallTime> due = decider_->next_timer();
    if (!due || *due > until) { break; }
    now_ = std::max(now_, *due);
    feed(TimerDue{});
    const std::optional<WallTime> after = decider_->next_timer();
    ASSERT_TRUE(!after || *after > now_) << "a timer that stays due";
  }
  now_ = until;
}

const Effect& Stage::step() const {
  static const Effect none;
  return performed_.empty() ? none : performed_.back();
}

const RunStep& Stage::run_step() const {
  static const RunStep none;
  return performed_.empty() ? none : std::get<RunStep>(performed_.back().body);
}

void Stage::settle(Outcome outcome, std::string detail, std::string data) {
  feed(EffectSettled{step().id, outcome, std::move(detail), std::move(data)});
}

IncidentId Stage::open(std::string service, Labels labels, std::string muted_by) {
  const IncidentId id{++incidents_};
  feed(IncidentOpened{.incident = id,
                      .title = service + " is broken",
                      .severity = "critical",
                      .service = std::move(service),
                      .labels = std::move(labels),
                      .muted_by = std::move(muted_by)});
  return id;
}

std::vector<std::string> Stage::take_said() {
  std::vector<std::string> out;
  for (const EventBody& fact : said_) { out.push_back(line_of(fact)); }
  said_.clear();
  return out;
}

}  // namespace vigie::runbook
