#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace vigie {

namespace record_detail {

template <size_t N>
constexpr std::array<std::string_view, N> split_names(std::string_view names) {
  std::array<std::string_view, N> out{};
  size_t begin = 0;
  for (size_t i = 0; i < N; ++i) {
    while (begin < names.size() && names[begin] == ' ') { ++begin; }
    size_t end = names.find(',', begin);
    if (end == std::string_view::npos) { end = names.size(); }
    out[i] = names.substr(begin, end - begin);
    begin = end + 1;
  }
  return out;
}

constexpr size_t count_names(std::string_view names) {
  size_t count = names.empty() ? 0 : 1;
  for (const char c : names) { count += c == ',' ? 1 : 0; }
  return count;
}

}  // namespace record_detail

/// The words of an enumeration, in the order of its values from 0; they are those of JSON and logs.
template <class E>
struct EnumWords;

template <class E>
constexpr std::string_view word_of(E e) {
  return EnumWords<E>::words[static_cast<size_t>(e)];
}

}  // namespace vigie

/// Inside a struct: names its fields once, for the journal, snapshots, equality.
/// Fields may be added at the end of a version; a missing one reads as its default.
#define VIGIE_FIELDS(...)                                                                      \
  static constexpr auto kFieldNames =                                                          \
      ::vigie::record_detail::split_names< ::vigie::record_detail::count_names(#__VA_ARGS__)>( \
          #__VA_ARGS__);                                                                       \
  auto tie() {                                                                                 \
    return std::tie(__VA_ARGS__);                                                              \
  }                                                                                            \
  auto tie() const {                                                                           \
    return std::tie(__VA_ARGS__);                                                              \
  }

/// The same for a struct without fields.
#define VIGIE_NO_FIELDS()                                         \
  static constexpr std::array<std::string_view, 0> kFieldNames{}; \
  std::tuple<> tie() const {                                      \
    return {};                                                    \
  }

/// At namespace vigie: VIGIE_WORDS(Health, unknown, healthy) for enum class Health {unknown,
/// healthy}.
#define VIGIE_WORDS(Type, ...)                                                                   \
  template <>                                                                                    \
  struct EnumWords<Type> {                                                                       \
    static constexpr auto words =                                                                \
        ::vigie::record_detail::split_names< ::vigie::record_detail::count_names(#__VA_ARGS__)>( \
            #__VA_ARGS__);                                                                       \
  }
