#pragma once

#include "model/codec.h"
#include "model/decider.h"

namespace vigie::engine {

/// A small decider for tests: every note becomes a page, every page a fact; "wake" asks for a
/// timer one minute later, which pages too.
class CountingDecider final : public Decider {
 public:
  struct State {
    int64_t notes = 0, pages = 0, settled = 0;
    std::vector<WallTime> wakes;
    VIGIE_FIELDS(notes, pages, settled, wakes)
  };

  std::string_view name() const override { return "counting"; }
  Effects apply(const Event& event, WallTime now) override {
    Effects out;
    if (const auto* note = std::get_if<NoteAsked>(&event.body)) {
      ++state_.notes;
      if (note->note == "wake") { state_.wakes.push_back(now + 1min); }
      if (note->note != "wake") { page(out); }
    } else if (std::holds_alternative<TimerDue>(event.body)) {
      while (!state_.wakes.empty() && state_.wakes.front() <= now) {
        state_.wakes.erase(state_.wakes.begin());
        page(out);
      }
    } else if (std::holds_alternative<EffectSettled>(event.body)) {
      ++state_.settled;
    }
    return out;
  }
  std::optional<WallTime> next_timer() const override {
    return state_.wakes.empty() ? std::nullopt : std::optional(state_.wakes.front());
  }
  json::value snapshot() const override { return encode(state_); }
  Status restore(const json::value& snapshot) override { return decode_into(snapshot, state_); }
  std::unique_ptr<Decider> fresh() const override { return std::make_unique<CountingDecider>(); }
  json::value view(std::string_view, WallTime) const override { return encode(state_); }

  const State& state() const { return state_; }

 private:
  void page(Effects& out) {
    const uint64_t number = static_cast<uint64_t>(++state_.pages);
    out.say(PageQueued{.page = {number}, .person = "ana"});
    out.perform({"page-" + std::to_string(number)}, Page{.page = {number}, .person = "ana"});
  }
  State state_;
};

}  // namespace vigie::engine
