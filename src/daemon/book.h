#pragma once

#include <string>

#include "base/json.h"
#include "config/config.h"
#include "model/events.h"

/// The book as the whole house sees it: loaded, and proved by every room.
namespace vigie::daemon {

/// Loads and runs every room's check; worth using only when problems.ok().
config::Book load_and_check(const std::string& dir, config::Problems& problems);
/// Every room's check over a tree.
void check_rooms(const config::Book& book, config::Problems& problems);
/// `vigie check`: prints each problem as file:line:column: what (hint); 0 or 2.
int check_and_print(const std::string& dir, bool as_json);

/// Level and format of the log, as the book's `log` says.
void configure_log(const config::Node& log);
BookAdopted adopted_event(const config::Book& book);
/// Absolute path of the data directory.
std::string data_dir_of(const config::Book& book);
/// {"name", "timezone", "hash", "url", "people": [{"id", "name"}]} for the console.
json::object describe_book(const config::Book& book, const std::string& url);

}  // namespace vigie::daemon
