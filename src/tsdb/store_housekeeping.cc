#include <fmt/core.h>

#include <algorithm>
#include <mutex>

#include "base/log.h"
#include "tsdb/store_impl.h"

namespace vigie::tsdb {

Status Store::Impl::write_series(ChunkFileWriter& out, std::map<uint64_t, Stretch>& written) const {
  VIGIE_CHECK(out.begin());
  std::vector<uint64_t> ids;
  for (const auto& entry : head.all()) { ids.push_back(entry.first); }
  std::sort(ids.begin(), ids.end());
  for (const uint64_t id : ids) {
    const Series& series = *head.by_id(id);
    std::vector<std::shared_ptr<const Chunk>> chunks = series.closed;
    if (series.open.count() > 0) { chunks.push_back(series.open.copy()); }
    if (chunks.empty()) { continue; }
    VIGIE_TRY(written[id], out.add(series.labels, chunks));
  }
  return ok();
}

void Store::Impl::adopt(std::shared_ptr<ChunkFile> file,
                        const std::map<uint64_t, Stretch>& written) {
  const std::unique_lock hold(mutex);
  for (const auto& [id, stretch] : written) {
    Series& series = *head.by_id(id);
    series.stored.push_back({file, stretch});
    series.closed.clear();
    series.closed.shrink_to_fit();
    series.open.clear();
    file->first = std::min(file->first, stretch.first);
    file->last = std::max(file->last, stretch.last);
  }
  files.push_back(std::move(file));
}

Status Store::Impl::write_chunks() {
  const std::string path = fmt::format("{}/{:08}.chk", chunk_dir(), next_chunk_file);
  VIGIE_TRY(auto opened, disk.open_append(path));
  ChunkFileWriter out(*opened);
  std::map<uint64_t, Stretch> written;
  Status done = write_series(out, written);
  if (done && !out.empty()) {
    const Result<uint64_t> finished = out.finish();
    done = finished ? disk.sync_dir(chunk_dir()) : Status{finished.error()};
  }
  if (!done || out.empty()) {
    opened.reset();
    // Without a footer it would be removed at the next start anyway.
    if (Status removed = disk.remove(path); !removed) {
      log::warn("tsdb", "{}", removed.error().what);
    }
    return done;
  }
  ++next_chunk_file;
  adopt(std::make_shared<ChunkFile>(disk, path, opened->size()), written);
  return ok();
}

Status Store::Impl::checkpoint() {
  VIGIE_CHECK(write_chunks().context("writing chunks"));
  const uint64_t last = log->number();
  VIGIE_TRY(log, LogWriter::start(disk, log_dir(), last + 1));
  dirty = false;
  replayed_segments.push_back(last);
  // One at a time out of the list: what failed is tried again by the next checkpoint.
  while (!replayed_segments.empty()) {
    VIGIE_CHECK(disk.remove(log_dir() + "/" + segment_name(replayed_segments.back())));
    replayed_segments.pop_back();
  }
  const std::unique_lock hold(mutex);
  counted.log_bytes = log->size();
  return ok();
}

void Store::Impl::forget_before(int64_t cutoff) {
  const std::unique_lock hold(mutex);
  std::erase_if(files, [&](const std::shared_ptr<ChunkFile>& file) {
    if (file->last >= cutoff) { return false; }
    file->drop_when_unused();
    return true;
  });
  for (const auto& entry : head.all()) {
    Series& series = *entry.second;
    std::erase_if(series.stored, [&](const Stored& s) {
      if (s.file->last >= cutoff) { return false; }
      counted.samples -= s.stretch.count;
      return true;
    });
    std::erase_if(series.closed, [&](const auto& chunk) {
      if (chunk->last >= cutoff) { return false; }
      counted.samples -= chunk->count;
      return true;
    });
    if (series.open.count() > 0 && series.open.last() < cutoff) {
      counted.samples -= series.open.count();
      series.open.clear();
    }
  }
  head.remove_if([&](const Series& series) {
    // A resolved series that has no point yet stays: somebody holds its number.
    return series.has_points() && series.newest < cutoff && series.stored.empty() &&
           series.closed.empty() && series.open.count() == 0;
  });
}

Status Store::Impl::prune(WallTime now) {
  forget_before(to_millis(now - options.retention));
  const uint64_t full =
      std::max<uint64_t>(options.log_segment_max, head.size() * kLogBytesPerSeries);
  if (log->size() >= full) { return checkpoint(); }
  return ok();
}

Status Store::prune(WallTime now) {
  return impl_->prune(now);
}
Status Store::checkpoint() {
  return impl_->checkpoint();
}

}  // namespace vigie::tsdb
