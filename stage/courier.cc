#include "stage/courier.h"

#include "stage/stage.h"

namespace vigie::stage {

namespace {
constexpr size_t kWaitingMax = 1'000;
constexpr Nanos kPatience = 1s;
constexpr Nanos kPause = 200ms;
}  // namespace

Courier::Courier(Stage& stage, std::string to, std::string base_url, int attempts)
    : stage_(stage), to_(std::move(to)), base_url_(std::move(base_url)), attempts_(attempts) {}

void Courier::start() {
  if (!base_url_.empty()) { stage_.tasks().spawn(carry()); }
}

void Courier::offer(Parcel parcel) {
  if (base_url_.empty()) { return; }
  if (waiting_.size() >= kWaitingMax) {
    stage_.count_failed("to", to_);
    return;
  }
  waiting_.push_back(std::move(parcel));
  if (bell_) { std::exchange(bell_, nullptr)->complete(true); }
}

Task<void> Courier::carry() {
  while (true) {
    if (waiting_.empty()) {
      auto bell = std::make_shared<Completion<bool>>();
      bell->on_cancel = [weak = std::weak_ptr(bell)] {
        if (const auto kept = weak.lock()) { kept->complete(false); }
      };
      bell_ = bell;
      const bool rang = co_await wait(bell);
      if (!rang) { co_return; }
      continue;
    }
    Status awake = co_await stage_.faults().while_hung(MonoTime::max());
    if (!awake) { co_return; }
    Parcel next = std::move(waiting_.front());
    waiting_.pop_front();
    co_await deliver(std::move(next));
  }
}

Task<void> Courier::deliver(Parcel parcel) {
  const std::string url = base_url_ + parcel.path;
  for (int attempt = 0; attempt < attempts_; ++attempt) {
    if (attempt == 0) { stage_.count_out("to", to_); }
    std::string body = parcel.body;
    Status taken = co_await stage_.post_json(url, std::move(body), kPatience);
    if (taken) { co_return; }
    const Code code = taken.error().code;
    if (code == Code::cancelled || code == Code::denied) { break; }
    if (attempt + 1 == attempts_) { break; }
    Status slept = co_await stage_.loop().sleep_until(stage_.in(kPause));
    if (!slept) { co_return; }
  }
  stage_.count_failed("to", to_);
}

}  // namespace vigie::stage
