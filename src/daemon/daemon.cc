#include "daemon/daemon.h"

#include <fmt/core.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "daemon/book.h"
#include "daemon/house.h"

namespace vigie::daemon {

namespace {

/// Signals come to main alone, which waits for them: no handler ever runs inside a room.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) { sigaddset(&set, signal); }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A limit on file sizes is a full disk, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  return set;
}

}  // namespace

int run(const std::string& book_dir) {
  const sigset_t signals = block_signals();
  config::Problems problems;
  config::Book book = load_and_check(book_dir, problems);
  const std::string text = problems.text();
  if (!text.empty()) { fmt::print(stderr, "{}", text); }
  if (!problems.ok()) {
    fmt::print(stderr, "vigie: the book {} has errors; nothing was started\n", book_dir);
    return 2;
  }
  configure_log(book.root["log"]);
  auto opened = House::open(std::move(book));
  if (!opened) {
    fmt::print(stderr, "vigie: {}\n", opened.error().what);
    return 1;
  }
  House& house = **opened;
  const pthread_t main_thread = pthread_self();
  house.on_quit([main_thread] { pthread_kill(main_thread, SIGTERM); });
  house.start();
  fmt::print("{}", house.greeting());
  std::fflush(stdout);
  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      house.reload();
      continue;
    }
    log::info("daemon", "stopping");
    house.stop();
    return 0;
  }
}

}  // namespace vigie::daemon
