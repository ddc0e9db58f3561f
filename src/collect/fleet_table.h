#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace vigie::collect {

/// Who of a fleet was heard when: made for a million devices.
///
/// A device is a record of 24 bytes, its name in an arena and four bytes in an open table, so that
/// with names of 20 characters a device takes about 55 bytes. Active devices hang on one list in
/// the order of their last heartbeat, silent ones on another in the order of falling silent;
/// heartbeat and expiry touch only heads and tails.
/// Lives on: edge. Time: wall; a step back by more than a minute moves all devices with the clock.
/// Limits: 2^32 - 2 devices, names of 255 bytes; whoever adds devices keeps the book's bound.
class FleetTable {
 public:
  struct Counts {
    uint64_t active = 0, inactive = 0;
    uint64_t came = 0, went = 0;  ///< Transitions since the start.
  };
  struct Device {
    std::string_view name;
    WallTime last;
    bool active = false;
  };

  explicit FleetTable(Millis inactive_after) : inactive_after_(inactive_after) {}

  /// True when the device was silent or unknown before. An instant before the newest heartbeat of
  /// the fleet counts as that one. `exhausted` beyond `devices_max`, `invalid` for an empty or
  /// overlong name.
  Result<bool> beat(std::string_view device, WallTime at, uint64_t devices_max);
  /// Turns who was last heard before now - inactive_after silent, and forgets who has been silent
  /// for `forget_after`. Returns how many changed.
  uint64_t expire(WallTime now, Millis forget_after);
  void set_inactive_after(Millis d) { inactive_after_ = d; }
  Millis inactive_after() const { return inactive_after_; }

  const Counts& counts() const { return counts_; }
  uint64_t size() const { return counts_.active + counts_.inactive; }
  /// Longest silent first, then the active ones from the one heard longest ago; stops at `limit`.
  std::vector<Device> list(bool inactive_only, size_t limit) const;
  size_t memory_bytes() const;

  /// docs/formats/fleets.md: one checksummed image.
  std::string encode(WallTime now) const;
  /// Devices that were active get the time we were down on top, so that our own downtime declares
  /// nobody dead. Errors: `corrupt`.
  static Result<std::unique_ptr<FleetTable>> decode(std::string_view bytes, Millis inactive_after,
                                                    WallTime now);

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  struct Record {
    int64_t last = 0;       ///< Milliseconds since 1970.
    uint32_t name = kNone;  ///< Where it lies in the arena; kNone when the record is free.
    uint32_t hash = 0;
    uint32_t next = kNone, previous = kNone;
  };
  struct List {
    uint32_t first = kNone, last = kNone;
  };
  static constexpr size_t kBlock =
      4096;  ///< Records are kept in blocks, so growing copies nothing.

  Record& at(uint32_t index) { return blocks_[index / kBlock][index % kBlock]; }
  const Record& at(uint32_t index) const { return blocks_[index / kBlock][index % kBlock]; }
  /// A device is active when it was heard after `now - inactive_after`; the list it hangs on says
  /// so.
  bool on_active_list(uint32_t index) const { return (flags_[index / 8] >> (index % 8) & 1) != 0; }
  std::string_view name_of(const Record& record) const;
  static uint32_t hash_name(std::string_view name);
  uint32_t find(std::string_view name, uint32_t hash) const;
  uint32_t add(std::string_view name, uint32_t hash);
  uint32_t store_name(std::string_view name);
  void grow_slots();
  void take_slot(uint32_t index);
  void free_slot(uint32_t index);
  void append(List& list, uint32_t index);
  void unlink(List& list, uint32_t index);
  void forget(uint32_t index);
  void follow_clock(WallTime now);
  void compact_names();
  void encode_list(const List& list, std::string& out) const;

  Millis inactive_after_;
  std::vector<std::unique_ptr<Record[]>> blocks_;
  uint32_t used_ = 0;
  uint32_t first_free_ = kNone;
  std::vector<uint8_t> flags_;  ///< One bit a record: active.
  std::vector<uint32_t> slots_;
  std::vector<std::unique_ptr<char[]>> arena_;
  uint32_t arena_at_ = 0;  ///< Used of the newest chunk.
  uint64_t arena_live_ = 0, arena_dead_ = 0;
  List active_, silent_;
  Counts counts_;
  WallTime newest_{};
};

}  // namespace vigie::collect
