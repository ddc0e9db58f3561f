#include "net/wire.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <optional>

#include "net/gzip.h"
#include "net/text.h"

namespace vigie::net {

namespace {
namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) {
  return {text.data(), text.size()};
}

/// "0\r\n\r\n", the least that ends a chunked body.
constexpr size_t kLastChunkBytes = 5;

/// What both kinds collect.
struct Collected {
  HttpLimits limits;
  WireHead head;
  std::string body;
  std::optional<Inflater> inflater;
  bool head_done = false;
  bool no_body = false;
  bool chunk_begun = false;  ///< The first chunk's line was read.
  WireFault fault = WireFault::none;

  void begin_body() {
    const std::string_view encoding = head.headers.get("Content-Encoding");
    const bool compressed = same_text(encoding, "gzip") || same_text(encoding, "x-gzip") ||
                            same_text(encoding, "deflate");
    if (compressed && !no_body) { inflater.emplace(); }
  }
  void add_body(std::string_view bytes, error_code& failed) {
    if (inflater) {
      Status added = inflater->add(bytes, body, limits.body_bytes_max);
      if (added) { return; }
      const bool large = added.error().code == Code::exhausted;
      fault = large ? WireFault::body_limit : WireFault::encoding;
      failed = http::error::body_limit;
    } else if (bytes.size() > limits.body_bytes_max - body.size()) {
      fault = WireFault::body_limit;
      failed = http::error::body_limit;
    } else {
      body.append(bytes);
    }
  }
  void finish(error_code& failed) {
    if (!inflater) { return; }
    if (!inflater->complete()) {
      fault = WireFault::encoding;
      failed = http::error::partial_message;
      return;
    }
    head.headers.remove("Content-Encoding");
  }
};

template <bool kIsRequest>
class BeastParser final : public http::basic_parser<kIsRequest> {
 public:
  explicit BeastParser(Collected& collected) : collected_(collected) {
    // Ours is counted after decompression; Beast's would refuse what we accept.
    this->body_limit(boost::none);
    this->header_limit(static_cast<uint32_t>(collected.limits.head_bytes_max));
  }

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    collected_.head.method = view(method);
    collected_.head.target = view(target);
    collected_.head.version = version;
  }
  void on_response_impl(int status, string_view, int version, error_code&) override {
    collected_.head.status = status;
    collected_.head.version = version;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    // Fields behind the body are dropped: nobody may change the head after it was judged.
    if (collected_.head_done) { return; }
    collected_.head.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code&) override { collected_.head_done = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {
    collected_.begin_body();
  }
  size_t on_body_impl(string_view bytes, error_code& failed) override {
    collected_.add_body(view(bytes), failed);
    return bytes.size();
  }
  void on_chunk_header_impl(uint64_t, string_view, error_code&) override {
    collected_.chunk_begun = true;
  }
  size_t on_chunk_body_impl(uint64_t, string_view bytes, error_code& failed) override {
    collected_.add_body(view(bytes), failed);
    return bytes.size();
  }
  void on_finish_impl(error_code& failed) override { collected_.finish(failed); }

  Collected& collected_;
};

}  // namespace

struct WireParser::Impl {
  Impl(Kind kind, HttpLimits limits) {
    collected.limits = limits;
    if (kind == Kind::request) {
      request.emplace(collected);
    } else {
      reply.emplace(collected);
    }
  }

  template <class F>
  auto with(F f) {
    return request ? f(*request) : f(*reply);
  }
  template <class F>
  auto with(F f) const {
    return request ? f(*request) : f(*reply);
  }

  void note(const error_code& failed) {
    if (!failed || failed == http::error::need_more || collected.fault != WireFault::none) {
      return;
    }
    if (failed == http::error::header_limit) {
      collected.fault = WireFault::head_limit;
    } else if (failed == http::error::partial_message || failed == http::error::end_of_stream) {
      collected.fault = WireFault::partial;
    } else {
      collected.fault = WireFault::grammar;
    }
  }

  Collected collected;
  std::optional<BeastParser<true>> request;
  std::optional<BeastParser<false>> reply;
};

WireParser::WireParser(Kind kind, HttpLimits limits)
    : impl_(std::make_unique<Impl>(kind, limits)) {}
WireParser::~WireParser() = default;

size_t WireParser::put(std::string_view bytes) {
  size_t consumed = 0;
  const bool had_head = impl_->collected.head_done;
  while (consumed < bytes.size() && !done() && fault() == WireFault::none) {
    // Beast asserts five bytes when it comes back to the line of the last chunk. That holds behind
    // another chunk; a body of none may come as "0\r\n", and then byte by byte.
    const bool first_chunk = head_done() && is_chunked() && !impl_->collected.chunk_begun;
    const bool may_be_last = first_chunk && bytes[consumed] == '0';
    if (may_be_last && bytes.size() - consumed < kLastChunkBytes) { break; }
    error_code failed;
    const boost::asio::const_buffer rest(bytes.data() + consumed, bytes.size() - consumed);
    consumed += impl_->with([&](auto& parser) { return parser.put(rest, failed); });
    impl_->note(failed);
    if (failed || (!had_head && head_done())) { break; }
  }
  const bool announces_much =
      head_done() && content_length() > impl_->collected.limits.body_bytes_max;
  if (announces_much && !impl_->collected.no_body && fault() == WireFault::none) {
    impl_->collected.fault = WireFault::body_limit;
  }
  // A chunk's extensions and the fields behind the body are only consumed whole: bound them too.
  if (consumed == 0 && fault() == WireFault::none && !done() &&
      bytes.size() >= impl_->collected.limits.head_bytes_max) {
    impl_->collected.fault = head_done() ? WireFault::grammar : WireFault::head_limit;
  }
  return consumed;
}

void WireParser::put_eof() {
  if (done() || fault() != WireFault::none) { return; }
  if (!head_done()) {
    impl_->collected.fault = WireFault::partial;
    return;
  }
  error_code failed;
  impl_->with([&](auto& parser) { parser.put_eof(failed); });
  impl_->note(failed);
}

void WireParser::expect_no_body() {
  impl_->collected.no_body = true;
  impl_->with([](auto& parser) { parser.skip(true); });
}

WireFault WireParser::fault() const {
  return impl_->collected.fault;
}
bool WireParser::head_done() const {
  return impl_->collected.head_done;
}
bool WireParser::done() const {
  return impl_->with([](const auto& parser) { return parser.is_done(); });
}
bool WireParser::keep_alive() const {
  return impl_->with([](const auto& parser) { return parser.keep_alive(); });
}
bool WireParser::is_chunked() const {
  return impl_->with([](const auto& parser) { return parser.chunked(); });
}
uint64_t WireParser::content_length() const {
  return impl_->with([](const auto& parser) { return parser.content_length().value_or(0); });
}
WireHead& WireParser::head() {
  return impl_->collected.head;
}
std::string WireParser::take_body() {
  return std::move(impl_->collected.body);
}

std::string_view reason_of(int status) {
  const string_view reason = http::obsolete_reason(http::int_to_status(status));
  return view(reason);
}

std::string http_date(WallTime at) {
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  namespace chrono = std::chrono;
  const auto since = chrono::sys_time<Millis>{at.time_since_epoch()};
  const auto day = chrono::floor<chrono::days>(since);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{chrono::floor<Seconds>(since - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[chrono::weekday{day}.c_encoding()], unsigned{date.day()},
                     kMonths[unsigned{date.month()} - 1], int{date.year()}, time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

void append_fields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_field_value(value)) { continue; }
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

}  // namespace vigie::net
