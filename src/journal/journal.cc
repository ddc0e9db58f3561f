#include "journal/journal.h"

#include <fmt/core.h>

#include <atomic>
#include <mutex>

namespace vigie::journal {

namespace {
constexpr size_t kWaitingMax = 10'000;
/// Batches of one transaction: bounds how long the first of them waits for the last.
constexpr size_t kGroupMax = 256;
}  // namespace

struct Journal::Impl {
  struct Waiting {
    Batch batch;
    Done done;
  };

  Loop& loop;
  Backend& backend;
  std::mutex mutex;
  std::vector<Waiting> queue;
  bool posted = false;
  std::atomic<uint64_t> commits{0}, events{0}, failures{0};
  std::atomic<int64_t> busy_ns{0};

  void drain() {
    std::vector<Waiting> taken;
    {
      const std::lock_guard lock(mutex);
      taken.swap(queue);
      posted = false;
    }
    for (size_t begin = 0; begin < taken.size(); begin += kGroupMax) {
      const size_t end = std::min(taken.size(), begin + kGroupMax);
      commit_group(std::span(taken).subspan(begin, end - begin));
    }
  }

  void commit_group(std::span<Waiting> group) {
    std::vector<Batch> batches;
    batches.reserve(group.size());
    uint64_t count = 0;
    for (Waiting& waiting : group) {
      count += waiting.batch.events.size();
      batches.push_back(std::move(waiting.batch));
    }
    const MonoTime began = loop.clock().mono();
    const Status status = backend.append(batches);
    busy_ns += (loop.clock().mono() - began).count();
    status ? ++commits : ++failures;
    if (status) { events += count; }
    for (Waiting& waiting : group) { waiting.done(status); }
  }
};

Journal::Journal(Loop& loop, std::unique_ptr<Backend> backend)
    : backend_(std::move(backend)), impl_(new Impl{loop, *backend_, {}, {}}) {}

Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(Loop& loop, const std::string& place,
                                               std::string_view backend) {
  for (const BackendKind* kind : backend_kinds()) {
    if (kind->name != backend) { continue; }
    VIGIE_TRY(auto opened, kind->open(place));
    return over(loop, std::move(opened));
  }
  return error(Code::not_found, fmt::format("there is no journal backend \"{}\"", backend));
}

std::unique_ptr<Journal> Journal::over(Loop& loop, std::unique_ptr<Backend> backend) {
  return std::unique_ptr<Journal>(new Journal(loop, std::move(backend)));
}

void Journal::commit(Batch batch, Done done) {
  bool wake = false;
  bool full = false;
  {
    const std::lock_guard lock(impl_->mutex);
    full = impl_->queue.size() >= kWaitingMax;
    if (!full) {
      impl_->queue.push_back({std::move(batch), std::move(done)});
      wake = !std::exchange(impl_->posted, true);
    }
  }
  if (full) {
    impl_->loop.post([done = std::move(done)] {
      done(error(Code::exhausted, "the journal is too far behind"));
    });
  }
  if (wake) {
    impl_->loop.post([impl = impl_] { impl->drain(); });
  }
}

size_t Journal::waiting() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size();
}

Journal::Telemetry Journal::telemetry() const {
  return {.commits = impl_->commits,
          .events = impl_->events,
          .failures = impl_->failures,
          .seconds = static_cast<double>(impl_->busy_ns.load()) / 1e9};
}

}  // namespace vigie::journal
