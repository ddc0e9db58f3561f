#include "tsdb/packed_labels.h"

#include <utility>
#include <vector>

#include "tsdb/bytes.h"

namespace vigie::tsdb {

void pack_into(std::string& out, const Labels& labels) {
  put_varint(out, labels.size());
  for (const auto& [name, value] : labels) {
    put_text(out, name);
    put_text(out, value);
  }
}

std::string pack(const Labels& labels) {
  std::string out;
  pack_into(out, labels);
  out.shrink_to_fit();
  return out;
}

Labels unpack(std::string_view packed) {
  ByteReader reader(packed);
  const uint64_t count = reader.varint();
  std::vector<Labels::Pair> pairs;
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view name = reader.text();
    const std::string_view value = reader.text();
    pairs.emplace_back(name, value);
  }
  return reader.ok() ? Labels{std::move(pairs)} : Labels{};
}

bool is_packed(std::string_view packed) {
  ByteReader reader(packed);
  const uint64_t count = reader.varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    reader.text();
    reader.text();
  }
  return reader.ok() && reader.at_end();
}

std::string_view get(std::string_view packed, std::string_view name) {
  ByteReader reader(packed);
  const uint64_t count = reader.varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view here = reader.text();
    const std::string_view value = reader.text();
    if (here == name) { return value; }
  }
  return {};
}

}  // namespace vigie::tsdb
