#include "base/json.h"

#include <fmt/core.h>

#include <boost/json/parse.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include "base/utf8.h"

namespace vigie {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::parser parser(json::storage_ptr{}, options);
  boost::system::error_code failure;
  const size_t used = parser.write(text.data(), text.size(), failure);
  if (failure) {
    return error(Code::invalid, fmt::format("JSON, byte {}: {}", used, failure.message()));
  }
  return parser.release();
}

std::string to_text(const json::value& value) {
  // Only texts can hold other bytes, and within them any character may stand.
  return repaired_utf8(json::serialize(value));
}

std::string get_string(const json::object& object, std::string_view key,
                       std::string_view fallback) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_string()) { return std::string(fallback); }
  return std::string(view_of(found->get_string()));
}

int64_t get_int(const json::object& object, std::string_view key, int64_t fallback) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) { return fallback; }
  if (found->is_int64()) { return found->get_int64(); }
  if (found->is_uint64()) { return static_cast<int64_t>(found->get_uint64()); }
  if (found->is_double()) { return static_cast<int64_t>(found->get_double()); }
  return fallback;
}

double get_number(const json::object& object, std::string_view key, double fallback) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) { return fallback; }
  if (found->is_double()) { return found->get_double(); }
  if (found->is_int64()) { return static_cast<double>(found->get_int64()); }
  if (found->is_uint64()) { return static_cast<double>(found->get_uint64()); }
  return fallback;
}

bool get_bool(const json::object& object, std::string_view key, bool fallback) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_bool() ? found->get_bool() : fallback;
}

const json::object* get_object(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

const json::array* get_array(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

}  // namespace vigie
