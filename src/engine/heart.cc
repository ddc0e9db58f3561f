#include "engine/heart.h"

#include <fmt/core.h>

#include <deque>

#include "base/assert.h"
#include "model/codec.h"

namespace vigie::engine {

namespace {
constexpr size_t kFactsMax = 20'000;
}

Heart::Heart(std::vector<std::unique_ptr<Decider>> deciders) : deciders_(std::move(deciders)) {}

Decided Heart::decide(EventBody input, WallTime now) {
  Decided out;
  mend_texts(input);
  if (const auto* settled = std::get_if<EffectSettled>(&input)) {
    if (pending_.erase(settled->effect) == 0) { return out; }
    out.settled.push_back(*settled);
  }
  if (const auto* adopted = std::get_if<BookAdopted>(&input)) { book_hash_ = adopted->hash; }
  newest_at_ = now;
  newest_.value += 1;
  const Seq cause = newest_;
  std::deque<Event> queue;
  queue.push_back({.seq = newest_, .at = now, .body = std::move(input), .cause = {}});
  while (!queue.empty()) {
    const Event event = std::move(queue.front());
    queue.pop_front();
    std::vector<EventBody> follow;
    apply(event, out, follow);
    out.events.push_back(event);
    for (EventBody& fact : follow) {
      if (out.events.size() + queue.size() >= kFactsMax) {
        ++cut_;
        BUG(false, "more than {} facts follow from event {}", kFactsMax, cause.value);
        break;
      }
      newest_.value += 1;
      queue.push_back({.seq = newest_, .at = now, .body = std::move(fact), .cause = cause});
    }
  }
  return out;
}

void Heart::apply(const Event& event, Decided& out, std::vector<EventBody>& follow) {
  for (const auto& decider : deciders_) {
    Effects effects = decider->apply(event, event.at);
    for (EventBody& fact : effects.said) { follow.push_back(std::move(fact)); }
    for (Effect& effect : effects.performed) {
      const bool fresh = pending_.insert(effect.id).second;
      BUG(fresh, "{} asks for {} while it is pending", decider->name(), effect.id.text);
      if (fresh) { out.effects.push_back(std::move(effect)); }
    }
  }
}

std::optional<WallTime> Heart::next_timer() const {
  std::optional<WallTime> earliest;
  for (const auto& decider : deciders_) {
    const std::optional<WallTime> next = decider->next_timer();
    if (next && (!earliest || *next < *earliest)) { earliest = next; }
  }
  return earliest;
}

std::string Heart::snapshot() const {
  json::object out;
  out["seq"] = newest_.value;
  out["at"] = to_millis(newest_at_);
  out["book"] = book_hash_;
  json::array pending;
  for (const EffectId& id : pending_) { pending.emplace_back(id.text); }
  out["pending"] = std::move(pending);
  json::object deciders;
  for (const auto& decider : deciders_) { deciders.emplace(decider->name(), decider->snapshot()); }
  out["deciders"] = std::move(deciders);
  return to_text(out);
}

Status Heart::restore(std::string_view text) {
  VIGIE_TRY(const json::value parsed, parse_json(text));
  const json::object* object = parsed.if_object();
  const json::object* states = object == nullptr ? nullptr : get_object(*object, "deciders");
  if (states == nullptr) { return error(Code::corrupt, "a snapshot without deciders"); }
  std::vector<std::unique_ptr<Decider>> restored;
  for (const auto& decider : deciders_) {
    restored.push_back(decider->fresh());
    const json::value* state = states->if_contains(decider->name());
    // A room that is new in this version starts empty.
    if (state == nullptr) { continue; }
    VIGIE_CHECK(restored.back()->restore(*state).context(decider->name()));
  }
  deciders_ = std::move(restored);
  newest_ = Seq{static_cast<uint64_t>(get_int(*object, "seq"))};
  newest_at_ = wall_from_millis(get_int(*object, "at"));
  book_hash_ = get_string(*object, "book");
  pending_.clear();
  if (const json::array* pending = get_array(*object, "pending")) {
    for (const json::value& id : *pending) {
      if (id.is_string()) { pending_.insert(EffectId{std::string(view_of(id.get_string()))}); }
    }
  }
  return ok();
}

Decided Heart::replay(const Event& input) {
  // The number is the recorded one, also where an older version derived more or fewer facts.
  newest_ = Seq{input.seq.value - 1};
  return decide(input.body, input.at);
}

Result<Heart> Heart::what_if() const {
  std::vector<std::unique_ptr<Decider>> copies;
  for (const auto& decider : deciders_) { copies.push_back(decider->fresh()); }
  Heart copy(std::move(copies));
  VIGIE_CHECK(copy.restore(snapshot()));
  return copy;
}

const Decider* Heart::decider(std::string_view name) const {
  for (const auto& decider : deciders_) {
    if (decider->name() == name) { return decider.get(); }
  }
  return nullptr;
}

}  // namespace vigie::engine
