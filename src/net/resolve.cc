#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "net/endpoint.h"
#include "net/net.h"

namespace vigie::net {

namespace {

constexpr size_t kThreads = 4;
constexpr size_t kWaitingMax = 4096;

using Endpoints = std::vector<Endpoint>;
using Found = Result<Endpoints>;

/// Between the loop, which may give up, and the thread, which cannot be stopped.
struct Lookup {
  std::mutex mutex;
  Loop* home = nullptr;  // Null once nobody waits: the loop may be gone.
  std::shared_ptr<Completion<Found>> done = std::make_shared<Completion<Found>>();
};

Found look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code != 0) {
    return error(Code::unavailable, fmt::format("cannot find {}: {}", host, ::gai_strerror(code)));
  }
  Endpoints out;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    Endpoint endpoint;
    if (each->ai_addrlen > sizeof endpoint.address) { continue; }
    std::memcpy(&endpoint.address, each->ai_addr, each->ai_addrlen);
    endpoint.size = each->ai_addrlen;
    out.push_back(endpoint);
  }
  ::freeaddrinfo(first);
  std::stable_partition(out.begin(), out.end(),
                        [](const Endpoint& e) { return e.family() == AF_INET; });
  if (out.empty()) { return error(Code::unavailable, "cannot find " + host); }
  return out;
}

// Never destroyed: a slow name server must not hold up the end of the program.
Pool& lookup_pool() {
  static Pool* const pool = new Pool("resolve", kThreads, kWaitingMax);
  return *pool;
}

void run_lookup(std::shared_ptr<Lookup> lookup, const std::string& host) {
  auto found = std::make_shared<Found>(look_up(host));
  const std::lock_guard lock(lookup->mutex);
  if (lookup->home == nullptr) { return; }
  lookup->home->post([lookup, found] { lookup->done->complete(std::move(*found)); });
}

}  // namespace

Task<Result<std::vector<Endpoint>>> resolve_endpoints(Loop& loop, std::string host, uint16_t port,
                                                      MonoTime deadline) {
  Result<Endpoint> numeric = numeric_endpoint(host, port);
  if (numeric) { co_return Endpoints{*numeric}; }
  auto lookup = std::make_shared<Lookup>();
  lookup->home = &loop;
  VIGIE_CO_CHECK(lookup_pool().submit([lookup, host] { run_lookup(lookup, host); }));
  const auto done = lookup->done;
  const Loop::TimerId timer = loop.call_at(deadline, [done, host] {
    done->complete(error(Code::timeout, "the name server did not answer for " + host));
  });
  done->on_cancel = [raw = done.get()] {
    raw->complete(error(Code::cancelled, "the look-up was cancelled"));
  };
  Found found = co_await wait(done);
  loop.cancel_timer(timer);
  {
    const std::lock_guard lock(lookup->mutex);
    lookup->home = nullptr;
  }
  if (found) {
    for (Endpoint& endpoint : *found) { endpoint.set_port(port); }
  }
  co_return found;
}

Task<Result<std::vector<std::string>>> resolve(Loop& loop, std::string host, MonoTime deadline) {
  VIGIE_CO_TRY(const Endpoints found, co_await resolve_endpoints(loop, host, 0, deadline));
  std::vector<std::string> out;
  for (const Endpoint& endpoint : found) { out.push_back(endpoint.host()); }
  co_return out;
}

}  // namespace vigie::net
