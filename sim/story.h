#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/world.h"

namespace vigie::sim {

/// One story: a book, a beginning, and lines that say what happens and what is expected.
///
///   book                      the indented lines below are the watch book (rules under
///   rule_groups,
///                             runbooks under runbook_files); later in a story: a reload
///   at 2026-03-29 01:58 Europe/Paris        the beginning; once, before anything else
///   fire NAME{label="x"} ["summary"]        an alerting rule's expression begins to hold
///   fall NAME{label="x"}                    and ends
///   health SERVICE healthy|unhealthy|starting ["why"]
///   flow CHAIN/STAGE alive|dead|unknown
///   robot CHAIN STAGE ok|late|missing
///   ack|take|resolve PERSON [INCIDENT]      a person answers the newest open incident
///   declare PERSON "title" [SERVICE]
///   run PERSON RUNBOOK                      by hand
///   answer PERSON RUN STEP done|not_done|again
///   start|stop|restart UNIT
///   kill UNIT SIGNAL                        the process dies
///   step NAME ok|failed|unknown             how that step's next attempt ends
///   down NAME ["why"] / up NAME             a channel, person or receiver cannot be reached
///   disk full / disk good
///   forward 5m
///   restart                                 kill -9 and a new start
///   clock +1h / clock -1h                   the wall clock is set
///
///   expect PERSON CHANNEL "words" [repeat]  a page since the last expectation that met one; the
///                                           words are in its subject or text
///   expect receiver NAME firing|resolved N  a notification with N alerts
///   expect silence                          nothing was delivered since
///   expect incident N STATE ["title"] / expect incidents N / expect no incident
///   expect alert NAME STATE / expect run RUNBOOK STATE / expect unit NAME STATE
///   expect steps NAME N / expect starts UNIT N      executed so far
///   expect chain NAME broken STAGE / expect chain NAME ok / expect victim SERVICE of SERVICE
///   expect timeline N "words" / expect next N "words"
class Story {
 public:
  explicit Story(std::string path) : path_(std::move(path)) {}
  /// Runs it; invariants are checked at every instant. An error is "file:line: what".
  Status run();

 private:
  struct Line {
    size_t number = 0;
    std::vector<std::string> words;
    std::string text, book;
  };

  Status read();
  Result<config::Node> book_of(const std::string& text) const;
  Status begin();
  Status play(const Line& line);
  Status happen(const Line& line);
  Status person_acts(const Line& line);
  Status expect(const Line& line);
  Status expect_delivery(const Line& line);
  Status expect_page(const Line& line);
  Status expect_receiver(const Line& line);
  Status expect_silence();
  Status expect_count(const Line& line);
  Status expect_state(const Line& line);
  Status expect_words(const Line& line);
  Error wrong(const std::string& what) const;

  const std::string path_;
  std::string book_text_;
  std::vector<Line> lines_;
  std::optional<WallTime> start_;
  std::unique_ptr<World> world_;
  size_t checked_ = 0;  ///< Deliveries before this one were expected already.
  std::string broken_;  ///< The first broken invariant.
};

/// The event that an input line (fire, fall, health, flow, robot, start, stop, restart) stands for.
Result<EventBody> event_of(const std::vector<std::string>& words, const config::Node& book);
/// Words of a line; "quoted words" are one, without the quotes; `#` begins a comment.
std::vector<std::string> split_words(const std::string& line);

}  // namespace vigie::sim
