#pragma once

#include <string>
#include <string_view>

#include "net/net.h"

namespace vigie::net {

/// What the head of the reply depends on besides the reply.
struct ReplyFrame {
  bool is_head = false;  ///< The request was HEAD: no body follows.
  bool keep_alive = true;
  int version = 11;
  WallTime now{};
};

/// What an Accept-Encoding header says of gzip.
bool accepts_gzip(std::string_view accept_encoding);
/// Compresses large text when `accept_encoding` allows and the handler did not already.
void compress_reply(HttpReply& reply, std::string_view accept_encoding);
/// Head and body as bytes.
std::string encode_reply(const HttpReply& reply, const ReplyFrame& frame);
/// {"error": {"code", "message"}} with the status: what the server itself has to say.
HttpReply refusal(int status, std::string_view message);
/// The head of an event stream.
std::string encode_stream_head(WallTime now);

}  // namespace vigie::net
