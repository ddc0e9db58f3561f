#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace vigie::log {

enum class Level : uint8_t { debug, info, warn, error };
/// Text for people (coloured on a terminal), JSON for machines.
enum class Format : uint8_t { text, json };

void configure(Level least, Format format);
/// Writes one line to standard error; any thread. `room` is the speaker: "collect", "oncall".
void write(Level level, std::string_view room, std::string_view message);
bool enabled(Level level);

template <class... Args>
void debug(std::string_view room, fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug)) {
    write(Level::debug, room, fmt::format(text, std::forward<Args>(args)...));
  }
}
template <class... Args>
void info(std::string_view room, fmt::format_string<Args...> text, Args&&... args) {
  write(Level::info, room, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(std::string_view room, fmt::format_string<Args...> text, Args&&... args) {
  write(Level::warn, room, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view room, fmt::format_string<Args...> text, Args&&... args) {
  write(Level::error, room, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace vigie::log
