// A planted bug that the fuzzer must find: when it does not, coverage or the sanitizer is missing,
// and the silence of the other fuzzers means nothing.
#include <cstddef>
#include <cstdint>
#include <memory>

namespace {

constexpr size_t kRoom = 4;

/// Reads one byte beyond its copy, but only for an input that begins as the word "mast".
uint8_t last_byte(const uint8_t* data, size_t size) {
  auto copy = std::make_unique<uint8_t[]>(kRoom);
  for (size_t i = 0; i < kRoom; ++i) { copy[i] = data[i]; }
  if (copy[0] != 'm' || copy[1] != 'a' || copy[2] != 's' || copy[3] != 't') { return copy[0]; }
  return copy[size];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < kRoom) { return 0; }
  volatile const uint8_t seen = last_byte(data, kRoom);
  static_cast<void>(seen);
  return 0;
}
