#include "journal/testing/faulty_backend.h"

namespace vigie::journal {

Status FaultyBackend::append(std::span<const Batch> batches) {
  ++rows_->appends;
  if (rows_->failing) { return *rows_->failing; }
  for (const Batch& batch : batches) {
    for (const Event& event : batch.events) {
      ASSERT(rows_->events.empty() || rows_->events.back().seq < event.seq, "event {} out of order",
             event.seq.value);
      rows_->events.push_back(event);
    }
    for (const Effect& effect : batch.effects) {
      rows_->effects.push_back({.effect = effect, .seq = {}, .attempts = 1});
    }
    for (const EffectSettled& settled : batch.settled) {
      std::erase_if(rows_->effects,
                    [&](const PendingEffect& p) { return p.effect.id == settled.effect; });
    }
    for (const EffectId& id : batch.attempted) {
      for (PendingEffect& p : rows_->effects) { p.attempts += p.effect.id == id ? 1 : 0; }
    }
    if (batch.snapshot) { rows_->snapshot = batch.snapshot; }
  }
  return ok();
}

Result<std::vector<Event>> FaultyBackend::events_after(Seq after, size_t limit) {
  std::vector<Event> out;
  for (const Event& event : rows_->events) {
    if (event.seq > after && out.size() < limit) { out.push_back(event); }
  }
  return out;
}

Result<Seq> FaultyBackend::newest_seq() {
  return rows_->events.empty() ? Seq{} : rows_->events.back().seq;
}

}  // namespace vigie::journal
