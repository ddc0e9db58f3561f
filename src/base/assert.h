#pragma once

#include <fmt/core.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigie {

/// Logs and aborts. The supervisor restarts us and the journal restores.
[[noreturn]] void assertion_failed(const char* file, int line, const char* condition,
                                   const std::string& what);

/// Counts, logs; aborts when `set_bugs_abort(true)` was called (tests do).
void bug_found(const char* file, int line, const char* condition, const std::string& what);
void set_bugs_abort(bool abort);
uint64_t bugs_total();

}  // namespace vigie

/// Impossible things: always on, aborts. Never on input.
#define ASSERT(condition, ...)                                                               \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      ::vigie::assertion_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                        \
  } while (false)

/// Things that merely look wrong: aborts in tests, counts `vigie_bugs_total` in production.
#define BUG(condition, ...)                                                           \
  do {                                                                                \
    if (!(condition)) [[unlikely]] {                                                  \
      ::vigie::bug_found(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                 \
  } while (false)
