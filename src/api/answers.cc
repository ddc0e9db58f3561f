#include "api/answers.h"

#include "api/sessions.h"

namespace vigie::api {

namespace {

template <class T>
concept AskedByPerson = requires(T t) {
  t.key;
  t.who;
  t.via;
};

constexpr std::string_view kPath = "answers/";

}  // namespace

std::string digest_of(const EventBody& asked) {
  return std::visit(
      [](const auto& body) -> std::string {
        if constexpr (AskedByPerson<decltype(body)>) {
          auto plain = body;
          plain.key.clear();
          return hash_of(to_text(encode_event_body(plain)));
        } else {
          return {};
        }
      },
      asked);
}

std::string scoped_key(std::string_view who, std::string_view key) {
  // A space is in no key (see request_key()), so no two pairs meet.
  return std::string(who) + ' ' + std::string(key);
}

Effects Answers::apply(const Event& event, WallTime now) {
  if (!event.cause) {
    remember(event, now);
  } else if (const auto* opened = std::get_if<IncidentOpened>(&event.body)) {
    if (Answer* answer = made_by(event.cause)) { answer->incident = opened->incident; }
  } else if (const auto* started = std::get_if<RunStarted>(&event.body)) {
    if (Answer* answer = made_by(event.cause)) { answer->run = started->run; }
  }
  return {};
}

void Answers::remember(const Event& event, WallTime now) {
  std::string key;
  std::visit(
      [&](const auto& body) {
        if constexpr (AskedByPerson<decltype(body)>) {
          if (!body.key.empty()) { key = scoped_key(body.who, body.key); }
        }
      },
      event.body);
  if (key.empty()) { return; }
  forget_old(now);
  state_.answers[key] = {
      .digest = digest_of(event.body), .asked = event.seq, .at = now, .incident = {}, .run = {}};
  state_.order[event.seq] = std::move(key);
}

void Answers::forget_old(WallTime now) {
  while (!state_.order.empty()) {
    const auto oldest = state_.order.begin();
    const auto answer = state_.answers.find(oldest->second);
    // A key that was taken again after its day belongs to the newer request.
    const bool current = answer != state_.answers.end() && answer->second.asked == oldest->first;
    const bool young = current && now - answer->second.at < kKept;
    if (young && state_.order.size() < kKeptMax) { return; }
    if (current) { state_.answers.erase(answer); }
    state_.order.erase(oldest);
  }
}

Answers::Answer* Answers::made_by(Seq cause) {
  const auto known = state_.order.find(cause);
  const auto answer =
      known == state_.order.end() ? state_.answers.end() : state_.answers.find(known->second);
  return answer == state_.answers.end() ? nullptr : &answer->second;
}

json::value Answers::view(std::string_view path, WallTime now) const {
  if (!path.starts_with(kPath)) { return nullptr; }
  const auto answer = state_.answers.find(std::string(path.substr(kPath.size())));
  if (answer == state_.answers.end() || now - answer->second.at >= kKept) { return nullptr; }
  return json::object{{"digest", answer->second.digest},
                      {"incident", answer->second.incident.value},
                      {"run", answer->second.run.value}};
}

}  // namespace vigie::api
