#pragma once

namespace vigie::journal {
class Journal;
class Backend;
struct Batch;
struct Snapshot;
struct PendingEffect;
}  // namespace vigie::journal
