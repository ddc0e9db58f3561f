#include "base/assert.h"

#include <cstdlib>

#include "base/log.h"

namespace vigie {

namespace {
std::atomic<uint64_t> bugs{0};
std::atomic<bool> abort_on_bug{false};
}  // namespace

void assertion_failed(const char* file, int line, const char* condition, const std::string& what) {
  log::error("base", "assertion failed at {}:{}: {}: {}", file, line, condition, what);
  std::abort();
}

void bug_found(const char* file, int line, const char* condition, const std::string& what) {
  bugs.fetch_add(1, std::memory_order_relaxed);
  log::error("base", "bug at {}:{}: {}: {}", file, line, condition, what);
  if (abort_on_bug.load()) { std::abort(); }
}

void set_bugs_abort(bool abort) {
  abort_on_bug.store(abort);
}

uint64_t bugs_total() {
  return bugs.load(std::memory_order_relaxed);
}

}  // namespace vigie
