#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/loop.h"
#include "base/result.h"

namespace vigie::stage {

/// What can be made to go wrong; the words of POST /fault.
enum class FaultKind : uint8_t {
  hang,    ///< Answers nothing (but /fault), and nothing flows.
  crash,   ///< Exits 1 at once.
  slow,    ///< Each message takes `ms`, one after the other.
  leak,    ///< Grows by `mb_per_second` up to 256 MB.
  drop,    ///< Loses `share` of the messages, silently; health stays good.
  refuse,  ///< 503 on everything but /metrics.
  poison,  ///< A message in `topic` that stops its consumer until the topic is emptied.
};

/// What can befall every role.
inline constexpr FaultKind kCommonFaults[] = {FaultKind::hang, FaultKind::crash, FaultKind::leak,
                                              FaultKind::refuse};

std::string_view name_of(FaultKind kind);

/// One fault that is set.
struct Fault {
  FaultKind kind = FaultKind::hang;
  Millis delay{0};
  double share = 0;
  double mb_per_second = 0;
  std::string topic;
  Millis lasts{0};      ///< 0: until it is cleared.
  bool sticky = false;  ///< Comes back after a restart, until it is cleared.
};

/// Reads a body of POST /fault; `allowed` is what the role can suffer. Errors: `invalid` with what
/// was expected.
Result<Fault> parse_fault(const json::object& body, std::span<const FaultKind> allowed);
json::object to_json(const Fault& fault);

/// The faults of this process. Lives on: the loop. At most one of a kind.
class Faults {
 public:
  /// `changed` after each change; `state_file` keeps sticky faults ("" keeps none).
  Faults(Loop& loop, std::string state_file, std::function<void()> changed);
  ~Faults();

  void set(const Fault& fault);
  /// Also what it brought: memory that leaked is given back.
  void clear(FaultKind kind);
  void clear_all();
  /// Sets what was sticky before a restart. Errors: `corrupt`.
  Status restore();

  bool has(FaultKind kind) const { return set_.contains(kind); }
  bool hung() const { return has(FaultKind::hang); }
  bool refuses() const { return has(FaultKind::refuse); }
  /// nullptr when it is not set.
  const Fault* find(FaultKind kind) const;
  std::vector<Fault> all() const;

  /// Takes one message: true when it is to be lost. Exactly `share` of them, evenly spread.
  bool loses();
  /// Waits for one message's turn when slow; at most 30 s. `exhausted` when more are before it.
  Task<Status> turn();
  /// Waits until nothing hangs. `timeout`, `cancelled`.
  Task<Status> while_hung(MonoTime deadline);

 private:
  void leak();
  void keep() const;
  void schedule_end(const Fault& fault);

  Loop& loop_;
  const std::string state_file_;
  const std::function<void()> changed_;
  std::map<FaultKind, Fault> set_;
  std::map<FaultKind, Loop::TimerId> ends_;
  std::optional<Loop::TimerId> leaking_;
  std::vector<std::unique_ptr<char[]>> leaked_;
  double owed_ = 0;  ///< Of messages to lose.
  MonoTime free_at_{};
};

}  // namespace vigie::stage
