#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigie {

namespace json = boost::json;

/// RFC 8259 with a depth of 64 at most. Errors: `invalid` with the byte offset.
Result<json::value> parse_json(std::string_view text);
/// One line, keys in their own order: equal values give equal bytes. Bytes that are not UTF-8
/// become U+FFFD, so that what is written can always be read.
std::string to_text(const json::value& value);

// Lenient readers: the fallback when the key is absent or of another type.
std::string get_string(const json::object& object, std::string_view key,
                       std::string_view fallback = "");
int64_t get_int(const json::object& object, std::string_view key, int64_t fallback = 0);
double get_number(const json::object& object, std::string_view key, double fallback = 0);
bool get_bool(const json::object& object, std::string_view key, bool fallback = false);
/// nullptr when absent or of another type.
const json::object* get_object(const json::object& object, std::string_view key);
const json::array* get_array(const json::object& object, std::string_view key);

inline std::string_view view_of(const json::string& s) {
  return {s.data(), s.size()};
}

}  // namespace vigie
