#include "api/stream.h"

namespace vigie::api {

namespace {

constexpr Nanos kPace = 250ms;
constexpr Nanos kRefresh = 5s;
constexpr int kQuietRounds = 3;  // Refreshes without news before a comment keeps the line open.

/// The document without what changes by itself every time it is made.
std::string comparable(json::object document) {
  document.erase("at");
  document.erase("seq");
  return to_text(document);
}

}  // namespace

void NowStream::add(std::shared_ptr<net::EventStream> stream) {
  if (streams_.size() >= kStreamsMax) {
    stream->close();
    return;
  }
  streams_.push_back(stream);
  tasks_.spawn(greet(std::move(stream)));
}

Task<void> NowStream::greet(std::shared_ptr<net::EventStream> stream) {
  const json::object document = co_await routes_.now_whole();
  const Status sent =
      stream->send(std::to_string(get_int(document, "seq")), "now", to_text(document));
  if (!sent) { std::erase(streams_, stream); }
}

void NowStream::changed() {
  dirty_ = true;
  if (wake_) { wake_->complete(true); }
}

void NowStream::send(const std::string& seq, const std::string& text) {
  std::erase_if(streams_, [&](const std::shared_ptr<net::EventStream>& stream) {
    return !stream->open() || !stream->send(seq, "now", text).has_value();
  });
}

Task<void> NowStream::run() {
  int quiet = 0;
  while (true) {
    wake_ = std::make_shared<Completion<bool>>();
    auto wake = wake_;
    const Loop::TimerId refresh =
        edge_.call_at(edge_.clock().mono() + kRefresh, [wake] { wake->complete(true); });
    wake->on_cancel = [raw = wake.get()] { raw->complete(false); };
    if (dirty_) { wake->complete(true); }
    const bool go_on = co_await wait(wake);
    edge_.cancel_timer(refresh);
    wake_.reset();
    if (!go_on) { co_return; }
    dirty_ = false;
    if (!streams_.empty()) {
      const json::object document = co_await routes_.now_whole();
      const std::string text = comparable(document);
      if (text != last_) {
        last_ = text;
        quiet = 0;
        send(std::to_string(get_int(document, "seq")), to_text(document));
      } else if (++quiet >= kQuietRounds) {
        quiet = 0;
        std::erase_if(streams_, [](const std::shared_ptr<net::EventStream>& stream) {
          return !stream->open() || !stream->comment("still here").has_value();
        });
      }
    }
    const Status paced = co_await edge_.sleep_until(edge_.clock().mono() + kPace);
    if (!paced) { co_return; }
  }
}

Task<void> NowStream::stop() {
  for (const auto& stream : streams_) { stream->close(); }
  streams_.clear();
  co_await tasks_.cancel_and_join();
}

}  // namespace vigie::api
