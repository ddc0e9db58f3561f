#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"
#include "journal/backend_kind.h"

/// The memory of the house: events, effects and their outcomes, snapshots.
///
/// Lives on: the journal loop, the only home of blocking database code; commit() may be called
/// from any thread. Durable: a batch is one transaction and synced before `done` hears ok.
/// Batches that wait together are committed together (group commit), in order.
/// Limits: 10,000 batches waiting; more answers `exhausted`.
/// Never: applies half a batch; reorders; opens a journal that a newer Vigie wrote.
namespace vigie::journal {

class Journal {
 public:
  using Done = std::function<void(Status)>;  ///< Called on the journal loop.

  /// `place` is a directory: journal.db in it. Opens on the calling thread, before the loop runs.
  static Result<std::unique_ptr<Journal>> open(Loop& loop, const std::string& place,
                                               std::string_view backend = "sqlite");
  /// Over a backend that is open already (tests, other places).
  static std::unique_ptr<Journal> over(Loop& loop, std::unique_ptr<Backend> backend);
  ~Journal();

  void commit(Batch batch, Done done);
  size_t waiting() const;

  /// For the start and for reading verbs; blocks. Not while commits run.
  Backend& backend() { return *backend_; }
  const std::string& instance() const { return backend_->instance(); }

  struct Telemetry {
    uint64_t commits = 0, events = 0, failures = 0;
    double seconds = 0;  ///< Spent in transactions.
  };
  Telemetry telemetry() const;

 private:
  struct Impl;
  Journal(Loop& loop, std::unique_ptr<Backend> backend);

  std::unique_ptr<Backend> backend_;
  std::shared_ptr<Impl> impl_;
};

/// What an export holds.
struct Exported {
  size_t events = 0, owed = 0;  ///< Owed: effects without an outcome.
  std::string sha256;
};
/// The whole journal of one moment as JSON lines, closed by a line with its SHA-256; format in
/// docs/formats/journal.md. The file is there whole or not at all, mode 0600. `io`, `exhausted`.
Result<Exported> export_to(Backend& backend, const std::string& path);
/// Into an empty journal only (`conflict` otherwise). `corrupt` with the line when the sum or a
/// line is wrong; then nothing was written.
Result<Exported> import_from(Backend& backend, const std::string& path);

}  // namespace vigie::journal
