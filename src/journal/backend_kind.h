#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/effects.h"
#include "model/events.h"

namespace vigie::journal {

/// The version of the tables; a journal written by a newer one is refused.
inline constexpr int64_t kSchemaVersion = 1;

/// The state of the deciders after event `seq`, as one JSON text.
struct Snapshot {
  Seq seq;
  WallTime at;
  std::string body;
};

/// An effect without an outcome; `attempts` counts how often it was released.
struct PendingEffect {
  Effect effect;
  Seq seq;
  int64_t attempts = 0;
  std::string damage;  ///< Why its row cannot be read; "" when it can.
};

/// What one decision changed: one transaction, synced, all or nothing.
struct Batch {
  std::vector<Event> events;
  std::vector<Effect> effects;         ///< New, released once when this is durable.
  std::vector<EffectSettled> settled;  ///< Ends the rows of these effects.
  std::vector<EffectId> attempted;     ///< One more release of each.
  std::optional<Snapshot> snapshot;
};

/// One place to keep a journal. Lives on: the journal loop. Every call blocks.
/// Errors: `exhausted` disk full, `io`, `corrupt` (a checksum; says which row).
class Backend {
 public:
  virtual ~Backend() = default;
  virtual Status append(std::span<const Batch> batches) = 0;
  virtual Result<std::optional<Snapshot>> newest_snapshot() = 0;
  /// Events with a sequence number above `after`, in order, at most `limit`.
  virtual Result<std::vector<Event>> events_after(Seq after, size_t limit) = 0;
  virtual Result<std::vector<PendingEffect>> pending() = 0;
  virtual Result<Seq> newest_seq() = 0;
  /// Runs `reads` over one moment of the journal, also while another process writes to it.
  virtual Status at_one_moment(const std::function<Status()>& reads) { return reads(); }
  /// A random name given at creation; it makes idempotency keys unique among installations.
  virtual const std::string& instance() const = 0;
};

/// A kind of journal, one file under backends/.
struct BackendKind {
  std::string_view name, summary;
  /// Creates what is missing. `invalid` when a newer Vigie wrote it, with what to do.
  Result<std::unique_ptr<Backend>> (*open)(const std::string& place);
};
std::span<const BackendKind* const> backend_kinds();

}  // namespace vigie::journal
