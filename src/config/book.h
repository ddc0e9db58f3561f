#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/field.h"
#include "config/node.h"
#include "config/problems.h"
#include "config/secrets.h"

namespace vigie::config {

/// Beyond these a book is refused; they bound what a reload can cost.
inline constexpr size_t kBookBytesMax = 16 * 1024 * 1024;
inline constexpr size_t kBookNodesMax = 100'000;
inline constexpr size_t kBookFilesMax = 2'000;
/// Below base's limit on JSON, so that a book always survives its journey through the journal.
inline constexpr size_t kBookDepthMax = 48;

/// The whole watch book as one tree, whatever files it is written in. Beside the keys people write
/// the loader adds, so that the book is complete in itself:
///   rule_groups:    [{file, name, interval, rules…}]  every group of every rule file
///   runbook_files:  [{path, text}]                    every Markdown file of `include`
///   template_files: [{path, text}]                    every file of `templates`
/// and `scrape_configs` holds those of `scrape_config_files` too.
struct Book {
  Node root;
  std::string dir;
  /// 32 hexadecimal digits over the content of `root`; comments do not count.
  std::string hash;
  /// Every file read, in the order of reading; relative to `dir` where they lie below it.
  std::vector<std::string> files;
  /// For secrets and whatever else needs the .env file's names.
  Secrets secrets;

  /// `root` as one line of JSON: what the engine journals and Node::from_json reads back.
  std::string journal_text() const;
};

/// The first page of a book.
inline constexpr std::string_view kFirstPage = "vigie.yml";

/// Reads `dir`/vigie.yml (or `dir` itself when it is a file) and everything it includes, fills in
/// variables, and checks the top level. Everything wrong goes to `problems`; the book is worth
/// using only when `problems.ok()`. Blocks on the disk.
Book load_book(const std::string& dir, const Environment& environment, Problems& problems);

/// What may stand at the top level of a book.
std::span<const Field> book_fields();
/// Unknown keys, wrong kinds, and a warning for what this release does not act on yet. Keys that
/// start with "x-" are the writer's own (a home for anchors). load_book has called it.
void check_top_level(const Node& root, Problems& problems);

/// One YAML file as it is: no includes, no variables, any keys.
Node load_yaml_file(const std::string& path, Problems& problems);
/// The same from memory; `file` is for places.
Node parse_yaml(std::string_view content, const std::string& file, Problems& problems);

}  // namespace vigie::config
