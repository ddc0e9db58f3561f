#include "net/event_stream.h"

#include <algorithm>

#include "net/text.h"

namespace vigie::net {

namespace {

class Sender final : public EventStream {
 public:
  explicit Sender(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
  ~Sender() override { queue_->close(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  Status send(std::string_view id, std::string_view name, std::string_view data) override {
    VIGIE_TRY(std::string bytes, encode_event(id, name, data));
    return queue_->add(std::move(bytes));
  }
  Status comment(std::string_view text) override {
    std::string bytes = ": ";
    for (const char c : text) { bytes += c == '\n' || c == '\r' ? ' ' : c; }
    return queue_->add(bytes + "\n\n");
  }
  bool open() const override { return queue_->open(); }
  void close() override { queue_->close(); }

 private:
  const std::shared_ptr<EventQueue> queue_;
};

}  // namespace

std::shared_ptr<EventStream> EventQueue::sender(std::shared_ptr<EventQueue> queue) {
  return std::make_shared<Sender>(std::move(queue));
}

Status EventQueue::add(std::string bytes) {
  if (!open_) { return error(Code::cancelled, "the stream is closed"); }
  if (waiting_.size() + sending_ + bytes.size() > kBytesMax) {
    leave();
    if (on_cut) { on_cut(); }
    return error(Code::exhausted, "the client does not read its events: cut");
  }
  waiting_ += bytes;
  wake();
  return ok();
}

void EventQueue::close() {
  open_ = false;
  wake();
}

void EventQueue::leave() {
  left_ = true;
  waiting_.clear();
  close();
}

void EventQueue::wake() {
  if (const auto taker = std::exchange(taker_, nullptr)) { taker->complete(true); }
}

Task<std::string> EventQueue::take() {
  while (waiting_.empty() && open_) {
    const auto woken = std::make_shared<Completion<bool>>();
    taker_ = woken;
    woken->on_cancel = [this, raw = woken.get()] {
      left_ = true;
      open_ = false;
      raw->complete(false);
    };
    co_await wait(woken);
  }
  if (left_) { co_return ""; }
  sending_ = waiting_.size();
  co_return std::exchange(waiting_, {});
}

Result<std::string> encode_event(std::string_view id, std::string_view name,
                                 std::string_view data) {
  if (!is_field_value(id) || !is_field_value(name)) {
    return error(Code::invalid, "an event's id and name are one line each");
  }
  std::string out;
  if (!id.empty()) { out.append("id: ").append(id).append("\n"); }
  if (!name.empty()) { out.append("event: ").append(name).append("\n"); }
  // A line of data per line; the reader also splits at a lone CR.
  while (true) {
    const size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) { break; }
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out += "\n";
  return out;
}

}  // namespace vigie::net
