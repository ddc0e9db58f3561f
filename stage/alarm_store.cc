#include "stage/alarm_store.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace vigie::stage {

namespace {

constexpr const char* kSchema = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -512;
  CREATE TABLE IF NOT EXISTS alarms (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, device TEXT, kind TEXT, at INTEGER);
  CREATE TABLE IF NOT EXISTS devices (
    name TEXT PRIMARY KEY, last_activity INTEGER, active INTEGER);
)";

}  // namespace

struct AlarmStore::Impl {
  sqlite3* db = nullptr;
  std::map<std::string, sqlite3_stmt*> statements;

  ~Impl() {
    for (const auto& [sql, statement] : statements) { sqlite3_finalize(statement); }
    sqlite3_close(db);
  }
  Error failed() const {
    return error(Code::io, fmt::format("sqlite: {}", db == nullptr ? "?" : sqlite3_errmsg(db)));
  }
  Status run(const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) { return failed(); }
    return ok();
  }
  /// Ready to be bound; nullptr after an error.
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt*& statement = statements[sql];
    if (statement == nullptr) {
      sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
    } else {
      sqlite3_reset(statement);
    }
    return statement;
  }
};

namespace {

void bind(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

std::string text_at(sqlite3_stmt* statement, int column) {
  const void* bytes = sqlite3_column_blob(statement, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes), size);
}

}  // namespace

AlarmStore::AlarmStore() : impl_(std::make_unique<Impl>()) {}
AlarmStore::~AlarmStore() = default;

Result<std::unique_ptr<AlarmStore>> AlarmStore::open(const std::string& path) {
  std::unique_ptr<AlarmStore> out(new AlarmStore());
  Impl& impl = *out->impl_;
  if (sqlite3_open(path.c_str(), &impl.db) != SQLITE_OK) {
    return impl.failed().context("while opening " + path);
  }
  sqlite3_busy_timeout(impl.db, 200);
  VIGIE_CHECK(impl.run(kSchema));
  return out;
}

Status AlarmStore::save(const StoredAlarm& alarm) {
  sqlite3_stmt* insert =
      impl_->prepare("INSERT OR IGNORE INTO alarms (id, device, kind, at) VALUES (?, ?, ?, ?)");
  if (insert == nullptr) { return impl_->failed(); }
  bind(insert, 1, alarm.id);
  bind(insert, 2, alarm.device);
  bind(insert, 3, alarm.kind);
  sqlite3_bind_int64(insert, 4, to_millis(alarm.at));
  if (sqlite3_step(insert) != SQLITE_DONE) { return impl_->failed(); }
  if (sqlite3_last_insert_rowid(impl_->db) % 100 != 0) { return ok(); }
  return impl_->run("DELETE FROM alarms WHERE number <= (SELECT max(number) FROM alarms) - 10000");
}

Status AlarmStore::save(const std::map<std::string, Device>& devices) {
  if (devices.empty()) { return ok(); }
  VIGIE_CHECK(impl_->run("BEGIN"));
  sqlite3_stmt* put = nullptr;
  for (const auto& [name, device] : devices) {
    put = impl_->prepare(
        "INSERT INTO devices (name, last_activity, active) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET last_activity = excluded.last_activity, "
        "active = excluded.active");
    if (put == nullptr) { break; }
    bind(put, 1, name);
    sqlite3_bind_int64(put, 2, to_millis(device.last_activity));
    sqlite3_bind_int(put, 3, device.active ? 1 : 0);
    if (sqlite3_step(put) != SQLITE_DONE) { break; }
  }
  if (put != nullptr) { sqlite3_reset(put); }
  return impl_->run("COMMIT");
}

std::map<std::string, Device> AlarmStore::devices() {
  std::map<std::string, Device> out;
  sqlite3_stmt* all = impl_->prepare("SELECT name, last_activity, active FROM devices");
  while (all != nullptr && sqlite3_step(all) == SQLITE_ROW) {
    out[text_at(all, 0)] = {.last_activity = wall_from_millis(sqlite3_column_int64(all, 1)),
                            .active = sqlite3_column_int(all, 2) != 0};
  }
  if (all != nullptr) { sqlite3_reset(all); }
  return out;
}

Result<StoredAlarm> AlarmStore::find(const std::string& id) {
  sqlite3_stmt* one = impl_->prepare("SELECT id, device, kind, at FROM alarms WHERE id = ?");
  if (one == nullptr) { return impl_->failed(); }
  bind(one, 1, id);
  if (sqlite3_step(one) != SQLITE_ROW) { return error(Code::not_found, "no such alarm"); }
  StoredAlarm out{.id = text_at(one, 0),
                  .device = text_at(one, 1),
                  .kind = text_at(one, 2),
                  .at = wall_from_millis(sqlite3_column_int64(one, 3))};
  sqlite3_reset(one);
  return out;
}

int64_t AlarmStore::alarms() {
  sqlite3_stmt* count = impl_->prepare("SELECT count(*) FROM alarms");
  if (count == nullptr || sqlite3_step(count) != SQLITE_ROW) { return 0; }
  const int64_t out = sqlite3_column_int64(count, 0);
  sqlite3_reset(count);
  return out;
}

}  // namespace vigie::stage
