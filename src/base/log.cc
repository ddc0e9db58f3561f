#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/time.h"

namespace vigie::log {

namespace {

std::atomic<Level> least{Level::info};
std::atomic<Format> format{Format::text};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string_view colour_of(Level level) {
  switch (level) {
    case Level::debug:
      return "\x1b[2m";
    case Level::info:
      return "\x1b[36m";
    case Level::warn:
      return "\x1b[33m";
    case Level::error:
      return "\x1b[31m";
  }
  return "";
}

std::string text_line(Level level, std::string_view room, std::string_view message) {
  static const bool colour = isatty(STDERR_FILENO) != 0;
  const std::string at = rfc3339(real_clock().wall());
  if (!colour) { return fmt::format("{:<24} {:<5} {:<9} {}\n", at, name_of(level), room, message); }
  return fmt::format("\x1b[2m{:<24}\x1b[0m {}{:<5}\x1b[0m {:<9} {}\n", at, colour_of(level),
                     name_of(level), room, message);
}

std::string json_line(Level level, std::string_view room, std::string_view message) {
  json::object line;
  line["at"] = rfc3339(real_clock().wall());
  line["level"] = name_of(level);
  line["room"] = room;
  line["message"] = message;
  return to_text(line) + "\n";
}

}  // namespace

void configure(Level new_least, Format new_format) {
  least.store(new_least);
  format.store(new_format);
}

bool enabled(Level level) {
  return level >= least.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view room, std::string_view message) {
  if (!enabled(level)) { return; }
  const std::string line = format.load() == Format::json ? json_line(level, room, message)
                                                         : text_line(level, room, message);
  // One write per line keeps lines of several threads apart; a log that cannot be written to has
  // nowhere to say so.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace vigie::log
