#include <fmt/core.h>

#include <bit>
#include <mutex>

#include "tsdb/bytes.h"
#include "tsdb/packed_labels.h"
#include "tsdb/store_impl.h"

namespace vigie::tsdb {

Series* Store::Impl::series_of(const Labels& labels) {
  const uint64_t hash = labels.hash();
  // Only this thread changes the head, so it may look without the lock.
  if (Series* known = head.find(labels, hash)) { return known; }
  if (head.size() >= options.series_max) { return nullptr; }
  const std::unique_lock hold(mutex);
  return &head.add(pack(labels), hash);
}

void Store::Impl::begin_batch() {
  ++batch;
  latest =
      options.clock == nullptr ? INT64_MAX : to_millis(options.clock->wall() + options.ahead_max);
}

void Store::Impl::stage(Series* series, WallTime at, double value, Appended& counts) {
  if (series == nullptr) {
    ++counts.over_limit;
    return;
  }
  const bool in_batch = series->staged_in == batch;
  const int64_t newest = in_batch ? series->staged_at : series->newest;
  const double newest_value = in_batch ? series->staged_value : series->newest_value;
  const int64_t time = to_millis(at);
  if (time > latest) {
    ++counts.too_early;
    return;
  }
  if (time < newest) {
    ++counts.out_of_order;
    return;
  }
  if (time == newest && (in_batch || series->has_points())) {
    const bool same = std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(newest_value);
    ++(same ? counts.repeated : counts.conflicting);
    return;
  }
  series->staged_in = batch;
  series->staged_at = time;
  series->staged_value = value;
  staged.push_back({series, time, value});
  ++counts.stored;
}

std::string Store::Impl::encode_staged(std::vector<Series*>& defined) const {
  std::string definitions;
  std::string samples;
  samples.reserve(staged.size() * 8);
  int64_t at_before = 0;
  uint64_t id_before = 0;
  for (const Staged& s : staged) {
    if (s.series->logged_in != log->number()) {
      s.series->logged_in = log->number();
      defined.push_back(s.series);
      put_varint(definitions, s.series->id);
      put_text(definitions, s.series->labels);
    }
    const bool whole = is_whole(s.value);
    const uint64_t step = zigzag_of(static_cast<int64_t>(s.series->id - id_before));
    put_varint(samples, step << 1 | (whole ? 1U : 0U));
    put_zigzag(samples, static_cast<int64_t>(static_cast<uint64_t>(s.at) -
                                             static_cast<uint64_t>(at_before)));
    if (whole) {
      put_zigzag(samples, static_cast<int64_t>(s.value));
    } else {
      put_word(samples, std::bit_cast<uint64_t>(s.value));
    }
    id_before = s.series->id;
    at_before = s.at;
  }
  std::string payload;
  payload.reserve(definitions.size() + samples.size() + 16);
  put_varint(payload, defined.size());
  payload += definitions;
  put_varint(payload, staged.size());
  payload += samples;
  return payload;
}

void Store::Impl::apply(Series& series, int64_t at, double value) {
  if (series.open.count() >= kChunkPoints) {
    series.closed.push_back(series.open.copy());
    series.open.clear();
    ++counted.chunks;
  }
  series.open.add(at, value);
  series.newest = at;
  series.newest_value = value;
  ++counted.samples;
  counted.newest = std::max(counted.newest, wall_from_millis(at));
}

Result<Appended> Store::Impl::commit(Appended counts) {
  if (!staged.empty()) {
    std::vector<Series*> defined;
    const std::string payload = encode_staged(defined);
    if (Status written = log->write(RecordKind::batch, payload); !written) {
      for (Series* series : defined) { series->logged_in = 0; }
      staged.clear();
      // The next batch must not take this one's staged times for stored ones.
      ++batch;
      return std::move(written).context("the samples were not stored").error();
    }
    dirty = true;
  }
  {
    const std::unique_lock hold(mutex);
    for (const Staged& s : staged) { apply(*s.series, s.at, s.value); }
    counted.appended += counts.stored;
    counted.out_of_order += counts.out_of_order;
    counted.conflicting += counts.conflicting;
    counted.log_bytes = log->size();
  }
  announce();
  staged.clear();
  return counts;
}

void Store::Impl::announce() {
  if (!listener || staged.empty()) { return; }
  std::set<std::string> names;
  std::string_view before;
  int64_t newest = INT64_MIN;
  for (const Staged& s : staged) {
    newest = std::max(newest, s.at);
    // Scrapes come sorted by name: most samples repeat the one before.
    const std::string_view name = get(s.series->labels, kMetricName);
    if (name == before && !names.empty()) { continue; }
    names.emplace(name);
    before = name;
  }
  listener(names, wall_from_millis(newest));
}

Result<Appended> Store::append(std::span<const Sample> batch) {
  impl_->begin_batch();
  Appended counts;
  for (const Sample& s : batch) { impl_->stage(impl_->series_of(s.labels), s.at, s.value, counts); }
  return impl_->commit(counts);
}

Result<Appended> Store::append_refs(std::span<const RefSample> batch) {
  impl_->begin_batch();
  Appended counts;
  for (const RefSample& s : batch) {
    impl_->stage(impl_->head.by_id(s.ref.id), s.at, s.value, counts);
  }
  return impl_->commit(counts);
}

Result<SeriesRef> Store::resolve(const Labels& labels) {
  const Series* series = impl_->series_of(labels);
  if (series == nullptr) {
    return error(Code::exhausted,
                 fmt::format("the store holds its {} series", impl_->options.series_max));
  }
  return SeriesRef{series->id};
}

Status Store::sync() {
  if (!impl_->dirty) { return ok(); }
  VIGIE_CHECK(impl_->log->sync());
  impl_->dirty = false;
  return ok();
}

void Store::on_appended(Listener listener) {
  impl_->listener = std::move(listener);
}

Status Appender::add(const Labels& labels, WallTime at, double value) {
  VIGIE_TRY(const SeriesRef ref, store_.resolve(labels));
  add(ref, at, value);
  return ok();
}

Result<Appended> Appender::commit() {
  Result<Appended> done = store_.append_refs(refs_);
  refs_.clear();
  return done;
}

}  // namespace vigie::tsdb
