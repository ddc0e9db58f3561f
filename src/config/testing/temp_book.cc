#include "config/testing/temp_book.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <utility>

namespace vigie::config {

Node node_from(std::string_view yaml) {
  Problems problems;
  const Node node = parse_yaml(yaml, "test.yml", problems);
  EXPECT_TRUE(problems.ok()) << problems.text();
  return node;
}

TempBook::TempBook() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-book-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  dir_ = pattern;
}

TempBook::~TempBook() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

TempBook& TempBook::write(const std::string& name, std::string_view content) {
  const std::filesystem::path path = std::filesystem::path(dir_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return *this;
}

TempBook& TempBook::set(const std::string& variable, std::string value) {
  variables_[variable] = std::move(value);
  return *this;
}

Book TempBook::load() {
  problems_ = {};
  return load_book(dir_, Environment(variables_), problems_);
}

}  // namespace vigie::config
