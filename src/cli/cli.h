#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

/// The command line: one file per verb under verbs/, talking to the daemon over data/vigie.sock.
///
/// Lives on: the calling thread, with a loop of its own for the one exchange. Time: asks the
/// daemon. Durable: nothing. Limits: 30 s for an answer. Exit status everywhere: 0 good, 1 the
/// thing asked about is bad, 2 wrong use, an unknown name or an invalid book, 3 the daemon is not
/// running and that is what matters: for acts, for what only it knows, for `health` and `status`.
/// Never: changes anything while the daemon is down; reading verbs then answer from the journal
/// and say so first.
namespace vigie::cli {

/// Moves a book's journal out to a file or in from it: {"file", "events", "owed", "sha256"}.
using JournalAct =
    std::function<Result<json::object>(const std::string& book_dir, const std::string& file)>;

/// What only the daemon's room can do.
struct Deps {
  /// Runs the daemon until it is stopped; an exit status.
  std::function<int(const std::string& book_dir)> run;
  /// Prints the problems of a book to standard output; 0 or 2.
  std::function<int(const std::string& book_dir, bool as_json)> check;
  /// Answers a GET of Vigie's API from the journal of a daemon that is not running.
  std::function<Result<json::value>(const std::string& book_dir, std::string_view path)> offline;
  JournalAct backup;   ///< Writes a book's journal to a file.
  JournalAct restore;  ///< Fills an empty one from it.
  std::function<json::value()> kinds;
  std::string version;
};

/// The whole program but the daemon: parses, runs the verb, returns the exit status.
int main(int argc, char** argv, const Deps& deps);

}  // namespace vigie::cli
