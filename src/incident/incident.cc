#include "incident/incident.h"

#include <concepts>

#include "incident/book_part.h"
#include "incident/register.h"
#include "incident/view.h"

namespace vigie::incident {

namespace {

template <class Fact>
concept Taken = requires(Register& r, const Fact& fact) {
  r.take(fact);
};

class IncidentDecider final : public Decider {
 public:
  std::string_view name() const override { return "incident"; }

  Effects apply(const Event& event, WallTime now) override {
    Effects out;
    if (const auto* book = std::get_if<BookAdopted>(&event.body)) {
      adopt(*book);
      return out;
    }
    Register incidents{state_, resolved_, out, now};
    std::visit(
        [&](const auto& fact) {
          if constexpr (Taken<std::decay_t<decltype(fact)>>) { incidents.take(fact); }
        },
        event.body);
    return out;
  }

  std::optional<WallTime> next_timer() const override { return std::nullopt; }
  json::value snapshot() const override { return encode(state_); }

  Status restore(const json::value& snapshot) override {
    Result<State> state = decode<State>(snapshot);
    if (!state) { return std::move(state).error().context("state of incidents"); }
    state_ = *std::move(state);
    resolved_.clear();
    for (auto& [id, incident] : state_.incidents) {
      incident.recount();
      if (!incident.live()) { resolved_.insert(id); }
    }
    return ok();
  }

  std::unique_ptr<Decider> fresh() const override { return std::make_unique<IncidentDecider>(); }

  json::value view(std::string_view path, WallTime now) const override {
    return view_of_room(state_, path, now);
  }

 private:
  void adopt(const BookAdopted& book) {
    const Result<json::value> text = parse_json(book.text);
    if (text) { state_.book = read_book(config::Node::from_json(*text)); }
  }

  State state_;
  // Made of state_.
  std::set<IncidentId> resolved_;
};

}  // namespace

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<IncidentDecider>();
}

void check_book(const config::Node& root, config::Problems& problems) {
  // Services and chains are topology's to check; here only that each service has an owner.
  const config::Node services = root["services"];
  const config::Node teams = root["teams"];
  for (const config::Node::Entry& service : services.entries()) {
    const config::Node team = service.value["team"];
    if (team.text().empty() && teams.size() > 1) {
      problems.warn(service.key.place(),
                    "service " + service.key.text() + " has no team: its incidents have no owner");
    }
  }
}

}  // namespace vigie::incident
