#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/field.h"

namespace vigie::config {

/// What may stand at one place of the book, for the reference: a table of fields with the words
/// around it. Every room gives the chapters of the sections that it reads; tables nested in
/// `fields` become chapters by themselves.
struct Chapter {
  /// "services.NAME.run", "receivers[].email_configs[]". Its first part is a top-level key, under
  /// which the chapter stands; chapters of something else stand behind all keys.
  std::string path;
  /// The heading; the path when empty. Titles are unique.
  std::string title = {};
  std::string words = {};              ///< Markdown, before the table.
  std::span<const Field> fields = {};  ///< Outlive the chapter.
  /// A page of a book, after the table. All examples of the reference together are one good book.
  std::string example = {};
  std::string language = "yaml";  ///< Of the example: yaml or markdown.
  /// Fields that another chapter explains, by name, with its title.
  std::vector<std::pair<std::string_view, std::string>> see = {};
  /// Its keys stand among those of other tables, where they are named once and not explained again.
  bool shared = false;
};

/// The reference in Markdown: the table of `top`, then one part for every key that has chapters or
/// fields of its own, then the other chapters. Chapters of one part stand as given.
std::string describe_reference(std::span<const Field> top, std::vector<Chapter> chapters);

/// The anchor that GitHub makes of a heading.
std::string anchor_of(std::string_view heading);

}  // namespace vigie::config
