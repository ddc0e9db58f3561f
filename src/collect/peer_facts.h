#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "collect/text_writer.h"
#include "net/net.h"

namespace vigie::collect {

/// What blackbox_exporter says about looking a name up: probe_dns_lookup_time_seconds.
void tell_lookup(Nanos took, TextWriter& out);
/// And about the address that was asked: probe_ip_protocol, and probe_ip_addr_hash, which changes
/// when the address does. Nothing for what is no IP address (a unix socket).
void tell_address(std::string_view ip, TextWriter& out);
/// The host of "127.0.0.1:80" or "[::1]:80", as Stream::peer_address has it.
std::string ip_of_peer(std::string_view peer);

/// Connects to host:port or unix:/path, and tells about name and address. Several addresses are
/// tried in turn, each with its share of the time.
Task<Result<std::unique_ptr<net::Stream>>> connect_and_tell(Loop* loop, std::string address,
                                                            MonoTime deadline, TextWriter* out);

/// "Sun, 06 Nov 1994 08:49:37 GMT", the form of dates that HTTP writes (RFC 9110, 5.6.7).
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace vigie::collect
