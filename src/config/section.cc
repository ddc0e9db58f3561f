#include "config/section.h"

#include <fmt/core.h>

#include <exception>

namespace vigie::config {

void check_sections(const Book& book, std::span<const Section> sections, Problems& problems) {
  for (const Section& section : sections) {
    try {
      section.check(book.root, problems);
    } catch (const std::exception& failure) {
      // A library's exception that a room missed must not end `check` before the other rooms spoke.
      problems.error({.file = std::string(kFirstPage)},
                     fmt::format("the check of {} failed: {}", section.room, failure.what()),
                     "this is a bug in Vigie");
    }
  }
}

}  // namespace vigie::config
