#include "net/conversation.h"

#include "net/text.h"
#include "net/wire.h"

namespace vigie::net {

namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr int kInterimRepliesMax = 8;

bool is_ours(std::string_view name) {
  return same_text(name, "Content-Length") || same_text(name, "Transfer-Encoding") ||
         same_text(name, "Connection") || same_text(name, "Host");
}

std::string host_field(const Url& url) {
  if (url.scheme == "unix") { return "localhost"; }
  const bool v6 = url.host.find(':') != std::string::npos;
  std::string out = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.scheme == "https" ? 443 : 80)) { out += fmt::format(":{}", url.port); }
  return out;
}

Status check_sendable(const HttpRequest& request) {
  if (!is_token(request.method)) {
    return error(Code::invalid, "the method is not a word: " + request.method);
  }
  for (const auto& [name, value] : request.headers) {
    // The value may be a secret: only the name is repeated.
    if (!is_token(name) || !is_field_value(value)) {
      return error(Code::invalid, fmt::format("the header {} cannot be sent", name));
    }
  }
  return ok();
}

Error fault_error(WireFault fault, const HttpLimits& limits) {
  switch (fault) {
    case WireFault::head_limit:
      return error(Code::exhausted,
                   fmt::format("the answer's head is larger than {} bytes", limits.head_bytes_max));
    case WireFault::body_limit:
      return error(Code::exhausted,
                   fmt::format("the answer is larger than {} bytes", limits.body_bytes_max));
    case WireFault::encoding:
      return error(Code::invalid, "the answer's compression is broken");
    case WireFault::partial:
      return error(Code::unavailable, "the connection closed in the middle of the answer");
    default:
      return error(Code::invalid, "the answer is not HTTP");
  }
}

/// Reads until the message ends; `bytes` keeps what follows it.
Task<Status> read_message(Connection* link, WireParser* parser, std::string* bytes,
                          HttpLimits limits, MonoTime deadline) {
  while (!parser->done()) {
    bytes->erase(0, parser->put(*bytes));
    if (parser->fault() != WireFault::none) { co_return fault_error(parser->fault(), limits); }
    if (parser->done()) { break; }
    // The head stops the parser once although bytes may be left.
    const size_t before = bytes->size();
    const size_t more = before == 0 ? 0 : parser->put(*bytes);
    bytes->erase(0, more);
    if (more != 0 || parser->fault() != WireFault::none) { continue; }
    VIGIE_CO_TRY(const size_t got, co_await link->read_into(bytes, kReadBytes, deadline));
    if (got != 0) { continue; }
    parser->put_eof();
    if (parser->fault() != WireFault::none) { co_return fault_error(parser->fault(), limits); }
    if (!parser->done()) { co_return fault_error(WireFault::partial, limits); }
  }
  co_return ok();
}

bool stays_with_host(std::string_view name) {
  static constexpr std::string_view kHarmless[] = {
      "accept", "accept-language", "content-type", "content-encoding", "user-agent", "range"};
  for (const std::string_view harmless : kHarmless) {
    if (same_text(name, harmless)) { return false; }
  }
  return true;
}

std::string absolute(const Url& from, std::string_view location) {
  if (location.starts_with("http://") || location.starts_with("https://")) {
    return std::string(location);
  }
  Url base = from;
  if (location.starts_with("//")) { return fmt::format("{}:{}", from.scheme, location); }
  if (location.starts_with('/')) {
    base.target = location;
  } else {
    const std::string path = from.target.substr(0, from.target.find('?'));
    base.target = location.starts_with('?')
                      ? path + std::string(location)
                      : path.substr(0, path.rfind('/') + 1) + std::string(location);
  }
  base.user.clear();
  return base.text();
}

}  // namespace

Result<std::string> encode_request(const HttpRequest& request, const Url& url,
                                   const HttpOptions& options) {
  VIGIE_CHECK(check_sendable(request));
  const std::string_view host = request.headers.get("Host");
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, url.target,
                                host.empty() ? host_field(url) : host);
  Headers fields;
  for (const auto& [name, value] : request.headers) {
    if (!is_ours(name)) { fields.add(name, value); }
  }
  if (!fields.has("User-Agent")) { fields.add("User-Agent", "vigie"); }
  if (!fields.has("Accept")) { fields.add("Accept", "*/*"); }
  if (options.accept_gzip && !fields.has("Accept-Encoding")) {
    fields.add("Accept-Encoding", "gzip");
  }
  if (!url.user.empty() && !fields.has("Authorization")) {
    fields.add("Authorization", "Basic " + base64(url.user + ":" + url.password));
  }
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) { fields.add("Content-Length", fmt::format("{}", request.body.size())); }
  if (!options.keep_alive) { fields.add("Connection", "close"); }
  append_fields(out, fields);
  out += "\r\n";
  out += request.body;
  return out;
}

