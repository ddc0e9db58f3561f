#include "collect/json_pointer.h"

#include <charconv>

namespace vigie::collect {

namespace {

std::string unescaped(std::string_view part) {
  std::string out;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '~' && i + 1 < part.size() && (part[i + 1] == '0' || part[i + 1] == '1')) {
      out += part[++i] == '0' ? '~' : '/';
    } else {
      out += part[i];
    }
  }
  return out;
}

const json::value* step(const json::value& from, std::string_view part) {
  if (from.is_object()) { return from.get_object().if_contains(unescaped(part)); }
  if (!from.is_array()) { return nullptr; }
  size_t index = 0;
  const auto read = std::from_chars(part.data(), part.data() + part.size(), index);
  if (read.ec != std::errc() || read.ptr != part.data() + part.size()) { return nullptr; }
  return from.get_array().if_contains(index);
}

}  // namespace

const json::value* at_pointer(const json::value& document, std::string_view pointer) {
  const json::value* at = &document;
  while (at != nullptr && pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string_view part = pointer.substr(0, pointer.find('/'));
    at = step(*at, part);
    pointer.remove_prefix(part.size());
  }
  return pointer.empty() ? at : nullptr;
}

std::string plain_text(const json::value& value) {
  return value.is_string() ? std::string(view_of(value.get_string())) : to_text(value);
}

}  // namespace vigie::collect
