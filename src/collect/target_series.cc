#include "collect/target_series.h"

#include <fmt/core.h>

#include <iterator>

namespace vigie::collect {

namespace {

constexpr size_t kFamiliesMax = 20'000;

Status check_limits(const Labels& labels, const ScrapeLimits& limits) {
  if (limits.labels_max != 0 && labels.size() > limits.labels_max) {
    return error(Code::exhausted,
                 fmt::format("label_limit exceeded: {} has {} labels, the limit is {}",
                             labels.get(kMetricName), labels.size(), limits.labels_max));
  }
  for (const auto& [name, value] : labels) {
    if (limits.label_name_bytes_max != 0 && name.size() > limits.label_name_bytes_max) {
      return error(Code::exhausted,
                   fmt::format("label_name_length_limit exceeded: label {:.60} has {} bytes, the "
                               "limit is {}",
                               name, name.size(), limits.label_name_bytes_max));
    }
    if (limits.label_value_bytes_max != 0 && value.size() > limits.label_value_bytes_max) {
      return error(Code::exhausted,
                   fmt::format("label_value_length_limit exceeded: the value of {} has {} bytes, "
                               "the limit is {}",
                               name, value.size(), limits.label_value_bytes_max));
    }
  }
  return ok();
}

}  // namespace

SampleBatch to_samples(const ScrapedBatch& batch) {
  SampleBatch out;
  out.reserve(batch.size());
  for (const ScrapedSample& sample : batch) {
    out.push_back({sample.series->labels, sample.at, sample.value});
  }
  return out;
}

Labels with_target_labels(std::vector<Labels::Pair> sample, const Labels& target,
                          bool honor_labels) {
  if (honor_labels) {
    // Written first, theirs win; an empty one says that the series has no such label at all, as
    // Pushgateway's `instance=""` does.
    std::vector<Labels::Pair> pairs(target.begin(), target.end());
    std::move(sample.begin(), sample.end(), std::back_inserter(pairs));
    return Labels(std::move(pairs));
  }
  Labels labels(std::move(sample));
  for (const auto& [name, value] : target) {
    const std::string theirs(labels.get(name));
    if (!theirs.empty()) {
      std::string moved = "exported_" + name;
      while (labels.has(moved) || target.has(moved)) { moved.insert(0, "exported_"); }
      labels.set(moved, theirs);
    }
    labels.set(name, value);
  }
  return labels;
}

Result<Ingested> TargetSeries::ingest(std::string_view body, Grammar grammar,
                                      const IngestRules& rules, WallTime at, ScrapedBatch& out) {
  const size_t before = out.size();
  out.reserve(before + order_.size() + 8);
  ++round_;
  position_ = 0;
  next_order_.clear();
  next_order_.reserve(order_.size());
  counts_ = {};
  ExpositionReader reader(body, grammar);
  Status read = read_all(reader, grammar, rules, at, out);
  if (!read) {
    out.resize(before);
    give_up(at, out);
    return std::move(read).error();
  }
  order_.swap(next_order_);
  for (Entry* entry : order_) {
    // From now on it comes with timestamps of its own: what we wrote at our times ends.
    if (entry->live && !entry->tracked) { out.push_back({entry->series, at, stale_marker()}); }
    entry->live = entry->tracked;
  }
  if (entries_.size() != order_.size()) { drop_unseen(at, out); }
  return counts_;
}

// Of a body that was refused only what the last good one had stays known.
void TargetSeries::give_up(WallTime at, ScrapedBatch& out) {
  end_all(at, out);
  if (entries_.size() == order_.size()) { return; }
  ++round_;
  for (Entry* entry : order_) { entry->seen = round_; }
  std::erase_if(entries_, [this](const auto& item) { return item.second->seen != round_; });
}

Status TargetSeries::read_all(ExpositionReader& reader, Grammar grammar, const IngestRules& rules,
                              WallTime at, ScrapedBatch& out) {
  while (true) {
    const bool hinted = position_ < order_.size();
    Result<ExpositionReader::Item> item =
        reader.next(hinted ? std::string_view(order_[position_]->text) : std::string_view());
    if (!item) { return std::move(item).error(); }
    if (*item == ExpositionReader::Item::end) { return ok(); }
    if (*item != ExpositionReader::Item::sample) {
      note_metadata(*item, reader);
      continue;
    }
    ++counts_.scraped;
    VIGIE_TRY(Entry * entry, entry_of(reader, grammar, rules));
    if (entry->seen != round_) {
      entry->seen = round_;
      entry->tracked = false;
      entry->position = static_cast<uint32_t>(next_order_.size());
      next_order_.push_back(entry);
    }
    if (entry->series == nullptr) { continue; }
    if (++counts_.kept > rules.limits.samples_max && rules.limits.samples_max != 0) {
      VIGIE_CHECK(count_rest(reader, grammar, rules));
      return error(Code::exhausted, fmt::format("sample_limit exceeded: more than {} samples",
                                                rules.limits.samples_max));
    }
    const bool theirs = rules.honor_timestamps && reader.timestamp().has_value();
    out.push_back(
        {entry->series, theirs ? wall_from_millis(*reader.timestamp()) : at, reader.value()});
    entry->tracked = entry->tracked || !theirs || rules.track_timestamps_staleness;
  }
}

// Too many already; scrape_samples_scraped still says how many there are.
Status TargetSeries::count_rest(ExpositionReader& reader, Grammar grammar,
                                const IngestRules& rules) {
  while (true) {
    VIGIE_TRY(const ExpositionReader::Item item, reader.next({}));
    if (item == ExpositionReader::Item::end) { return ok(); }
    if (item != ExpositionReader::Item::sample) { continue; }
    ++counts_.scraped;
    const auto known = entries_.find(reader.series());
    bool kept = known != entries_.end() && known->second->series != nullptr;
    if (known == entries_.end()) {
      VIGIE_TRY(const std::shared_ptr<Series> series, make_series(reader, grammar, rules));
      kept = series != nullptr;
    }
    counts_.kept += kept ? 1 : 0;
  }
}

Result<TargetSeries::Entry*> TargetSeries::entry_of(const ExpositionReader& reader, Grammar grammar,
                                                    const IngestRules& rules) {
  if (reader.was_expected()) { return order_[position_++]; }
  const auto known = entries_.find(reader.series());
  if (known != entries_.end()) {
    Entry* entry = known->second.get();
    if (entry->seen != round_) { position_ = entry->position + 1; }
    return entry;
  }
  VIGIE_TRY(std::shared_ptr<Series> series, make_series(reader, grammar, rules));
  auto entry = std::make_unique<Entry>();
  entry->text = reader.series();
  entry->series = std::move(series);
  if (entry->series != nullptr) { ++counts_.added; }
  Entry* raw = entry.get();
  entries_.emplace(raw->text, std::move(entry));
  return raw;
}

Result<std::shared_ptr<Series>> TargetSeries::make_series(const ExpositionReader& reader,
                                                          Grammar grammar,
                                                          const IngestRules& rules) const {
  const auto at_line = [&reader](Error cause) {
    return std::move(cause).context(fmt::format("line {}", reader.line()));
  };
  std::vector<Labels::Pair> pairs;
  Status parsed = parse_series(reader.series(), grammar, reader.type(), pairs);
  if (!parsed) { return at_line(std::move(parsed).error()); }
  Labels labels = with_target_labels(std::move(pairs), rules.target_labels, rules.honor_labels);
  if (!relabel(rules.metric_relabel, labels) || labels.empty()) {
    return std::shared_ptr<Series>();
  }
  if (!labels.has(kMetricName)) {
    return at_line(error(Code::invalid, "relabeling left no metric name"));
  }
  Status within = check_limits(labels, rules.limits);
  if (!within) { return at_line(std::move(within).error()); }
  return std::make_shared<Series>(std::move(labels));
}

void TargetSeries::note_metadata(ExpositionReader::Item item, const ExpositionReader& reader) {
  auto known = metadata_.find(reader.family());
  if (known == metadata_.end()) {
    if (metadata_.size() >= kFamiliesMax) { return; }
    known = metadata_.emplace(std::string(reader.family()), FamilyMetadata{}).first;
  }
  FamilyMetadata& family = known->second;
  if (item == ExpositionReader::Item::type) {
    family.type = reader.type();
  } else {
    std::string& text = item == ExpositionReader::Item::help ? family.help : family.unit;
    if (text != reader.metadata()) { text = reader.metadata(); }
  }
}

void TargetSeries::drop_unseen(WallTime at, ScrapedBatch& out) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = *it->second;
    if (entry.seen == round_) {
      ++it;
      continue;
    }
    if (entry.live && entry.series != nullptr) {
      out.push_back({std::move(entry.series), at, stale_marker()});
    }
    it = entries_.erase(it);
  }
}

void TargetSeries::end_all(WallTime at, ScrapedBatch& out) {
  for (const auto& [text, entry] : entries_) {
    if (entry->live && entry->series != nullptr) {
      out.push_back({entry->series, at, stale_marker()});
    }
    entry->live = false;
  }
}

void TargetSeries::forget(WallTime at, ScrapedBatch& out) {
  end_all(at, out);
  order_.clear();
  next_order_.clear();
  entries_.clear();
}

}  // namespace vigie::collect
