#include "daemon/backup.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/book.h"
#include "daemon/deciders.h"
#include "daemon/lock.h"
#include "engine/replay.h"
#include "journal/journal.h"

namespace vigie::daemon {

namespace {

/// Where the book keeps its data; a book with errors still has a journal worth saving.
std::string data_of(const std::string& book_dir) {
  config::Problems ignored;
  return data_dir_of(config::load_book(book_dir, config::Environment::of_process(), ignored));
}

json::object summary(const std::string& file, const journal::Exported& exported) {
  return {{"file", file},
          {"events", exported.events},
          {"owed", exported.owed},
          {"sha256", exported.sha256}};
}

}  // namespace

Result<json::object> backup_journal(const std::string& book_dir, const std::string& file) {
  const std::string data = data_of(book_dir);
  if (!std::filesystem::exists(data + "/journal.db")) {
    return error(Code::not_found, fmt::format("{} has no journal", data));
  }
  Loop loop("backup", real_clock());
  VIGIE_TRY(const auto journal, journal::Journal::open(loop, data));
  VIGIE_TRY(const journal::Exported exported, journal::export_to(journal->backend(), file));
  return summary(file, exported);
}

Result<json::object> restore_journal(const std::string& book_dir, const std::string& file) {
  const std::string data = data_of(book_dir);
  VIGIE_CHECK(make_data_dir(data));
  VIGIE_TRY(const DataLock lock, DataLock::take(data));
  Loop loop("restore", real_clock());
  VIGIE_TRY(const auto journal, journal::Journal::open(loop, data));
  VIGIE_TRY(const journal::Exported imported, journal::import_from(journal->backend(), file));
  // A journal that cannot be replayed would stop the next start: better known now.
  engine::Heart heart(make_deciders());
  VIGIE_CHECK(engine::replay(journal->backend(), heart).context("it was restored, but"));
  return summary(file, imported);
}

}  // namespace vigie::daemon
