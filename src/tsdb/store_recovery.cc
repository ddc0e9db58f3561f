#include <fmt/core.h>

#include <algorithm>
#include <bit>

#include "base/log.h"
#include "tsdb/bytes.h"
#include "tsdb/packed_labels.h"
#include "tsdb/store_impl.h"

namespace vigie::tsdb {

Store::Impl::Impl(StoreOptions given)
    : options(std::move(given)), disk(options.disk != nullptr ? *options.disk : real_disk()) {}

Status Store::Impl::load_chunk_file(const std::string& name, bool& whole) {
  const std::string path = chunk_dir() + "/" + name;
  VIGIE_TRY(auto opened, disk.open_append(path));
  auto file = std::make_shared<ChunkFile>(disk, path, opened->size());
  std::vector<std::pair<Series*, Stretch>> found;
  const Status read =
      read_chunk_index(*opened, [&](std::string_view labels, const Stretch& stretch) {
        const uint64_t hash = unpack(labels).hash();
        Series* series = head.find_packed(labels, hash);
        if (series == nullptr) { series = &head.add(std::string(labels), hash); }
        found.emplace_back(series, stretch);
      });
  whole = read.has_value();
  if (!read) {
    // A checkpoint that was interrupted: the log still holds every sample of it.
    if (read.error().code == Code::corrupt) {
      log::warn("tsdb", "{} is left out: {}", path, read.error().what);
      return ok();
    }
    return read;
  }
  for (const auto& [series, stretch] : found) {
    series->stored.push_back({file, stretch});
    if (stretch.last > series->newest) {
      series->newest = stretch.last;
      series->newest_value = stretch.last_value;
    }
    file->first = std::min(file->first, stretch.first);
    file->last = std::max(file->last, stretch.last);
    counted.samples += stretch.count;
    counted.newest = std::max(counted.newest, wall_from_millis(stretch.last));
  }
  files.push_back(std::move(file));
  return ok();
}

Status Store::Impl::load_chunks(std::vector<std::string> names) {
  // By number, so that a series' stretches come in time order.
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return number_of(a, ".chk") < number_of(b, ".chk");
  });
  for (const std::string& name : names) {
    const uint64_t number = number_of(name, ".chk");
    if (number == 0) { continue; }
    next_chunk_file = std::max(next_chunk_file, number + 1);
    bool whole = false;
    VIGIE_CHECK(load_chunk_file(name, whole).context(name));
    if (!whole) {
      VIGIE_TRY(auto file, disk.open_append(chunk_dir() + "/" + name));
      // An interrupted one has no footer at all; a damaged one is kept for a person to look at.
      std::string tail;
      const uint64_t size = file->size();
      const bool footer = size >= kMagicSize && file->read(size - kMagicSize, kMagicSize, tail) &&
                          tail == kChunkMagic && size > kChunkFooter;
      file.reset();
      if (!footer) { VIGIE_CHECK(disk.remove(chunk_dir() + "/" + name)); }
    }
  }
  return ok();
}

Status Store::Impl::replay_batch(std::string_view payload, LoggedSeries& ids) {
  ByteReader reader(payload);
  const uint64_t definitions = reader.varint();
  for (uint64_t i = 0; i < definitions && reader.ok(); ++i) {
    const uint64_t id = reader.varint();
    const std::string_view labels = reader.text();
    if (!reader.ok() || !is_packed(labels)) { break; }
    const uint64_t hash = unpack(labels).hash();
    Series* series = head.find_packed(labels, hash);
    ids[id] = series != nullptr ? series : &head.add(std::string(labels), hash);
  }
  const uint64_t samples = reader.varint();
  uint64_t id = 0;
  int64_t at = 0;
  for (uint64_t i = 0; i < samples && reader.ok(); ++i) {
    const uint64_t step = reader.varint();
    id += static_cast<uint64_t>(from_zigzag(step >> 1));
    at = static_cast<int64_t>(static_cast<uint64_t>(at) + static_cast<uint64_t>(reader.zigzag()));
    const bool whole = (step & 1U) != 0;
    const double value = whole ? static_cast<double>(reader.zigzag())
                               : std::bit_cast<double>(reader.word<uint64_t>());
    const auto series = ids.find(id);
    if (!reader.ok() || series == ids.end()) {
      return error(Code::corrupt, "a sample of a series that was not defined");
    }
    // What a checkpoint already holds comes a second time.
    if (at > series->second->newest) { apply(*series->second, at, value); }
  }
  return reader.ok() ? ok() : Status{error(Code::corrupt, "a batch ends too early")};
}

Status Store::Impl::replay_log(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const uint64_t number = number_of(name, ".log");
    if (number == 0) { continue; }
    const std::string path = log_dir() + "/" + name;
    VIGIE_TRY(auto file, disk.open_append(path));
    LoggedSeries ids;
    const Result<uint64_t> replayed =
        replay_segment(*file, [&](RecordKind kind, std::string_view payload) -> Status {
          if (kind != RecordKind::batch) {
            return error(Code::invalid, "a record of an unknown kind: a newer version's");
          }
          return replay_batch(payload, ids);
        });
    if (!replayed && replayed.error().code == Code::corrupt) {
      // Lost samples must not keep anybody from watching; what is left is for a person to look at.
      log::error("tsdb", "{}: {}; it is kept as {}.damaged", path, replayed.error().what, name);
      file.reset();
      VIGIE_CHECK(disk.rename(path, path + ".damaged"));
      continue;
    }
    if (!replayed) { return Error(replayed.error()).context(path); }
    if (*replayed > 0) {
      log::warn("tsdb", "{}: cut {} bytes of a record that was not finished", path, *replayed);
      counted.log_bytes_cut += *replayed;
    }
    if (file->size() <= kMagicSize) {
      file.reset();
      VIGIE_CHECK(disk.remove(path));
      continue;
    }
    replayed_segments.push_back(number);
  }
  return ok();
}

Status Store::Impl::recover() {
  VIGIE_CHECK(disk.make_dirs(log_dir()));
  VIGIE_CHECK(disk.make_dirs(chunk_dir()));
  VIGIE_TRY(dir_lock, disk.lock(options.dir + "/lock"));
  VIGIE_TRY(auto chunk_names, disk.list(chunk_dir()));
  VIGIE_CHECK(load_chunks(std::move(chunk_names)));
  VIGIE_TRY(auto segments, disk.list(log_dir()));
  VIGIE_CHECK(replay_log(segments));
  const uint64_t next = replayed_segments.empty() ? 1 : replayed_segments.back() + 1;
  VIGIE_TRY(log, LogWriter::start(disk, log_dir(), next));
  counted.log_bytes = log->size();
  return ok();
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  VIGIE_CHECK(impl->recover().context("opening the metrics in " + impl->options.dir));
  // Leftovers of several starts are folded into one chunk file, so that the log stays short.
  if (impl->replayed_segments.size() > 4) { VIGIE_CHECK(impl->checkpoint()); }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

}  // namespace vigie::tsdb
