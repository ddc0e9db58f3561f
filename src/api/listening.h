#pragma once

#include <string_view>

/// Which addresses other machines can reach.
namespace vigie::api {

/// The host of "127.0.0.1:9797" or "[::1]:80", without brackets; "" means every address.
std::string_view host_of(std::string_view address);
bool is_loopback(std::string_view host);

}  // namespace vigie::api
