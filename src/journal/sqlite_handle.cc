#include "journal/sqlite_handle.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vigie::journal {

namespace {

Error failure_of(sqlite3* db, int rc) {
  const std::string what = fmt::format("SQLite: {} ({})", sqlite3_errmsg(db), rc);
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return error(Code::exhausted, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return error(Code::corrupt, what);
    case SQLITE_CONSTRAINT:
      return error(Code::conflict, what);
    default:
      return error(Code::io, what);
  }
}

}  // namespace

Statement::Statement(sqlite3* db, sqlite3_stmt* raw) : db_(db), raw_(raw) {}
Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), raw_(std::exchange(other.raw_, nullptr)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(raw_, other.raw_);
  return *this;
}
Statement::~Statement() {
  sqlite3_finalize(raw_);
}

Statement& Statement::bind(int index, int64_t value) {
  sqlite3_bind_int64(raw_, index, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  sqlite3_bind_text64(raw_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  const int rc = sqlite3_step(raw_);
  if (rc == SQLITE_ROW) { return true; }
  if (rc == SQLITE_DONE) {
    sqlite3_reset(raw_);
    return false;
  }
  Error failure = failure_of(db_, rc);
  sqlite3_reset(raw_);
  return failure;
}

Status Statement::run() {
  auto row = step();
  if (!row) { return std::move(row).error(); }
  return ok();
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(raw_, column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw_, column));
  const int size = sqlite3_column_bytes(raw_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

void Statement::reset() {
  sqlite3_reset(raw_);
}

namespace {

/// The book in force stands in the journal with what it spells out: only its owner may read it.
/// SQLite gives its other two files the mode of this one.
Status keep_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return error(Code::io, fmt::format("{} cannot be opened: {}", path, std::strerror(errno)));
  }
  const int failed = ::fchmod(fd, 0600);
  ::close(fd);
  if (failed == 0) { return ok(); }
  return error(Code::io, fmt::format("{} cannot be made private: {}", path, std::strerror(errno)));
}

}  // namespace

Result<Database> Database::open(const std::string& path) {
  VIGIE_CHECK(keep_private(path));
  sqlite3* raw = nullptr;
  const int rc =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database db(raw);
  if (rc != SQLITE_OK) {
    if (raw == nullptr) { return error(Code::io, "SQLite: out of memory"); }
    return failure_of(raw, rc).context(path);
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5'000);
  return db;
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database::~Database() {
  sqlite3_close_v2(db_);
}

Status Database::execute(const std::string& sql) {
  const int rc = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) { return failure_of(db_, rc); }
  return ok();
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int rc = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (rc != SQLITE_OK) { return failure_of(db_, rc).context(sql); }
  return Statement(db_, raw);
}

}  // namespace vigie::journal
