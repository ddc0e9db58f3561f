#include "tsdb/log.h"

#include <fmt/core.h>

#include <charconv>

#include "tsdb/bytes.h"
#include "tsdb/crc32c.h"

namespace vigie::tsdb {

std::string segment_name(uint64_t number) {
  return fmt::format("{:08}.log", number);
}

uint64_t number_of(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) { return 0; }
  name.remove_suffix(suffix.size());
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  return failure == std::errc{} && end == name.data() + name.size() ? number : 0;
}

Result<std::unique_ptr<LogWriter>> LogWriter::start(Disk& disk, std::string dir, uint64_t number) {
  VIGIE_TRY(auto file, disk.open_append(dir + "/" + segment_name(number)));
  std::unique_ptr<LogWriter> log(new LogWriter(std::move(file), number));
  VIGIE_CHECK(log->file_->truncate(0));
  VIGIE_CHECK(log->file_->append(kLogMagic));
  log->size_ = kMagicSize;
  VIGIE_CHECK(log->file_->sync());
  VIGIE_CHECK(disk.sync_dir(dir));
  return log;
}

Status LogWriter::write(RecordKind kind, std::string_view payload) {
  if (payload.size() > kRecordMax) {
    return error(Code::exhausted, fmt::format("a batch of {} bytes; at most {} go into one record",
                                              payload.size(), kRecordMax));
  }
  if (torn_) {
    VIGIE_CHECK(file_->truncate(size_));
    torn_ = false;
  }
  std::string record;
  record.reserve(kRecordHead + payload.size());
  put_word(record, static_cast<uint32_t>(payload.size()));
  const char kind_byte = static_cast<char>(kind);
  put_word(record, crc32c(payload, crc32c({&kind_byte, 1})));
  record += kind_byte;
  record += payload;
  if (Status written = file_->append(record); !written) {
    torn_ = true;
    if (file_->truncate(size_)) { torn_ = false; }
    return written;
  }
  size_ += record.size();
  return ok();
}

Status LogWriter::sync() {
  return file_->sync();
}

namespace {

struct Head {
  uint32_t length;
  uint32_t crc;
  char kind;
};

Head read_head(std::string_view bytes) {
  ByteReader reader(bytes);
  Head head{};
  head.length = reader.word<uint32_t>();
  head.crc = reader.word<uint32_t>();
  head.kind = reader.word<char>();
  return head;
}

}  // namespace

Result<uint64_t> replay_segment(AppendFile& file, const TakeRecord& take) {
  const uint64_t end = file.size();
  std::string bytes;
  if (end < kMagicSize) { return end; }
  VIGIE_CHECK(file.read(0, kMagicSize, bytes));
  if (bytes != kLogMagic) {
    const bool ours = bytes.substr(0, 7) == kLogMagic.substr(0, 7);
    return ours ? error(Code::invalid, "written by a newer version")
                : error(Code::corrupt, "not a log of Vigie");
  }
  uint64_t at = kMagicSize;
  while (at + kRecordHead <= end) {
    VIGIE_CHECK(file.read(at, kRecordHead, bytes));
    const Head head = read_head(bytes);
    if (head.length > kRecordMax || head.length > end - at - kRecordHead) { break; }
    VIGIE_CHECK(file.read(at + kRecordHead, head.length, bytes));
    if (crc32c(bytes, crc32c({&head.kind, 1})) != head.crc) { break; }
    VIGIE_CHECK(take(static_cast<RecordKind>(head.kind), bytes));
    at += kRecordHead + head.length;
  }
  if (at < end) { VIGIE_CHECK(file.truncate(at)); }
  return end - at;
}

}  // namespace vigie::tsdb
