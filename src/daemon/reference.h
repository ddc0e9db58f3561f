#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/reference.h"

namespace vigie::daemon {

/// Where the reference stands, from the project's root.
inline constexpr std::string_view kReferencePath = "docs/book-reference.md";

/// docs/book-reference.md: every key of the book, as the tables of fields say it.
std::string book_reference();
/// The first page of the book that the reference's examples make.
std::string_view first_page();
/// What every room says about its part of the book.
std::vector<config::Chapter> all_chapters();

}  // namespace vigie::daemon
