#pragma once

#include <memory>

#include "journal/backend_kind.h"

namespace vigie::journal {

/// A backend in memory that works, and fails on command. Copies share the rows, so a test can
/// "crash" by dropping everything else and open the same rows again.
class FaultyBackend final : public Backend {
 public:
  struct Rows {
    std::vector<Event> events;
    std::vector<PendingEffect> effects;
    std::optional<Snapshot> snapshot;
    std::optional<Error> failing;  ///< What append() answers while set.
    size_t appends = 0;
  };

  explicit FaultyBackend(std::shared_ptr<Rows> rows) : rows_(std::move(rows)) {}

  Status append(std::span<const Batch> batches) override;
  Result<std::optional<Snapshot>> newest_snapshot() override { return rows_->snapshot; }
  Result<std::vector<Event>> events_after(Seq after, size_t limit) override;
  Result<std::vector<PendingEffect>> pending() override { return rows_->effects; }
  Result<Seq> newest_seq() override;
  const std::string& instance() const override { return instance_; }

 private:
  std::shared_ptr<Rows> rows_;
  const std::string instance_ = "test";
};

}  // namespace vigie::journal
