#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vigie {

/// A number that cannot be mistaken for another concept's number.
template <class Tag>
struct Id {
  uint64_t value = 0;
  constexpr auto operator<=>(const Id&) const = default;
  explicit constexpr operator bool() const { return value != 0; }
};

/// A name that cannot be mistaken for another concept's name.
template <class Tag>
struct Name {
  std::string text;
  auto operator<=>(const Name&) const = default;
  bool empty() const { return text.empty(); }
};

}  // namespace vigie

template <class Tag>
struct std::hash<vigie::Id<Tag>> {
  size_t operator()(vigie::Id<Tag> id) const noexcept { return std::hash<uint64_t>{}(id.value); }
};
template <class Tag>
struct std::hash<vigie::Name<Tag>> {
  size_t operator()(const vigie::Name<Tag>& n) const noexcept {
    return std::hash<std::string>{}(n.text);
  }
};
