#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/loop.h"
#include "base/task.h"
#include "config/node.h"
#include "config/secrets.h"
#include "model/effects.h"
#include "net/net.h"
#include "oncall/notifier_kind.h"

namespace vigie::oncall {

/// How an attempt ended, as EffectSettled carries it back to the deciders.
struct Settled {
  Outcome outcome = Outcome::ok;
  std::string detail;
  /// {"retry": "never"|"later", "repeat": bool, "maybe": bool, "key": "..."}; the deciders read it.
  /// `maybe`: the other side has it and did not answer, so a failed attempt may have arrived all
  /// the same, under `key`.
  std::string data;
};

/// Performs Page and Notify effects.
///
/// Lives on: edge. Owned by: the daemon. Time: each effect takes a deadline and settles by it.
/// Never: shows a secret in a detail; sends before adopt().
class Notifiers {
 public:
  struct Deps {
    Loop& loop;
    net::HttpClient& http;
    std::string version;
    /// The journal's random name: two installations of one book, or one begun anew, must not share
    /// idempotency keys. Empty in tests.
    std::string instance = {};
  };
  explicit Notifiers(Deps deps);
  ~Notifiers();

  /// The book in force from here on; `secrets` turns its references into secrets at each use.
  void adopt(const config::Node& root, config::Secrets secrets);
  /// `attempt` counts from 1 over crashes; `repeat`: an earlier attempt may have been delivered.
  /// Any other effect is a bug and fails.
  Task<Settled> perform(Effect effect, int64_t attempt, bool repeat, MonoTime deadline);

 private:
  Deps deps_;
  std::string instance_ = "vigie";
  // By kind. Shared with the sends under way, so that a reload does not cut them.
  std::map<std::string, std::shared_ptr<Notifier>, std::less<>> notifiers_;
};

}  // namespace vigie::oncall
