#include "tsdb/chunk_file.h"

#include <fmt/core.h>

#include <atomic>
#include <bit>

#include "base/log.h"
#include "tsdb/bytes.h"
#include "tsdb/crc32c.h"
#include "tsdb/packed_labels.h"
#include "tsdb/store_log_format.h"

namespace vigie::tsdb {

namespace {

constexpr size_t kFlushAt = 1U << 20;
// Of all stores of the process, whose descriptors are a common good.
constexpr int kFilesKept = 128;
std::atomic<int> files_kept{0};
constexpr size_t kChunkHead = 4 + 4 + 4 + 8 + 8;

Error damaged(const std::string& path) {
  return error(Code::corrupt, fmt::format("{}: a chunk does not match its checksum", path));
}

}  // namespace

Result<std::shared_ptr<const AppendFile>> ChunkFile::opened() const {
  const std::lock_guard hold(mutex_);
  if (kept_) { return kept_; }
  VIGIE_TRY(auto file, disk_.open_append(path_));
  std::shared_ptr<const AppendFile> shared = std::move(file);
  if (files_kept.fetch_add(1) < kFilesKept) {
    kept_ = shared;
  } else {
    files_kept.fetch_sub(1);
  }
  return shared;
}

ChunkFile::~ChunkFile() {
  if (kept_) { files_kept.fetch_sub(1); }
  if (!dropped_) { return; }
  if (Status removed = disk_.remove(path_); !removed) {
    log::warn("tsdb", "{}; it is removed at the next start", removed.error().what);
  }
}

Status ChunkFile::read(const Stretch& stretch, int64_t from, int64_t to,
                       std::vector<Point>& out) const {
  VIGIE_TRY(const auto file, opened());
  std::string bytes;
  VIGIE_CHECK(file->read(stretch.offset, stretch.size, bytes));
  ByteReader reader(bytes);
  while (!reader.at_end()) {
    const auto size = reader.word<uint32_t>();
    const auto crc = reader.word<uint32_t>();
    const auto count = reader.word<uint32_t>();
    const auto begins = reader.word<int64_t>();
    const auto ends = reader.word<int64_t>();
    const std::string_view bits = reader.take(size);
    if (!reader.ok()) { return damaged(path_); }
    if (ends < from) { continue; }
    if (begins > to) { break; }
    if (crc32c(bits) != crc) { return damaged(path_); }
    VIGIE_CHECK(decode(bits, count, from, to, out));
  }
  return ok();
}

Status ChunkFileWriter::begin() {
  VIGIE_CHECK(file_.truncate(0));
  pending_ = kChunkMagic;
  return ok();
}

Status ChunkFileWriter::flush(size_t beyond) {
  if (pending_.size() <= beyond) { return ok(); }
  VIGIE_CHECK(file_.append(pending_));
  written_ += pending_.size();
  pending_.clear();
  return ok();
}

Result<Stretch> ChunkFileWriter::add(std::string_view packed_labels,
                                     const std::vector<std::shared_ptr<const Chunk>>& chunks) {
  Stretch stretch{.offset = written_ + pending_.size()};
  stretch.first = chunks.front()->first;
  stretch.last = chunks.back()->last;
  stretch.last_value = chunks.back()->last_value;
  for (const auto& chunk : chunks) {
    put_word(pending_, static_cast<uint32_t>(chunk->bits.size()));
    put_word(pending_, crc32c(chunk->bits));
    put_word(pending_, chunk->count);
    put_word(pending_, chunk->first);
    put_word(pending_, chunk->last);
    pending_ += chunk->bits;
    stretch.size += static_cast<uint32_t>(kChunkHead + chunk->bits.size());
    stretch.count += chunk->count;
  }
  put_text(index_, packed_labels);
  put_varint(index_, stretch.offset);
  put_varint(index_, stretch.size);
  put_varint(index_, stretch.count);
  put_zigzag(index_, stretch.first);
  put_zigzag(index_, stretch.last);
  put_word(index_, std::bit_cast<uint64_t>(stretch.last_value));
  ++count_;
  VIGIE_CHECK(flush(kFlushAt));
  return stretch;
}

Result<uint64_t> ChunkFileWriter::finish() {
  const uint64_t at = written_ + pending_.size();
  pending_ += index_;
  put_word(pending_, at);
  put_word(pending_, static_cast<uint32_t>(index_.size()));
  put_word(pending_, crc32c(index_));
  pending_ += kChunkMagic;
  VIGIE_CHECK(flush(0));
  VIGIE_CHECK(file_.sync());
  return written_;
}

Status read_chunk_index(AppendFile& file, const TakeStretch& take) {
  const uint64_t end = file.size();
  if (end < kMagicSize + kChunkFooter) { return error(Code::corrupt, "no footer"); }
  std::string footer;
  VIGIE_CHECK(file.read(end - kChunkFooter, kChunkFooter, footer));
  ByteReader foot(footer);
  const auto at = foot.word<uint64_t>();
  const auto size = foot.word<uint32_t>();
  const auto crc = foot.word<uint32_t>();
  if (foot.take(kMagicSize) != kChunkMagic) { return error(Code::corrupt, "no footer"); }
  if (at + size + kChunkFooter != end) { return error(Code::corrupt, "a wrong footer"); }
  std::string index;
  VIGIE_CHECK(file.read(at, size, index));
  if (crc32c(index) != crc) { return error(Code::corrupt, "a damaged index"); }
  ByteReader reader(index);
  while (!reader.at_end()) {
    const std::string_view labels = reader.text();
    Stretch stretch;
    stretch.offset = reader.varint();
    stretch.size = static_cast<uint32_t>(reader.varint());
    stretch.count = static_cast<uint32_t>(reader.varint());
    stretch.first = reader.zigzag();
    stretch.last = reader.zigzag();
    stretch.last_value = std::bit_cast<double>(reader.word<uint64_t>());
    if (!reader.ok() || !is_packed(labels)) { return error(Code::corrupt, "a damaged index"); }
    take(labels, stretch);
  }
  return ok();
}

}  // namespace vigie::tsdb
