#include "engine/replay.h"

#include "model/codec.h"

namespace vigie::engine {

namespace {

constexpr size_t kPageSize = 1'000;

/// Compares what was derived now with what was recorded then, one input at a time.
class Replayer {
 public:
  explicit Replayer(Heart& heart) : heart_(heart) {}

  void take(const Event& event) {
    ++found_.events;
    newest_ = event.seq;
    if (event.cause) {
      recorded_.push_back(to_text(encode_event_body(event.body)));
      return;
    }
    settle_difference();
    const Decided decided = heart_.replay(event);
    derived_.clear();
    for (const Event& fact : decided.events) {
      if (fact.cause) { derived_.push_back(to_text(encode_event_body(fact.body))); }
    }
  }

  Replayed finish() {
    settle_difference();
    heart_.continue_after(newest_);
    return found_;
  }

 private:
  void settle_difference() {
    if (derived_ != recorded_) { ++found_.differences; }
    derived_.clear();
    recorded_.clear();
  }

  Heart& heart_;
  Replayed found_;
  Seq newest_;
  std::vector<std::string> derived_, recorded_;
};

}  // namespace

Result<Replayed> replay(journal::Backend& backend, Heart& heart) {
  VIGIE_TRY(const auto snapshot, backend.newest_snapshot());
  Seq after;
  if (snapshot) {
    VIGIE_CHECK(heart.restore(snapshot->body).context("the newest snapshot"));
    after = snapshot->seq;
  }
  Replayer replayer(heart);
  while (true) {
    VIGIE_TRY(const std::vector<Event> page, backend.events_after(after, kPageSize));
    for (const Event& event : page) { replayer.take(event); }
    if (page.size() < kPageSize) { return replayer.finish(); }
    after = page.back().seq;
  }
}

}  // namespace vigie::engine
