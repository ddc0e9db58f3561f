#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "config/node.h"

namespace vigie::config {

/// One value that differs between two books. `before` and `after` are one-line JSON fit for
/// showing (secrets redacted); "" where the value does not exist.
struct Change {
  std::string path;  ///< people.ana.email, scrape_configs[node].scrape_interval
  std::string before;
  std::string after;
  Place place;  ///< In the new book; in the old one for what was removed.

  std::string text() const;  ///< "people.ana.email: \"a@b\" → \"a@c\""
};

/// What changed, deepest values first named, in the order of the new book, removals last. Items
/// of lists are matched by their name (name, job_name, alert, record, path) when all have one
/// that is unique, else by position. Limits: 10,000 changes, then it stops.
std::vector<Change> difference(const Node& before, const Node& after);
json::array to_json(const std::vector<Change>& changes);

}  // namespace vigie::config
