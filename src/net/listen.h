#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/endpoint.h"

namespace vigie::net {

/// A socket that accepts; the caller owns `fd`.
struct Listening {
  int fd = -1;
  uint16_t port = 0;
};

/// "127.0.0.1:9797", "[::1]:0", "localhost:0", ":80" (every address). `io`, `invalid`, `conflict`.
Result<Listening> listen_tcp(std::string_view address);
/// Mode 0600. `conflict` when another program answers there; a dead socket is replaced.
Result<Listening> listen_unix_at(const std::string& path);

/// One accepted peer, or fd -1 when nobody waits; `exhausted` when descriptors run out.
struct Accepted {
  int fd = -1;
  std::string peer;
  std::optional<uint32_t> uid;
};
Result<Accepted> accept_one(int fd);

}  // namespace vigie::net
