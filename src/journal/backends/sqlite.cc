#include <fmt/core.h>

#include <charconv>
#include <filesystem>

#include "base/utf8.h"
#include "journal/backend_kind.h"
#include "journal/checksum.h"
#include "journal/sqlite_handle.h"
#include "model/codec.h"

namespace vigie::journal {

namespace {

// docs/formats/journal.md. `sum` is the CRC-32 of `body`, so that a flipped bit on disk is named
// instead of believed.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, cause INTEGER NOT NULL,
  name TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS effects (
  id TEXT PRIMARY KEY, seq INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  attempts INTEGER NOT NULL, outcome TEXT, detail TEXT, settled_at INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS effects_pending ON effects (seq) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS snapshots (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL);
)sql";

/// Two snapshots are kept: should the newest be damaged, the one before it still starts.
constexpr int64_t kSnapshotsKept = 2;

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(Database db) : db_(std::move(db)) {}

  Status prepare();
  Status append(std::span<const Batch> batches) override;
  Result<std::optional<Snapshot>> newest_snapshot() override;
  Result<std::vector<Event>> events_after(Seq after, size_t limit) override;
  Result<std::vector<PendingEffect>> pending() override;
  Result<Seq> newest_seq() override;
  Status at_one_moment(const std::function<Status()>& reads) override;
  const std::string& instance() const override { return instance_; }

 private:
  Status check_version();
  Status append_one(const Batch& batch);
  Status append_events(const Batch& batch);
  Status append_effects(const Batch& batch);
  Status append_snapshot(const Snapshot& snapshot);
  Result<std::string> meta(std::string_view key);

