#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vigie::journal {

/// One prepared statement; steps return `exhausted` on a full disk, `corrupt`, or `io`.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, sqlite3_stmt* raw);
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Statement& bind(int index, int64_t value);
  Statement& bind(int index, std::string_view value);
  /// True when there is a row; resets itself after the last.
  Result<bool> step();
  Status run();  ///< For statements without rows.
  int64_t integer(int column) const;
  std::string text(int column) const;
  void reset();

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* raw_ = nullptr;
};

/// One connection to one SQLite file.
class Database {
 public:
  static Result<Database> open(const std::string& path);
  Database(Database&&) noexcept;
  ~Database();

  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);

 private:
  explicit Database(sqlite3* db) : db_(db) {}
  sqlite3* db_ = nullptr;
};

}  // namespace vigie::journal
