#include "collect/fleet_table.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace vigie::collect {

namespace {

constexpr uint32_t kChunk = 1 << 20;  ///< Bytes of one piece of the arena.
constexpr size_t kNameMax = 255;
constexpr Millis kClockStep = 1min;

uint64_t fnv(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL; }
  return hash;
}

}  // namespace

uint32_t FleetTable::hash_name(std::string_view name) {
  const uint64_t hash = fnv(name);
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

std::string_view FleetTable::name_of(const Record& record) const {
  const char* where = &arena_[record.name / kChunk][record.name % kChunk];
  return {where + 1, static_cast<unsigned char>(*where)};
}

uint32_t FleetTable::find(std::string_view name, uint32_t hash) const {
  if (slots_.empty()) { return kNone; }
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask; slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const Record& record = at(slots_[slot]);
    if (record.hash == hash && name_of(record) == name) { return slots_[slot]; }
  }
  return kNone;
}

void FleetTable::take_slot(uint32_t index) {
  const size_t mask = slots_.size() - 1;
  size_t slot = at(index).hash & mask;
  while (slots_[slot] != kNone) { slot = (slot + 1) & mask; }
  slots_[slot] = index;
}

void FleetTable::grow_slots() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, kNone);
  for (const List* list : {&active_, &silent_}) {
    for (uint32_t i = list->first; i != kNone; i = at(i).next) { take_slot(i); }
  }
}

void FleetTable::free_slot(uint32_t index) {
  const size_t mask = slots_.size() - 1;
  size_t hole = at(index).hash & mask;
  while (slots_[hole] != index) { hole = (hole + 1) & mask; }
  // Whoever was pushed past the hole moves back into it, so that no search ends too early.
  for (size_t next = (hole + 1) & mask; slots_[next] != kNone; next = (next + 1) & mask) {
    const size_t home = at(slots_[next]).hash & mask;
    if (((next - home) & mask) >= ((next - hole) & mask)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = kNone;
}

uint32_t FleetTable::store_name(std::string_view name) {
  const auto bytes = static_cast<uint32_t>(name.size() + 1);
  if (arena_.empty() || arena_at_ + bytes > kChunk) {
    arena_.push_back(std::make_unique<char[]>(kChunk));
    arena_at_ = 0;
  }
  char* where = &arena_.back()[arena_at_];
  *where = static_cast<char>(name.size());
  std::memcpy(where + 1, name.data(), name.size());
  const uint32_t offset = static_cast<uint32_t>(arena_.size() - 1) * kChunk + arena_at_;
  arena_at_ += bytes;
  arena_live_ += bytes;
  return offset;
}

uint32_t FleetTable::add(std::string_view name, uint32_t hash) {
  uint32_t index = first_free_;
  if (index != kNone) {
    first_free_ = at(index).next;
  } else {
    if (used_ % kBlock == 0) {
      blocks_.push_back(std::make_unique<Record[]>(kBlock));
      flags_.resize(flags_.size() + kBlock / 8);
    }
    index = used_++;
  }
  at(index) = Record{.name = store_name(name), .hash = hash};
  return index;
}

void FleetTable::append(List& list, uint32_t index) {
  Record& record = at(index);
  record.previous = list.last;
  record.next = kNone;
  (list.last == kNone ? list.first : at(list.last).next) = index;
  list.last = index;
  const auto bit = static_cast<uint8_t>(1U << (index % 8));
  uint8_t& flags = flags_[index / 8];
  flags = static_cast<uint8_t>(&list == &active_ ? flags | bit : flags & ~bit);
}

void FleetTable::unlink(List& list, uint32_t index) {
  const Record& record = at(index);
  (record.previous == kNone ? list.first : at(record.previous).next) = record.next;
  (record.next == kNone ? list.last : at(record.next).previous) = record.previous;
}

Result<bool> FleetTable::beat(std::string_view device, WallTime at_time, uint64_t devices_max) {
  if (device.empty() || device.size() > kNameMax || !is_utf8(device)) {
    return error(Code::invalid, "a device's name has 1 to 255 bytes of UTF-8");
  }
  if (at_time + kClockStep < newest_) { follow_clock(at_time); }
  newest_ = std::max(newest_, at_time);
  const uint32_t hash = hash_name(device);
  uint32_t index = find(device, hash);
  const bool known = index != kNone;
  const bool was_active = known && on_active_list(index);
  if (!known) {
    const uint64_t arena_max = 4096ULL * kChunk;
    if (size() >= devices_max || arena_live_ + arena_dead_ + kChunk > arena_max) {
      return error(Code::exhausted, "the fleet has as many devices as it may");
    }
    index = add(device, hash);
  } else {
    unlink(was_active ? active_ : silent_, index);
    counts_.inactive -= was_active ? 0 : 1;
  }
  at(index).last = to_millis(newest_);
  append(active_, index);
  if (!known) {
    if ((size() + 1) * 4 >= slots_.size() * 3) {
      grow_slots();
    } else {
      take_slot(index);
    }
  }
  if (!was_active) {
    ++counts_.active;
    ++counts_.came;
  }
  return !was_active;
}

void FleetTable::follow_clock(WallTime now) {
  const int64_t by = to_millis(now) - to_millis(newest_);
  for (const List* list : {&active_, &silent_}) {
    for (uint32_t i = list->first; i != kNone; i = at(i).next) { at(i).last += by; }
  }
  newest_ = now;
}

uint64_t FleetTable::expire(WallTime now, Millis forget_after) {
  if (now + kClockStep < newest_) { follow_clock(now); }
  uint64_t changed = 0;
  while (active_.first != kNone &&
         at(active_.first).last + inactive_after_.count() <= to_millis(now)) {
    const uint32_t index = active_.first;
    unlink(active_, index);
    append(silent_, index);
    --counts_.active;
    ++counts_.inactive;
    ++counts_.went;
    ++changed;
  }
  while (silent_.first != kNone &&
         at(silent_.first).last + forget_after.count() <= to_millis(now)) {
    forget(silent_.first);
    ++changed;
  }
  if (arena_dead_ > arena_live_ && arena_dead_ > kChunk) { compact_names(); }
  return changed;
}

void FleetTable::forget(uint32_t index) {
  free_slot(index);
  unlink(silent_, index);
  const uint64_t bytes = name_of(at(index)).size() + 1;
  arena_live_ -= bytes;
  arena_dead_ += bytes;
  at(index) = Record{.next = first_free_};
  first_free_ = index;
  --counts_.inactive;
}

void FleetTable::compact_names() {
  const auto before = std::exchange(arena_, {});
  arena_live_ = arena_dead_ = 0;
  for (const List* list : {&active_, &silent_}) {
    for (uint32_t i = list->first; i != kNone; i = at(i).next) {
      Record& record = at(i);
      const char* where = &before[record.name / kChunk][record.name % kChunk];
      record.name = store_name({where + 1, static_cast<unsigned char>(*where)});
    }
  }
}

std::vector<FleetTable::Device> FleetTable::list(bool inactive_only, size_t limit) const {
  std::vector<Device> out;
  for (const List* list : {&silent_, &active_}) {
    if (inactive_only && list == &active_) { break; }
    for (uint32_t i = list->first; i != kNone && out.size() < limit; i = at(i).next) {
      out.push_back({name_of(at(i)), wall_from_millis(at(i).last), list == &active_});
    }
  }
  return out;
}

size_t FleetTable::memory_bytes() const {
  return blocks_.size() * kBlock * sizeof(Record) + slots_.capacity() * sizeof(uint32_t) +
         flags_.capacity() + arena_.size() * kChunk;
}

}  // namespace vigie::collect
