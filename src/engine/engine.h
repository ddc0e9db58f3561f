#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"
#include "engine/heart.h"
#include "journal/journal.h"

/// The live heart: drains what happened, takes one `now`, lets the deciders decide, commits, and
/// only then releases the effects.
///
/// Lives on: core; submit() and ask() may be called from any thread.
/// Time: `now` follows monotonic time; a jump of the wall clock beyond one second is an event.
/// Durable: inputs and effects are one synced transaction before anything is released.
/// Limits: 20,000 inputs waiting, then submit() answers `exhausted`; 100,000 undurable events.
/// Never: performs what is not on disk, except pages while the disk refuses writes: then
/// they leave from memory, marked, and the journal catches up when it can.
namespace vigie::engine {

/// One release of an effect. `repeat`: an earlier attempt may have happened.
struct Release {
  Effect effect;
  /// The idempotency key that travels: the effect's id, or one of this life alone for what leaves
  /// before it is durable, since a crash would let the next life give the same id to something
  /// else, and a receiver would take that for a repeat.
  std::string key;
  int64_t attempt = 1;
  bool repeat = false;
};

struct EngineDeps {
  Loop& core;
  journal::Journal& journal;
  std::vector<std::unique_ptr<Decider>> deciders;
  /// Called on core, in order; must not block.
  std::function<void(Release)> perform;
  /// Called on core when durability is lost (why) and when it is back ("").
  std::function<void(std::string)> trouble;
  /// Called on core after each batch that decided something; for the console's stream.
  std::function<void(const Decided&)> decided;
  /// Names this run of the daemon among all over the same journal.
  std::string life;
};

class Engine {
 public:
  using Committed = std::function<void(Status)>;

  explicit Engine(EngineDeps deps);
  ~Engine();

  /// Before the loops run: snapshot and replay. The effects without outcome are released again by
  /// start(). `corrupt` names what is damaged.
  Status load();
  /// On core: records the start (and the book, when it is another), re-issues what is owed, and
  /// begins to work.
  void start(BookAdopted book, std::string version);
  /// On core: the last snapshot; `done` when it is durable.
  void stop(std::function<void()> done);

  /// Any thread. `committed` is called on core once the input is durable; `exhausted` at once
  /// when too much waits or the disk has refused too long.
  void submit(EventBody input, Committed committed = {});
  /// Runs `question` on core over the heart and answers on `home`.
  Task<json::value> ask(Loop& home, std::function<json::value(const Heart&, WallTime)> question);

  struct Telemetry {
    uint64_t inputs = 0, events = 0, effects = 0, refused = 0, replayed = 0, differences = 0;
    uint64_t seq = 0;
    size_t pending = 0, undurable = 0;
    bool durable = true;
  };
  Telemetry telemetry() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vigie::engine
