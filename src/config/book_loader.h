#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/book.h"

namespace vigie::config {

/// Reads the files of one book and merges them; used once, by load_book.
class BookLoader {
 public:
  BookLoader(std::string dir, const Environment& environment, Problems& problems)
      : dir_(std::move(dir)), environment_(environment), problems_(problems) {}

  /// A page and everything it includes.
  void load_first_page(const std::string& path);
  /// What `rule_files`, `scrape_config_files` and `templates` name.
  void load_named_files();
  Node root() const;
  std::vector<std::string> files() && { return std::move(files_); }

 private:
  struct Source {
    std::string name;  ///< As in places.
    std::string content;
  };
  using EachFile = void (BookLoader::*)(const std::string& path, const Node& named_by);

  std::optional<Source> open(const std::string& path, const Place& named_at);
  Node parse(const Source& source, bool with_variables);
  void load_page(const std::string& path, const Place& named_at);
  void load_runbook(const std::string& path, const Place& named_at);
  void load_includes(const Node& list);
  void include_file(const std::string& path, const Node& named_by);
  void load_rule_file(const std::string& path, const Node& named_by);
  void load_scrape_file(const std::string& path, const Node& named_by);
  void load_template(const std::string& path, const Node& named_by);
  /// Calls `load` for every file that the texts of `list` name.
  void each_file(const Node& list, EachFile load);
  void add_groups(const Node& groups, const std::string& file);

  void merge_page(const Node& page);
  void merge_entry(const Node::Entry& entry);
  Node combined_maps(const Node& first, const Node& second);
  /// Appends to the list `key` of the book.
  void append(std::string_view key, Node item);

  std::string name_of(const std::string& path) const;
  std::string dir_of(const Place& place) const;

  const std::string dir_;
  const Environment& environment_;
  Problems& problems_;
  std::vector<Node::Entry> entries_;
  std::vector<std::string> files_;
  // Canonical paths of pages read, and of those whose includes are being read.
  std::set<std::string> seen_;
  std::vector<std::string> open_pages_;
  size_t bytes_left_ = kBookBytesMax;
  size_t nodes_left_ = kBookNodesMax;
  bool exhausted_ = false;
};

}  // namespace vigie::config
