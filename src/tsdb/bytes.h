#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vigie::tsdb {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

inline uint64_t zigzag_of(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t from_zigzag(uint64_t raw) {
  return static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1U);
}
/// Whether a value is a whole number that zigzag brings back bit by bit (so not -0).
inline bool is_whole(double value) {
  constexpr double kExact = 9007199254740992.0;
  return value > -kExact && value < kExact &&
         value == static_cast<double>(static_cast<int64_t>(value)) &&
         !(value == 0 && std::signbit(value));
}

// Writers of the store's files: little-endian words, LEB128 numbers, zigzag for signed ones.
template <class T>
void put_word(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}
inline void put_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}
inline void put_zigzag(std::string& out, int64_t value) {
  put_varint(out, zigzag_of(value));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

/// Reads what the writers wrote. After a read past the end ok() is false and every read gives 0.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }
  size_t at() const { return at_; }

  template <class T>
  T word() {
    T value{};
    const std::string_view raw = take(sizeof(T));
    if (raw.size() == sizeof(T)) { std::memcpy(&value, raw.data(), sizeof(T)); }
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ >= bytes_.size()) { break; }
      const auto byte = static_cast<uint8_t>(bytes_[at_++]);
      value |= static_cast<uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) { return value; }
    }
    ok_ = false;
    return 0;
  }
  int64_t zigzag() { return from_zigzag(varint()); }
  std::string_view text() { return take(varint()); }
  std::string_view take(uint64_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace vigie::tsdb
