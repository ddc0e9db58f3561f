#include "net/reply.h"

#include <charconv>

#include "net/gzip.h"
#include "net/text.h"
#include "net/wire.h"

namespace vigie::net {

namespace {

constexpr size_t kWorthCompressing = 1 << 10;
constexpr size_t kLarge = 256 << 10;
constexpr int kSmallLevel = 6;
constexpr int kFastLevel = 1;

/// Pictures and archives are compressed already.
bool is_text(std::string_view type) {
  const std::string kind = lower_text(trimmed(type.substr(0, type.find(';'))));
  return kind.starts_with("text/") || kind.ends_with("json") || kind.ends_with("xml") ||
         kind.ends_with("javascript") || kind.ends_with("yaml") || kind.ends_with("ndjson") ||
         kind == "application/openmetrics-text" || kind == "application/wasm";
}

bool has_no_body(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

bool is_ours(std::string_view name) {
  return same_text(name, "Content-Length") || same_text(name, "Transfer-Encoding") ||
         same_text(name, "Connection") || same_text(name, "Date");
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::string_view list = accept_encoding;
  bool any = false;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const std::string_view name = trimmed(item.substr(0, item.find(';')));
    const size_t weight = item.find("q=");
    double q = 1;
    if (weight != std::string_view::npos) {
      const std::string_view text = item.substr(weight + 2);
      std::from_chars(text.data(), text.data() + text.size(), q);
    }
    if (same_text(name, "gzip")) { return q > 0; }
    if (name == "*") { any = q > 0; }
  }
  return any;
}

void compress_reply(HttpReply& reply, std::string_view accept_encoding) {
  const bool worth = reply.body.size() > kWorthCompressing &&
                     is_text(reply.headers.get("Content-Type")) &&
                     !reply.headers.has("Content-Encoding") && !has_no_body(reply.status);
  if (!worth) { return; }
  if (!list_has(reply.headers.get("Vary"), "Accept-Encoding")) {
    reply.headers.add("Vary", "Accept-Encoding");
  }
  if (!accepts_gzip(accept_encoding)) { return; }
  reply.body = gzip_compress(reply.body, reply.body.size() > kLarge ? kFastLevel : kSmallLevel);
  reply.headers.add("Content-Encoding", "gzip");
}

std::string encode_reply(const HttpReply& reply, const ReplyFrame& frame) {
  const int status = reply.status >= 200 && reply.status <= 599 ? reply.status : 500;
  Headers fields;
  for (const auto& [name, value] : reply.headers) {
    if (!is_ours(name)) { fields.add(name, value); }
  }
  fields.add("Date", http_date(frame.now));
  const bool empty = has_no_body(status);
  if (!empty) { fields.add("Content-Length", fmt::format("{}", reply.body.size())); }
  if (!frame.keep_alive) {
    fields.add("Connection", "close");
  } else if (frame.version == 10) {
    fields.add("Connection", "keep-alive");
  }
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
  append_fields(out, fields);
  out += "\r\n";
  if (!frame.is_head && !empty) { out += reply.body; }
  return out;
}

HttpReply refusal(int status, std::string_view message) {
  std::string code = lower_text(reason_of(status));
  for (char& c : code) {
    if (c == ' ' || c == '-') { c = '_'; }
  }
  HttpReply out = json_reply(
      status, fmt::format(R"({{"error": {{"code": "{}", "message": "{}"}}}})", code, message));
  if (status == 503) { out.headers.add("Retry-After", "1"); }
  return out;
}

std::string encode_stream_head(WallTime now) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nDate: {}\r\nConnection: close\r\n\r\n",
      http_date(now));
}

}  // namespace vigie::net
