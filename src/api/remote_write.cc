#include "api/remote_write.h"

#include <fmt/core.h>
#include <snappy.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/utf8.h"

namespace vigie::api {

namespace {

constexpr size_t kUnpackedMax = 64 << 20;
constexpr size_t kSamplesMax = 1'000'000;

// Protocol Buffers' wire types (protobuf.dev/programming-guides/encoding).
enum class Wire : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// A field of a message; which member holds it is `wire`'s word.
struct Field {
  uint32_t number = 0;
  Wire wire = Wire::varint;
  uint64_t integer = 0;
  std::string_view bytes;
};

/// Walks over one message without copying; `broken` when it ends in the middle of a field.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}

  std::optional<Field> next() {
    if (rest_.empty() || broken_) { return std::nullopt; }
    const uint64_t key = varint();
    Field field{.number = static_cast<uint32_t>(key >> 3), .wire = static_cast<Wire>(key & 7)};
    switch (field.wire) {
      case Wire::varint:
        field.integer = varint();
        break;
      case Wire::fixed64:
        field.integer = fixed(8);
        break;
      case Wire::fixed32:
        field.integer = fixed(4);
        break;
      case Wire::bytes:
        field.bytes = take(varint());
        break;
      default:
        broken_ = true;
    }
    if (broken_) { return std::nullopt; }
    return field;
  }
  bool broken() const { return broken_; }

 private:
  uint64_t varint() {
    uint64_t out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) { break; }
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) { return out; }
    }
    broken_ = true;
    return 0;
  }
  std::string_view take(uint64_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  uint64_t fixed(size_t size) {
    const std::string_view bytes = take(size);
    uint64_t out = 0;
    std::memcpy(&out, bytes.data(), bytes.size());
    return out;
  }

  std::string_view rest_;
  bool broken_ = false;
};

// `corrupt` is said of the whole request, `invalid` of one series.
Error torn() {
  return error(Code::corrupt, "the message ends in the middle of a field");
}

Result<Labels::Pair> read_label(std::string_view bytes) {
  Message message(bytes);
  Labels::Pair out;
  while (const auto field = message.next()) {
    if (field->wire != Wire::bytes) { continue; }
    if (field->number == 1) { out.first = field->bytes; }
    if (field->number == 2) { out.second = field->bytes; }
  }
  if (message.broken()) { return torn(); }
  return out;
}

/// Remote write's specification: labels in UTF-8, none twice, and a name among them.
Status check_labels(std::vector<Labels::Pair>& pairs) {
  std::sort(pairs.begin(), pairs.end());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [name, value] = pairs[i];
    if (!is_utf8(name) || !is_utf8(value)) {
      return error(Code::invalid, fmt::format("label \"{}\" is not UTF-8: \"{}\"",
                                              repaired_utf8(name), repaired_utf8(value)));
    }
    if (name.empty()) { return error(Code::invalid, "a label without a name"); }
    if (i > 0 && pairs[i - 1].first == name) {
      return error(Code::invalid, fmt::format("label \"{}\" stands twice", name));
    }
  }
  return ok();
}

Result<Sample> read_sample(std::string_view bytes) {
  Message message(bytes);
  Sample out;
  while (const auto field = message.next()) {
    if (field->number == 1 && field->wire == Wire::fixed64) {
      out.value = std::bit_cast<double>(field->integer);
    }
    if (field->number == 2 && field->wire == Wire::varint) {
      out.at = wall_from_millis(static_cast<int64_t>(field->integer));
    }
  }
  if (message.broken()) { return torn(); }
  return out;
}

// Appends the samples of one series to `out`; on an error some may be there, without labels.
Status read_series(std::string_view bytes, SampleBatch& out) {
  Message message(bytes);
  std::vector<Labels::Pair> pairs;
  bool histograms = false;
  const size_t first = out.size();
  while (const auto field = message.next()) {
    if (field->wire != Wire::bytes) { continue; }
    if (field->number == 1) {
      VIGIE_TRY(Labels::Pair pair, read_label(field->bytes));
      pairs.push_back(std::move(pair));
    } else if (field->number == 2) {
      VIGIE_TRY(Sample sample, read_sample(field->bytes));
      if (out.size() >= kSamplesMax) {
        return error(Code::corrupt, fmt::format("more than {} samples", kSamplesMax));
      }
      out.push_back(std::move(sample));
    } else if (field->number == 4) {
      histograms = true;
    }
  }
  if (message.broken()) { return torn(); }
  if (histograms) {
    return error(Code::invalid, "native histograms are not taken by this release");
  }
  VIGIE_CHECK(check_labels(pairs));
  const Labels labels(std::move(pairs));
  if (labels.get(kMetricName).empty()) {
    return error(Code::invalid, fmt::format("a series without a name: {}", labels.text()));
  }
  for (size_t i = first; i < out.size(); ++i) { out[i].labels = labels; }
  return ok();
}

Status take_series(std::string_view bytes, WriteRequest& out) {
  const size_t first = out.samples.size();
  Status read = read_series(bytes, out.samples);
  if (read || read.error().code != Code::invalid) { return read; }
  ++out.series_refused;
  out.samples_refused += out.samples.size() - first;
  out.samples.resize(first);
  if (out.why.empty()) { out.why = read.error().what; }
  return ok();
}

Result<WriteRequest> read_message(std::string_view bytes) {
  Message message(bytes);
  WriteRequest out;
  while (const auto field = message.next()) {
    if (field->number == 1 && field->wire == Wire::bytes) {
      VIGIE_CHECK(take_series(field->bytes, out));
    }
  }
  if (message.broken()) { return torn(); }
  return out;
}

}  // namespace

Result<WriteRequest> read_remote_write(std::string_view content_encoding,
                                       std::string_view content_type, std::string_view body) {
  if (!content_encoding.empty() && content_encoding != "snappy") {
    return error(Code::conflict,
                 fmt::format("Content-Encoding \"{}\" is not snappy", content_encoding));
  }
  if (content_type.find("io.prometheus.write.v2") != std::string_view::npos) {
    return error(Code::conflict, "remote write 2.0 is not read yet; send 1.0");
  }
  size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) {
    return error(Code::invalid, "the body is not a snappy block");
  }
  if (size > kUnpackedMax) {
    return error(Code::invalid,
                 fmt::format("the body unpacks to {} bytes, {} is the limit", size, kUnpackedMax));
  }
  std::string bytes(size, '\0');
  if (!snappy::RawUncompress(body.data(), body.size(), bytes.data())) {
    return error(Code::invalid, "the body is not a snappy block");
  }
  Result<WriteRequest> read = read_message(bytes);
  if (!read && read.error().code == Code::corrupt) {
    return error(Code::invalid, read.error().what);
  }
  return read;
}

}  // namespace vigie::api
