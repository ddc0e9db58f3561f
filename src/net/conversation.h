#pragma once

#include <string>

#include "net/connection.h"
#include "net/net.h"

namespace vigie::net {

/// One request and its reply on an open connection.
struct Conversation {
  HttpReply reply;
  bool reusable = false;  ///< The connection may carry another.
};

/// What a failed conversation leaves known.
struct Progress {
  bool answered = false;  ///< The peer sent something.
};

/// `invalid` when a part of the request cannot be sent.
Result<std::string> encode_request(const HttpRequest& request, const Url& url,
                                   const HttpOptions& options);
/// `progress` and `phases` outlive the wait.
Task<Result<Conversation>> converse(Connection* link, std::string request, bool is_head,
                                    HttpLimits limits, MonoTime deadline, Progress* progress,
                                    HttpPhases* phases);
/// The request to send to where `reply` points, or nothing when it does not redirect.
/// To another host go only harmless headers, no password and no certificate of ours.
Result<std::optional<HttpRequest>> redirected(const HttpRequest& request, const Url& from,
                                              const HttpReply& reply, HttpOptions* options);

}  // namespace vigie::net
