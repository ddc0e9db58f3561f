#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/codec.h"
#include "model/decider.h"

/// Which requests with an Idempotency-Key were done already, and what they made.
namespace vigie::api {

/// What makes two requests the same: what they ask for, whatever their key. "" for an event that
/// nobody asked for over HTTP.
std::string digest_of(const EventBody& asked);
/// One person's key; another's of the same text is another key.
std::string scoped_key(std::string_view who, std::string_view key);

/// Remembers keyed requests. Its facts come from the journal alone, so a restart forgets nothing.
///
/// Lives on: core. Limits: 24 hours and the newest 10,000; an older key is as good as new.
/// View: "answers/" + scoped_key() gives {"digest", "incident", "run"}, 0 where none was made.
class Answers final : public Decider {
 public:
  static constexpr Millis kKept = 24h;
  static constexpr size_t kKeptMax = 10'000;

  struct Answer {
    std::string digest;
    Seq asked;  ///< The event that carried the key.
    WallTime at;
    IncidentId incident;  ///< Declared by this request; 0: none.
    RunId run;            ///< Started by it; 0: none.
    VIGIE_FIELDS(digest, asked, at, incident, run)
  };
  struct State {
    std::map<std::string, Answer> answers;  ///< By scoped key.
    std::map<Seq, std::string> order;       ///< Their keys, oldest first.
    VIGIE_FIELDS(answers, order)
  };

  std::string_view name() const override { return "api"; }
  Effects apply(const Event& event, WallTime now) override;
  std::optional<WallTime> next_timer() const override { return std::nullopt; }
  json::value snapshot() const override { return encode(state_); }
  Status restore(const json::value& snapshot) override { return decode_into(snapshot, state_); }
  std::unique_ptr<Decider> fresh() const override { return std::make_unique<Answers>(); }
  json::value view(std::string_view path, WallTime now) const override;

 private:
  void remember(const Event& event, WallTime now);
  void forget_old(WallTime now);
  Answer* made_by(Seq cause);

  State state_;
};

}  // namespace vigie::api
