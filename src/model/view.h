#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

/// What `Decider::view` is asked with and answers with.
namespace vigie {

json::value text_or_null(const std::string& text);
json::value time_or_null(const std::optional<WallTime>& at);

/// The value of `name` in "path?a=b&c=d", or "". Nothing is unescaped.
std::string_view view_param(std::string_view path, std::string_view name);

/// A whole number of type T and nothing else.
template <class T>
std::optional<T> whole_number(std::string_view text) {
  T out = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure != std::errc{} || stop != text.data() + text.size()) { return std::nullopt; }
  return out;
}

}  // namespace vigie
