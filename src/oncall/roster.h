#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "config/node.h"
#include "config/problems.h"
#include "oncall/schedule.h"

/// Who there is, who is on call, and who is paged after whom: the book's pages about people.
namespace vigie::oncall {

/// One of a person's own rules: over which notifier kind, how long after being called for.
struct NotifyRule {
  std::string via;
  Millis after{0};
};

struct Person {
  std::string id, name;
  std::string email, phone, webhook, terminal;
  /// Those that can be acted on, soonest first; empty: this person cannot be reached.
  std::vector<NotifyRule> notify;

  /// For a notifier kind, "" when there is none.
  std::string address(std::string_view kind) const;
};

struct Team {
  std::string name;
  std::vector<std::string> members;
  std::string escalation;
};

/// One entry of a level's `page:` list.
struct Target {
  enum class Kind : uint8_t { schedule, schedule_next, team, person };
  Kind kind = Kind::person;
  std::string name;
  std::string text;  ///< As written, "schedule core next".
};

struct Level {
  std::vector<Target> page;
  Millis wait{0};  ///< Before the next level is tried.
};

struct Path {
  std::string name;
  std::vector<Level> levels;
  int64_t repeat = 0;  ///< Rounds after the first.
};

struct Roster {
  std::string watch;  ///< The book's name.
  Zone zone;
  std::string console;  ///< "http://127.0.0.1:9797", for links.
  std::map<std::string, Person> people;
  std::map<std::string, Team> teams;
  std::map<std::string, Schedule> schedules;
  std::map<std::string, Path> paths;
  std::vector<std::string> last_resort;

  /// The path named, else the team's, else the only one there is, else nullptr.
  const Path* path_for(const std::string& escalation, const std::string& team) const;
  /// The last resort; when the book names none, everybody who can be reached.
  std::vector<std::string> last_people() const;
};

/// Reads the sections about people and reports what is wrong with each value; whatever is wrong is
/// left out, so that the rest still pages.
Roster read_roster(const config::Node& root, config::Problems& problems);
/// What does not fit together: people nobody knows, holes in a rota, paths that lead nowhere.
void check_roster(const Roster& roster, const config::Node& root, config::Problems& problems);

/// The sections read_roster reads, as one line of JSON: what a snapshot keeps of a book.
std::string roster_text(const config::Node& root);

/// "schedule core", "schedule core next", "team core", "ana".
Target parse_target(std::string_view text);

}  // namespace vigie::oncall
