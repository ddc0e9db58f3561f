// A fleet on disk: docs/formats/fleets.md.

#include <cstring>

#include "collect/fleet_format.h"
#include "collect/fleet_table.h"

namespace vigie::collect {

namespace {

void put_64(std::string& out, uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) { out += static_cast<char>(value >> shift & 0xff); }
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes) {}
  Result<uint64_t> u64() {
    VIGIE_TRY(const std::string_view raw, take(8));
    uint64_t value = 0;
    for (int i = 7; i >= 0; --i) {
      value = value << 8 | static_cast<unsigned char>(raw[static_cast<size_t>(i)]);
    }
    return value;
  }
  Result<std::string_view> name() {
    VIGIE_TRY(const std::string_view length, take(1));
    return take(static_cast<unsigned char>(length.front()));
  }
  bool empty() const { return left_.empty(); }

 private:
  Result<std::string_view> take(size_t count) {
    if (left_.size() < count) { return error(Code::corrupt, "the fleet's file is cut"); }
    const std::string_view out = left_.substr(0, count);
    left_.remove_prefix(count);
    return out;
  }
  std::string_view left_;
};

uint64_t checksum(std::string_view bytes) {
  uint64_t hash = fleet_format::kChecksumSeed;
  while (bytes.size() >= 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = (hash ^ word) * fleet_format::kChecksumFactor;
    hash ^= hash >> 32;
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * fleet_format::kChecksumFactor;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

void FleetTable::encode_list(const List& list, std::string& out) const {
  for (uint32_t i = list.first; i != kNone; i = at(i).next) {
    const std::string_view name = name_of(at(i));
    out += static_cast<char>(name.size());
    out += name;
    put_64(out, static_cast<uint64_t>(at(i).last));
  }
}

std::string FleetTable::encode(WallTime now) const {
  std::string out(fleet_format::kMagic);
  out.reserve(out.size() + 32 + arena_live_ + size() * 8);
  put_64(out, static_cast<uint64_t>(to_millis(now)));
  put_64(out, counts_.active);
  put_64(out, counts_.inactive);
  encode_list(active_, out);
  encode_list(silent_, out);
  put_64(out, checksum(out));
  return out;
}

Result<std::unique_ptr<FleetTable>> FleetTable::decode(std::string_view bytes,
                                                       Millis inactive_after, WallTime now) {
  constexpr size_t kMagicSize = fleet_format::kMagic.size();
  if (!bytes.starts_with(fleet_format::kMagic) || bytes.size() < kMagicSize + 32) {
    return error(Code::corrupt, "no fleet's file, or one of another version");
  }
  const std::string_view content = bytes.substr(0, bytes.size() - 8);
  VIGIE_TRY(const uint64_t sum, Bytes(bytes.substr(content.size())).u64());
  if (sum != checksum(content)) { return error(Code::corrupt, "the fleet's file is damaged"); }
  Bytes reader(content.substr(kMagicSize));
  VIGIE_TRY(const uint64_t saved_at, reader.u64());
  VIGIE_TRY(const uint64_t active, reader.u64());
  VIGIE_TRY(const uint64_t inactive, reader.u64());
  const int64_t down = std::max<int64_t>(to_millis(now) - static_cast<int64_t>(saved_at), 0);
  auto table = std::make_unique<FleetTable>(inactive_after);
  for (uint64_t i = 0; i < active + inactive; ++i) {
    VIGIE_TRY(const std::string_view name, reader.name());
    VIGIE_TRY(const uint64_t last, reader.u64());
    const uint32_t hash = table->hash_name(name);
    if (name.empty() || table->find(name, hash) != kNone) {
      return error(Code::corrupt, "the fleet's file names a device twice or not at all");
    }
    const uint32_t index = table->add(name, hash);
    table->at(index).last = static_cast<int64_t>(last) + (i < active ? down : 0);
    table->append(i < active ? table->active_ : table->silent_, index);
    ++(i < active ? table->counts_.active : table->counts_.inactive);
    if (table->size() * 4 >= table->slots_.size() * 3) {
      table->grow_slots();
    } else {
      table->take_slot(index);
    }
    if (i < active) {
      table->newest_ = std::max(table->newest_, wall_from_millis(table->at(index).last));
    }
  }
  if (!reader.empty()) { return error(Code::corrupt, "the fleet's file holds more than it says"); }
  return table;
}

}  // namespace vigie::collect