Task<Result<Conversation>> converse(Connection* link, std::string request, bool is_head,
                                    HttpLimits limits, MonoTime deadline, Progress* progress,
                                    HttpPhases* phases) {
  const Clock& clock = link->descriptor().loop().clock();
  const MonoTime began = clock.mono();
  Status written = co_await link->write_all(request, Nanos::max() / 4, deadline);
  if (!written && written.error().code != Code::unavailable) {
    co_return std::move(written).error();
  }
  // A server may answer and close without reading all of a body: its answer explains why.
  std::string bytes;
  Result<size_t> first = co_await link->read_into(&bytes, kReadBytes, deadline);
  if (!first) { co_return std::move(written ? first.error() : written.error()); }
  if (*first == 0) {
    co_return error(Code::unavailable, link->peer() + " closed the connection unanswered");
  }
  progress->answered = true;
  const MonoTime answered = clock.mono();
  if (phases != nullptr) { phases->first_byte += answered - began; }

  for (int i = 0; i < kInterimRepliesMax; ++i) {
    WireParser parser(WireParser::Kind::reply, limits);
    if (is_head) { parser.expect_no_body(); }
    Status read = co_await read_message(link, &parser, &bytes, limits, deadline);
    VIGIE_CO_CHECK(std::move(read).context("answer of " + link->peer()));
    const int status = parser.head().status;
    if (status / 100 == 1 && status != 101) { continue; }
    if (phases != nullptr) {
      phases->transfer += clock.mono() - answered;
      phases->http_version = parser.head().version;
    }
    Conversation out;
    out.reusable = parser.keep_alive() && bytes.empty() && written.has_value() && status != 101;
    out.reply.status = status;
    out.reply.headers = std::move(parser.head().headers);
    out.reply.body = parser.take_body();
    co_return out;
  }
  co_return error(Code::invalid, link->peer() + " only sends interim answers");
}

Result<std::optional<HttpRequest>> redirected(const HttpRequest& request, const Url& from,
                                              const HttpReply& reply, HttpOptions* options) {
  const int status = reply.status;
  const std::string_view location = reply.headers.get("Location");
  const bool moves =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  if (!moves || location.empty()) { return std::optional<HttpRequest>{}; }
  HttpRequest next = request;
  if (from.scheme == "unix") {
    if (!location.starts_with('/')) {
      return error(Code::invalid, "a unix socket redirects elsewhere");
    }
    next.url = fmt::format("unix:{}:{}", from.host, location);
  } else {
    next.url = absolute(from, location.substr(0, location.find('#')));
  }
  Result<Url> to = parse_url(next.url);
  if (!to) { return std::move(to).error().context("redirected to what is"); }
  // 307 and 308 repeat the request; browsers made the others a GET long ago.
  const bool becomes_get =
      status == 303 || ((status == 301 || status == 302) && request.method == "POST");
  if (becomes_get && request.method != "HEAD") {
    next.method = "GET";
    next.body.clear();
    next.headers.remove("Content-Type");
    next.headers.remove("Content-Encoding");
  }
  next.headers.remove("Host");
  if (to->scheme == from.scheme && to->host == from.host && to->port == from.port) {
    if (to->user.empty() && !from.user.empty() && !next.headers.has("Authorization")) {
      next.headers.set("Authorization", "Basic " + base64(from.user + ":" + from.password));
    }
    return std::optional(std::move(next));
  }
  Headers kept;
  for (const auto& [name, value] : next.headers) {
    if (!stays_with_host(name)) { kept.add(name, value); }
  }
  next.headers = std::move(kept);
  options->tls.cert_file.clear();
  options->tls.key_file.clear();
  options->tls.server_name.clear();
  return std::optional(std::move(next));
}

}  // namespace vigie::net
