#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "net/net.h"

namespace vigie::api {

/// Who may call a route.
enum class Access : uint8_t {
  open,       ///< Anybody who reaches the address: probes, metrics, Prometheus' API on loopback.
  signed_in,  ///< A session, or the same user over the unix socket.
  local,      ///< The unix socket only.
};

/// One request on its way to a handler.
struct Call {
  net::HttpRequest request;
  std::map<std::string, std::string, std::less<>> params;  ///< {name} parts of the path.
  std::string who;  ///< Person of the book, or the local user's name; "" when open.
  std::string via;  ///< "web" or "cli".

  std::string_view param(std::string_view name) const {
    const auto it = params.find(name);
    return it == params.end() ? std::string_view() : std::string_view(it->second);
  }
};

class Routes;
using Handler = Task<net::HttpReply> (Routes::*)(Call);

struct Route {
  std::string_view method;   ///< "GET", "POST"; "*" for any.
  std::string_view pattern;  ///< "/api/vigie/incidents/{id}"; "{rest...}" takes what is left.
  Access access;
  Handler handler;
};

/// The path as it was sent, still encoded.
std::string_view sent_path(const net::HttpRequest& request);
/// True when `path` fits; fills the named parts. The path is split before its parts are decoded, so
/// that a name may have a slash in it (`a%2Fb`).
bool fits(std::string_view pattern, std::string_view path,
          std::map<std::string, std::string, std::less<>>& params);

/// {"error": {"code", "message", "field"}} with the status that the code means.
net::HttpReply error_reply(const Error& error, std::string_view field = "");
net::HttpReply error_reply(int status, std::string_view code, std::string_view message,
                           std::string_view field = "");
/// Prometheus' form: {"status":"error","errorType":...,"error":...}.
net::HttpReply prometheus_error(const Error& error);
int status_of(Code code);

}  // namespace vigie::api
