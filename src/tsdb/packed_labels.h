#pragma once

#include <string>
#include <string_view>

#include "model/labels.h"

namespace vigie::tsdb {

/// A label set as one string: count, then name and value texts, each with its length. Equal sets
/// have equal bytes. A quarter of the memory of Labels, and what the files hold.
std::string pack(const Labels& labels);
void pack_into(std::string& out, const Labels& labels);
/// An empty set when the bytes are broken.
Labels unpack(std::string_view packed);
/// False when the bytes are not one well-formed label set.
bool is_packed(std::string_view packed);
/// The value, or "" when absent.
std::string_view get(std::string_view packed, std::string_view name);

}  // namespace vigie::tsdb
