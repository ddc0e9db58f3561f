#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "engine/engine.h"
#include "journal/testing/faulty_backend.h"
#include "sim/carriers.h"
#include "sim/witness.h"

/// The whole house on one thread under a virtual clock: the real engine, journal protocol and
/// deciders; fake carriers, steps and processes; a journal that survives crashes and refuses
/// writes on command.
namespace vigie::sim {

using MakeDeciders = std::function<std::vector<std::unique_ptr<Decider>>()>;

class World {
 public:
  /// `deciders`: other ones than the house's, for tests of the invariants themselves.
  World(config::Node book, WallTime start, uint64_t seed, MakeDeciders deciders = {});
  ~World();

  /// Gives an input to the engine and lets everything that follows at this instant happen.
  void tell(EventBody input);
  /// Time passes; every timer and outcome in between happens at its own instant.
  void forward(Millis by);
  /// kill -9: what was not committed is forgotten, then a new life begins over the same journal.
  void crash();
  void adopt(config::Node book);
  void jump_clock(Millis by) { clock_.jump_wall(by); }
  void refuse_writes(std::optional<Error> why) { rows_->failing = std::move(why); }

  /// A decider's view, as the API gives it.
  json::value view(std::string_view room, std::string_view path);

  /// The first of these incidents for which neither a page nor a run comes next; 0 for none.
  uint64_t without_next(const std::vector<uint64_t>& incidents);

  WallTime now() const { return clock_.wall(); }
  Carriers& carriers() { return carriers_; }
  const journal::FaultyBackend::Rows& rows() const { return *rows_; }
  engine::Engine::Telemetry telemetry() const;
  const config::Node& book() const { return book_; }
  int crashes() const { return crashes_; }
  /// What the heart and the journal did that they must not, as sentences: an acknowledged input
  /// that the journal does not hold, a start that remembers otherwise.
  const std::vector<std::string>& broken() const { return broken_; }
  const Witness& witness() const { return witness_; }
  MonoTime mono() const { return clock_.mono(); }
  /// Called after every instant at which something happened.
  std::function<void()> after_step;
  /// Sees everything as it is decided.
  std::function<void(const engine::Decided&)> decided;

 private:
  struct Life;
  void begin_life();
  void settle_instant();
  json::value ask(std::function<json::value(const engine::Heart&, WallTime)> question);
  std::string memory(bool copied);
  void take_trouble(const std::string& why);
  void complain(std::string what);
  std::optional<MonoTime> next_instant();

  const MakeDeciders make_deciders_;
  SimClock clock_;
  config::Node book_;
  Carriers carriers_;
  std::shared_ptr<journal::FaultyBackend::Rows> rows_;
  std::unique_ptr<Life> life_;
  Witness witness_;
  std::vector<std::string> broken_;
  /// memory() of the life before; "" when it knew more than the disk, or was not asked.
  std::string remembered_;
  size_t memory_size_ = 0;  ///< Bytes of the last memory().
  int crashes_ = 0;
};

}  // namespace vigie::sim
