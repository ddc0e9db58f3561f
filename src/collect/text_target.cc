#include "collect/text_target.h"

namespace vigie::collect {

void TextTarget::send(ScrapedBatch batch) {
  if (batch.empty()) { return; }
  const size_t size = batch.size();
  if (!sink_(std::move(batch))) { refused_ += size; }
}

void TextTarget::accept(std::string_view text, WallTime at) {
  ScrapedBatch out;
  const Result<Ingested> done = series_.ingest(text, Grammar::text, rules_, at, out);
  BUG(done.has_value(), "{}: {}", rules_.target_labels.text(), done.error().what);
  send(std::move(out));
}

void TextTarget::accept_reported(std::string_view text, bool up, Nanos took, WallTime at) {
  if (report_ == nullptr) { report_ = std::make_unique<ReportSeries>(rules_.target_labels, false); }
  ScrapedBatch out;
  Ingested counts;
  if (up) {
    Result<Ingested> done = series_.ingest(text, Grammar::text, rules_, at, out);
    BUG(done.has_value(), "{}: {}", rules_.target_labels.text(), done.error().what);
    if (done) { counts = *done; }
  } else {
    series_.end_all(at, out);
  }
  report_->add({.up = up, .seconds = std::chrono::duration<double>(took).count(), .counts = counts},
               at, out);
  send(std::move(out));
}

void TextTarget::end(WallTime at) {
  ScrapedBatch out;
  series_.end_all(at, out);
  if (report_ != nullptr) { report_->end(at, out); }
  send(std::move(out));
}

}  // namespace vigie::collect
