#pragma once

#include <string>
#include <string_view>

#include "config/book.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::config {

/// YAML from a test's own text; fails the test when it is not good YAML. Places say "test.yml".
Node node_from(std::string_view yaml);

/// A book in a directory of its own, gone with the object.
class TempBook {
 public:
  TempBook();
  ~TempBook();
  TempBook(const TempBook&) = delete;
  TempBook& operator=(const TempBook&) = delete;

  const std::string& dir() const { return dir_; }
  /// Writes a file, and its directories, below the book.
  TempBook& write(const std::string& name, std::string_view content);
  TempBook& set(const std::string& variable, std::string value);
  /// Loads it with the variables that were set and none of the process.
  Book load();
  /// Of the last load.
  const Problems& problems() const { return problems_; }

 private:
  std::string dir_;
  Environment::Values variables_;
  Problems problems_;
};

}  // namespace vigie::config
