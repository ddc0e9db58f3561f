#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/net.h"

namespace vigie::net {

/// Why bytes are not a message.
enum class WireFault : uint8_t {
  none,
  grammar,     ///< Not HTTP/1.
  head_limit,  ///< The head is too large.
  body_limit,  ///< The body is, after decompression.
  encoding,    ///< The compressed body is broken.
  partial,     ///< The peer closed in the middle.
};

/// The head of a message.
struct WireHead {
  std::string method, target;  ///< Of a request.
  int status = 0;              ///< Of a reply.
  int version = 11;            ///< 10 or 11; others are bad grammar.
  Headers headers;
};

/// Turns bytes into one message, without any socket: fed by both ends and by the fuzzer.
///
/// The caller keeps the bytes that were not consumed and offers them again with more behind. A
/// head is only consumed whole. A body comes out decompressed (gzip, deflate); other encodings are
/// left alone, with their header.
class WireParser {
 public:
  enum class Kind : uint8_t { request, reply };
  WireParser(Kind kind, HttpLimits limits);
  ~WireParser();

  /// How many bytes were consumed; stops at the end of the head once, then at the end of the
  /// message. Nothing is consumed after a fault.
  size_t put(std::string_view bytes);
  /// The peer closed: the end of some bodies, `partial` for others.
  void put_eof();
  void expect_no_body();  ///< The reply to HEAD.

  WireFault fault() const;
  bool head_done() const;
  bool done() const;
  bool keep_alive() const;  ///< As far as this message says.
  bool is_chunked() const;
  /// The length announced, or 0.
  uint64_t content_length() const;
  WireHead& head();
  std::string take_body();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string_view reason_of(int status);
/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(WallTime at);
/// Leaves out fields that are not fields, so that no value can end the head.
void append_fields(std::string& out, const Headers& headers);
/// A request's path: escapes decoded, '+' kept.
std::string path_decode(std::string_view path);

}  // namespace vigie::net
