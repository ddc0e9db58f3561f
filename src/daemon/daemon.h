#pragma once

#include <memory>
#include <string>

#include "base/result.h"

/// The wiring: makes every room, connects them, and ends them in order. Nothing is decided here.
///
/// Lives on: main, which waits for signals; the rooms live on their loops. Durable: the data
/// directory, locked by one daemon at a time.
namespace vigie::daemon {

/// Runs Vigie on a book until SIGTERM or SIGINT, or /-/quit. SIGHUP reloads the book. An exit
/// status: 0 stopped as asked, 1 could not start, 2 invalid book.
int run(const std::string& book_dir);

}  // namespace vigie::daemon