  Database db_;
  Statement insert_event_, insert_effect_, settle_effect_, attempt_effect_;
  Statement insert_snapshot_, drop_snapshots_;
  std::string instance_;
};

Result<std::string> SqliteBackend::meta(std::string_view key) {
  VIGIE_TRY(Statement select, db_.prepare("SELECT value FROM meta WHERE key = ?1"));
  select.bind(1, key);
  VIGIE_TRY(const bool found, select.step());
  return found ? select.text(0) : std::string();
}

Status SqliteBackend::check_version() {
  VIGIE_TRY(const std::string version, meta("schema"));
  if (version.empty()) {
    instance_ = random_name();
    VIGIE_TRY(Statement insert, db_.prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)"));
    VIGIE_CHECK(insert.bind(1, "instance").bind(2, instance_).run());
    return insert.bind(1, "schema").bind(2, std::to_string(kSchemaVersion)).run();
  }
  int64_t number = 0;
  const auto [end, failed] =
      std::from_chars(version.data(), version.data() + version.size(), number);
  if (failed != std::errc{} || end != version.data() + version.size()) {
    return error(Code::corrupt,
                 fmt::format("the journal's version is \"{}\", which is no number", version));
  }
  if (number > kSchemaVersion) {
    return error(Code::invalid,
                 fmt::format("the journal has version {}, this Vigie knows {}: a newer Vigie wrote "
                             "it; run that one, or start on a copy of an older data directory",
                             version, kSchemaVersion));
  }
  VIGIE_TRY(instance_, meta("instance"));
  return ok();
}

Status SqliteBackend::prepare() {
  // FULL: a commit in WAL mode returns after the log is synced. That is the promise we build on.
  VIGIE_CHECK(
      db_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                  "PRAGMA wal_autocheckpoint=1000; PRAGMA cache_size=-2048;"));
  VIGIE_CHECK(db_.execute(kTables));
  VIGIE_CHECK(check_version());
  VIGIE_TRY(insert_event_, db_.prepare("INSERT INTO events (seq, at, cause, name, body, sum) "
                                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  VIGIE_TRY(insert_effect_, db_.prepare("INSERT INTO effects (id, seq, name, body, attempts) "
                                        "VALUES (?1, ?2, ?3, ?4, 1)"));
  VIGIE_TRY(settle_effect_, db_.prepare("UPDATE effects SET outcome = ?2, detail = ?3, "
                                        "settled_at = ?4 WHERE id = ?1"));
  VIGIE_TRY(attempt_effect_,
            db_.prepare("UPDATE effects SET attempts = attempts + 1 WHERE id = ?1"));
  VIGIE_TRY(insert_snapshot_, db_.prepare("INSERT OR REPLACE INTO snapshots (seq, at, body, sum) "
                                          "VALUES (?1, ?2, ?3, ?4)"));
  VIGIE_TRY(drop_snapshots_, db_.prepare("DELETE FROM snapshots WHERE seq NOT IN "
                                         "(SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?1)"));
  return ok();
}

Status SqliteBackend::append(std::span<const Batch> batches) {
  VIGIE_CHECK(db_.execute("BEGIN IMMEDIATE"));
  for (const Batch& batch : batches) {
    Status appended = append_one(batch);
    if (appended) { continue; }
    const Status undone = db_.execute("ROLLBACK");
    // SQLite rolls back by itself on a full disk; then there is nothing left to undo.
    static_cast<void>(undone.has_value());
    return appended;
  }
  Status committed = db_.execute("COMMIT");
  if (!committed) {
    const Status undone = db_.execute("ROLLBACK");
    static_cast<void>(undone.has_value());
  }
  return committed;
}

Status SqliteBackend::at_one_moment(const std::function<Status()>& reads) {
  VIGIE_CHECK(db_.execute("BEGIN"));
  Status status = reads();
  const Status ended = db_.execute("COMMIT");
  return status ? ended : status;
}

Status SqliteBackend::append_one(const Batch& batch) {
  VIGIE_CHECK(append_events(batch));
  VIGIE_CHECK(append_effects(batch));
  if (batch.snapshot) { return append_snapshot(*batch.snapshot); }
  return ok();
}

Status SqliteBackend::append_events(const Batch& batch) {
  for (const Event& event : batch.events) {
    const std::string body = to_text(encode_event_body(event.body));
    VIGIE_CHECK(insert_event_.bind(1, static_cast<int64_t>(event.seq.value))
                    .bind(2, to_millis(event.at))
                    .bind(3, static_cast<int64_t>(event.cause.value))
                    .bind(4, name_of(event.body))
                    .bind(5, body)
                    .bind(6, crc32(body))
                    .run()
                    .context(fmt::format("event {}", event.seq.value)));
  }
  return ok();
}

Status SqliteBackend::append_effects(const Batch& batch) {
  const int64_t seq =
      batch.events.empty() ? 0 : static_cast<int64_t>(batch.events.back().seq.value);
  const int64_t at = batch.events.empty() ? 0 : to_millis(batch.events.back().at);
  for (const Effect& effect : batch.effects) {
    VIGIE_CHECK(insert_effect_.bind(1, effect.id.text)
                    .bind(2, seq)
                    .bind(3, name_of(effect.body))
                    .bind(4, to_text(encode_effect_body(effect.body)))
                    .run()
                    .context(effect.id.text));
  }
  for (const EffectSettled& settled : batch.settled) {
    VIGIE_CHECK(settle_effect_.bind(1, settled.effect.text)
                    .bind(2, word_of(settled.outcome))
                    .bind(3, settled.detail)
                    .bind(4, at)
                    .run());
  }
  for (const EffectId& id : batch.attempted) {
    VIGIE_CHECK(attempt_effect_.bind(1, id.text).run());
  }
  return ok();
}

Status SqliteBackend::append_snapshot(const Snapshot& snapshot) {
  VIGIE_CHECK(insert_snapshot_.bind(1, static_cast<int64_t>(snapshot.seq.value))
                  .bind(2, to_millis(snapshot.at))
                  .bind(3, snapshot.body)
                  .bind(4, crc32(snapshot.body))
                  .run());
  return drop_snapshots_.bind(1, kSnapshotsKept).run();
}

Result<std::optional<Snapshot>> SqliteBackend::newest_snapshot() {
  VIGIE_TRY(Statement select,
            db_.prepare("SELECT seq, at, body, sum FROM snapshots ORDER BY seq DESC"));
  while (true) {
    VIGIE_TRY(const bool found, select.step());
    if (!found) { return std::optional<Snapshot>(); }
    Snapshot snapshot{.seq = {static_cast<uint64_t>(select.integer(0))},
                      .at = wall_from_millis(select.integer(1)),
                      .body = select.text(2)};
    // A damaged one is passed over: the one before it and its events give the same state.
    if (crc32(snapshot.body) == select.integer(3)) {
      snapshot.body = repaired_utf8(std::move(snapshot.body));
      return std::optional(std::move(snapshot));
    }
  }
}

Result<std::vector<Event>> SqliteBackend::events_after(Seq after, size_t limit) {
  VIGIE_TRY(Statement select, db_.prepare("SELECT seq, at, cause, body, sum FROM events "
                                          "WHERE seq > ?1 ORDER BY seq LIMIT ?2"));
  select.bind(1, static_cast<int64_t>(after.value)).bind(2, static_cast<int64_t>(limit));
  std::vector<Event> out;
  while (true) {
    VIGIE_TRY(const bool found, select.step());
    if (!found) { return out; }
    const int64_t seq = select.integer(0);
    const std::string body = select.text(3);
    if (crc32(body) != select.integer(4)) {
      return error(Code::corrupt, fmt::format("event {}: its checksum is wrong", seq));
    }
    auto parsed = parse_json(repaired_utf8(body)).and_then([](const json::value& value) {
      return decode_event_body(value);
    });
    if (!parsed) { return std::move(parsed).error().context(fmt::format("event {}", seq)); }
    out.push_back({.seq = {static_cast<uint64_t>(seq)},
                   .at = wall_from_millis(select.integer(1)),
                   .body = *std::move(parsed),
                   .cause = {static_cast<uint64_t>(select.integer(2))}});
  }
}

Result<std::vector<PendingEffect>> SqliteBackend::pending() {
  VIGIE_TRY(Statement select, db_.prepare("SELECT id, seq, body, attempts FROM effects "
                                          "WHERE outcome IS NULL ORDER BY seq, id"));
  std::vector<PendingEffect> out;
  while (true) {
    VIGIE_TRY(const bool found, select.step());
    if (!found) { return out; }
    PendingEffect pending{.effect = {.id = {select.text(0)}, .body = {}},
                          .seq = {static_cast<uint64_t>(select.integer(1))},
                          .attempts = select.integer(3),
                          .damage = {}};
    auto parsed = parse_json(repaired_utf8(select.text(2))).and_then([](const json::value& value) {
      return decode_effect_body(value);
    });
    if (parsed) {
      pending.effect.body = *std::move(parsed);
    } else {
      pending.damage = std::move(parsed).error().what;
    }
    out.push_back(std::move(pending));
  }
}

Result<Seq> SqliteBackend::newest_seq() {
  VIGIE_TRY(Statement select, db_.prepare("SELECT coalesce(max(seq), 0) FROM events"));
  VIGIE_TRY(const bool found, select.step());
  return Seq{found ? static_cast<uint64_t>(select.integer(0)) : 0};
}

Result<std::unique_ptr<Backend>> open(const std::string& place) {
  std::error_code failure;
  std::filesystem::create_directories(place, failure);
  if (failure) { return error(Code::io, fmt::format("{}: {}", place, failure.message())); }
  const std::string path = place + "/journal.db";
  VIGIE_TRY(Database db, Database::open(path));
  auto backend = std::make_unique<SqliteBackend>(std::move(db));
  VIGIE_CHECK(backend->prepare().context(path));
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

extern const BackendKind sqlite_backend;
const BackendKind sqlite_backend{
    .name = "sqlite", .summary = "One SQLite file in the data directory.", .open = &open};

}  // namespace vigie::journal
