// The only file that asks the system for the time (tools/bans.txt holds everyone else to it).
#include <chrono>

#include "base/time.h"

namespace vigie {

namespace {

class RealClock final : public Clock {
 public:
  WallTime wall() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{std::chrono::floor<Millis>(now)};
  }
  MonoTime mono() const override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return MonoTime{std::chrono::duration_cast<Nanos>(now)};
  }
};

}  // namespace

const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

}  // namespace vigie
