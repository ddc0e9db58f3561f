#include "tsdb/chunk.h"

#include <algorithm>
#include <bit>

namespace vigie::tsdb {

namespace {

// Widths of a difference of differences, by their prefix: 0, 10, 110, 1110, 1111.
constexpr unsigned kWidths[] = {0, 14, 17, 20, 64};

bool fits(int64_t value, unsigned width) {
  const int64_t half = int64_t{1} << (width - 1);
  return value >= -half && value < half;
}

uint64_t low_bits(uint64_t value, unsigned count) {
  return count >= 64 ? value : value & ((uint64_t{1} << count) - 1);
}

class BitReader {
 public:
  explicit BitReader(std::string_view bits) : bits_(bits) {}
  bool ok() const { return ok_; }
  uint64_t take(unsigned count) {
    uint64_t value = 0;
    while (count > 0) {
      const size_t byte = at_ >> 3;
      if (byte >= bits_.size()) {
        ok_ = false;
        return 0;
      }
      const auto in_byte = static_cast<unsigned>(8 - (at_ & 7));
      const unsigned now = std::min(in_byte, count);
      const auto raw = static_cast<uint8_t>(bits_[byte]);
      value = (value << now) | ((raw >> (in_byte - now)) & ((1U << now) - 1));
      at_ += now;
      count -= now;
    }
    return value;
  }
  int64_t take_signed(unsigned count) {
    const uint64_t raw = take(count);
    if (count >= 64) { return static_cast<int64_t>(raw); }
    const uint64_t sign = uint64_t{1} << (count - 1);
    return static_cast<int64_t>(raw ^ sign) - static_cast<int64_t>(sign);
  }

 private:
  std::string_view bits_;
  size_t at_ = 0;
  bool ok_ = true;
};

// The values of a chunk in turn.
class ValueReader {
 public:
  uint64_t next(BitReader& in) {
    if (in.take(1) == 0) { return value_; }
    if (in.take(1) == 1) {
      lead_ = static_cast<unsigned>(in.take(5));
      width_ = static_cast<unsigned>(in.take(6));
      if (width_ == 0) { width_ = 64; }
    }
    const unsigned used = lead_ + width_;
    value_ ^= in.take(width_) << (used > 64 ? 0 : 64 - used);
    return value_;
  }
  uint64_t start(BitReader& in) { return value_ = in.take(64); }

 private:
  uint64_t value_ = 0;
  unsigned lead_ = 0;
  unsigned width_ = 64;
};

int64_t read_change(BitReader& in) {
  unsigned ones = 0;
  while (ones < 4 && in.take(1) == 1) { ++ones; }
  return ones == 0 ? 0 : in.take_signed(kWidths[ones]);
}

// Differences wrap: times from foreign input may be at the ends of the range.
int64_t wrap_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t wrap_sub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

}  // namespace

Status decode(std::string_view bits, uint32_t count, int64_t from, int64_t to,
              std::vector<Point>& out) {
  BitReader in(bits);
  ValueReader values;
  int64_t at = 0;
  int64_t delta = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t value = 0;
    if (i == 0) {
      at = in.take_signed(64);
      value = values.start(in);
    } else {
      delta = wrap_add(delta, read_change(in));
      at = wrap_add(at, delta);
      value = values.next(in);
    }
    if (!in.ok()) { return error(Code::corrupt, "a chunk ends before its last point"); }
    if (at > to) { break; }
    if (at >= from) { out.push_back({wall_from_millis(at), std::bit_cast<double>(value)}); }
  }
  return ok();
}

void ChunkWriter::put(uint64_t value, unsigned count) {
  while (count > 0) {
    if (free_ == 0) {
      // Grown in small steps: half of a doubled buffer would lie empty in every series.
      if (bits_.size() == bits_.capacity()) { bits_.reserve(bits_.size() + 48); }
      bits_ += '\0';
      free_ = 8;
    }
    const unsigned now = std::min<unsigned>(free_, count);
    const uint64_t part = low_bits(value >> (count - now), now);
    bits_.back() = static_cast<char>(static_cast<uint8_t>(bits_.back()) | (part << (free_ - now)));
    free_ = static_cast<uint8_t>(free_ - now);
    count -= now;
  }
}

void ChunkWriter::put_value(uint64_t bits) {
  const uint64_t changed = bits ^ last_bits_;
  if (changed == 0) {
    put(0, 1);
    return;
  }
  const unsigned lead = std::min(std::countl_zero(changed), 31);
  const auto trail = static_cast<unsigned>(std::countr_zero(changed));
  if (lead_ != 255 && lead >= lead_ && trail >= trail_) {
    put(0b10, 2);
    put(changed >> trail_, 64U - lead_ - trail_);
    return;
  }
  lead_ = static_cast<uint8_t>(lead);
  trail_ = static_cast<uint8_t>(trail);
  const unsigned width = 64 - lead - trail;
  put(0b11, 2);
  put(lead, 5);
  put(width & 63U, 6);
  put(changed >> trail, width);
}

void ChunkWriter::add(int64_t at, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (count_ == 0) {
    first_ = at;
    put(static_cast<uint64_t>(at), 64);
    put(bits, 64);
  } else {
    const int64_t delta = wrap_sub(at, last_);
    const int64_t change = wrap_sub(delta, delta_);
    unsigned kind = 0;
    while (kind < 4 && !(kind == 0 ? change == 0 : fits(change, kWidths[kind]))) { ++kind; }
    constexpr unsigned kPrefixes[] = {0b0, 0b10, 0b110, 0b1110, 0b1111};
    put(kPrefixes[kind], std::min(kind + 1, 4U));
    if (kind > 0) { put(static_cast<uint64_t>(change), kWidths[kind]); }
    delta_ = delta;
    put_value(bits);
  }
  last_ = at;
  last_bits_ = bits;
  ++count_;
}

double ChunkWriter::last_value() const {
  return std::bit_cast<double>(last_bits_);
}

std::shared_ptr<const Chunk> ChunkWriter::copy() const {
  return std::make_shared<const Chunk>(Chunk{
      .first = first_, .last = last_, .last_value = last_value(), .count = count_, .bits = bits_});
}

void ChunkWriter::clear() {
  *this = ChunkWriter{};
}

}  // namespace vigie::tsdb
