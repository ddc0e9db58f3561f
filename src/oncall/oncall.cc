#include "oncall/oncall.h"

#include <fmt/core.h>

#include <type_traits>

#include "oncall/desk.h"
#include "oncall/notifier_kind.h"
#include "oncall/receivers.h"
#include "oncall/roster.h"
#include "oncall/view.h"

namespace vigie::oncall {

namespace {

/// What a run did, as a page says it.
std::string tried_text(const RunEnded& run) {
  std::string out = fmt::format("{}: {}", run.title, word_of(run.state));
  if (!run.why.empty()) { out += ", " + run.why; }
  return out;
}

class OnCallDecider final : public Decider {
 public:
  std::string_view name() const override { return "oncall"; }

  Effects apply(const Event& event, WallTime now) override {
    Effects out;
    if (const auto* book = std::get_if<BookAdopted>(&event.body)) {
      adopt(*book);
      return out;
    }
    Desk desk{state_, index_, roster_, out, now};
    std::visit([&](const auto& fact) { take(desk, fact); }, event.body);
    desk.tidy();
    return out;
  }

  std::optional<WallTime> next_timer() const override { return index_.next(); }

  json::value snapshot() const override { return encode(state_); }

  Status restore(const json::value& snapshot) override {
    Result<State> state = decode<State>(snapshot);
    if (!state) { return std::move(state).error().context("on-call state"); }
    state_ = *std::move(state);
    index_.rebuild(state_);
    return read_book();
  }

  std::unique_ptr<Decider> fresh() const override { return std::make_unique<OnCallDecider>(); }

  json::value view(std::string_view path, WallTime now) const override {
    return view_of_room(roster_, state_, path, now);
  }

 private:
  void adopt(const BookAdopted& book) {
    const Result<json::value> text = parse_json(book.text);
    if (!text) { return; }
    state_.book = roster_text(config::Node::from_json(*text));
    const Status read = read_book();
    BUG(read.has_value(), "the roster's own text does not parse");
  }

  Status read_book() {
    if (state_.book.empty()) {
      roster_ = {};
      return ok();
    }
    Result<json::value> text = parse_json(state_.book);
    if (!text) { return std::move(text).error().context("the roster in the on-call state"); }
    // The book was checked before it was adopted; what is wrong with it is left out.
    config::Problems ignored;
    roster_ = read_roster(config::Node::from_json(*text), ignored);
    return ok();
  }

  template <class Fact>
  void take(Desk& desk, const Fact& fact) {
    if constexpr (std::is_same_v<Fact, TimerDue>) {
      desk.due();
    } else if constexpr (std::is_same_v<Fact, ClockJumped>) {
      desk.jumped(fact.by);
    } else if constexpr (std::is_same_v<Fact, EffectSettled>) {
      desk.settled(fact);
    } else if constexpr (std::is_same_v<Fact, IncidentOpened>) {
      desk.opened(fact);
    } else if constexpr (std::is_same_v<Fact, PageWanted>) {
      desk.wanted(fact);
    } else if constexpr (std::is_same_v<Fact, IncidentAcknowledged>) {
      desk.acknowledged(fact);
    } else if constexpr (std::is_same_v<Fact, IncidentTaken>) {
      desk.taken(fact);
    } else if constexpr (std::is_same_v<Fact, IncidentResolved>) {
      desk.resolved(fact);
    } else if constexpr (std::is_same_v<Fact, RunEnded>) {
      desk.tried(fact.incident, tried_text(fact));
    } else if constexpr (std::is_same_v<Fact, RunbookDeclined>) {
      desk.tried(fact.incident, fmt::format("{}: held back, {}", fact.title, fact.why));
    }
  }

  State state_;
  // Made of state_.
  Index index_;
  // Read from state_.book.
  Roster roster_;
};

}  // namespace

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<OnCallDecider>();
}

void check_book(const config::Node& root, config::Problems& problems) {
  const Roster roster = read_roster(root, problems);
  check_roster(roster, root, problems);
  check_receivers(root, problems);
}

}  // namespace vigie::oncall
