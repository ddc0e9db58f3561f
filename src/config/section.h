#pragma once

#include <span>
#include <string_view>

#include "config/book.h"
#include "config/problems.h"

namespace vigie::config {

/// One room's own check over the book: the daemon keeps a list of them, `vigie check` and every
/// reload run it. A room provides `void check_book(const Node& root, Problems& problems)`.
struct Section {
  std::string_view room;
  void (*check)(const Node& root, Problems& problems);
};

/// Runs all of them; a check that throws is reported as a problem of its room.
void check_sections(const Book& book, std::span<const Section> sections, Problems& problems);

}  // namespace vigie::config
