#include "journal/journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "journal/checksum.h"
#include "journal/sqlite_handle.h"

namespace vigie::journal {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "vigie-journal-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<Journal> open() {
    auto opened = Journal::open(loop_, dir_);
    EXPECT_TRUE(opened) << opened.error().what;
    return *std::move(opened);
  }
  Status commit(Journal& journal, Batch batch) {
    std::optional<Status> status;
    journal.commit(std::move(batch), [&](Status s) { status = std::move(s); });
    loop_.run_ready();
    EXPECT_TRUE(status.has_value());
    return status.value_or(ok());
  }
  static Event note(uint64_t seq, std::string text) {
    return {.seq = {seq},
            .at = wall_from_millis(1'000),
            .body = NoteAsked{.incident = {7}, .who = "ana", .via = "cli", .note = std::move(text)},
            .cause = {}};
  }
  static Effect page(std::string id) {
    return {.id = {std::move(id)}, .body = Page{.name = "Ana"}};
  }

  std::string dir_;
  SimClock clock_;
  Loop loop_{"journal", clock_};
};

TEST_F(JournalTest, ReadsBackWhatItTookAfterReopening) {
  {
    auto journal = open();
    ASSERT_TRUE(
        commit(*journal, {.events = {note(1, "a"), note(2, "b")}, .effects = {page("page-1")}}));
  }
  auto journal = open();
  const auto events = journal->backend().events_after(Seq{1}, 10);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(std::get<NoteAsked>((*events)[0].body).note, "b");
  const auto pending = journal->backend().pending();
  ASSERT_TRUE(pending);
  ASSERT_EQ(pending->size(), 1u);
  EXPECT_EQ((*pending)[0].attempts, 1);
}

TEST_F(JournalTest, OutcomeEndsAnEffectAndAttemptsCount) {
  auto journal = open();
  ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")}, .effects = {page("p-1"), page("p-2")}}));
  ASSERT_TRUE(commit(*journal, {.events = {note(2, "b")},
                                .settled = {{.effect = {"p-1"}, .outcome = Outcome::ok}},
                                .attempted = {{"p-2"}}}));
  const auto pending = journal->backend().pending();
  ASSERT_EQ(pending->size(), 1u);
  EXPECT_EQ((*pending)[0].effect.id.text, "p-2");
  EXPECT_EQ((*pending)[0].attempts, 2);
}

TEST_F(JournalTest, ABatchIsAllOrNothing) {
  auto journal = open();
  ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")}}));
  const Status twice = commit(*journal, {.events = {note(2, "b"), note(1, "again")}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(journal->backend().newest_seq()->value, 1u);
}

TEST_F(JournalTest, RefusesAJournalOfANewerVersion) {
  { auto journal = open(); }
  {
    auto db = Database::open(dir_ + "/journal.db");
    ASSERT_TRUE(db->execute("UPDATE meta SET value = '99' WHERE key = 'schema'"));
  }
  const auto opened = Journal::open(loop_, dir_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("a newer Vigie wrote it"), std::string::npos);
}

TEST_F(JournalTest, RefusesAVersionThatIsNoNumber) {
  open().reset();
  {
    auto db = Database::open(dir_ + "/journal.db");
    ASSERT_TRUE(db->execute("UPDATE meta SET value = 'abc' WHERE key = 'schema'"));
  }
  const auto opened = Journal::open(loop_, dir_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::corrupt);
}

TEST_F(JournalTest, OnlyItsOwnerMayReadIt) {
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  const auto mask = ::umask(022);
  auto journal = open();
  ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")}}));
  for (const char* name : {"/journal.db", "/journal.db-wal", "/journal.db-shm"}) {
    const auto mode = std::filesystem::status(dir_ + name).permissions();
    EXPECT_EQ(mode & others, std::filesystem::perms::none) << name;
  }
  ::umask(mask);
}

TEST_F(JournalTest, NamesAnEffectThatIsDamagedAndGivesTheOthers) {
  auto journal = open();
  ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")}, .effects = {page("p-1"), page("p-2")}}));
  {
    auto db = Database::open(dir_ + "/journal.db");
    ASSERT_TRUE(db->execute("UPDATE effects SET body = substr(body, 1, 9) WHERE id = 'p-1'"));
  }
  const auto pending = journal->backend().pending();
  ASSERT_TRUE(pending) << pending.error().what;
  ASSERT_EQ(pending->size(), 2u);
  EXPECT_NE((*pending)[0].damage, "");
  EXPECT_EQ((*pending)[1].damage, "");
}

TEST_F(JournalTest, ExportsOverNothingButRegularFiles) {
  auto journal = open();
  std::filesystem::create_symlink("elsewhere", dir_ + "/link");
  for (const std::string& path : {std::string("/dev/null"), dir_ + "/link", dir_}) {
    const auto refused = export_to(journal->backend(), path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, Code::invalid) << refused.error().what;
  }
  EXPECT_TRUE(std::filesystem::is_symlink(dir_ + "/link"));
}

TEST_F(JournalTest, NamesAnEventWhoseBytesChanged) {
  {
    auto journal = open();
    ASSERT_TRUE(commit(*journal, {.events = {note(1, "aaaa")}}));
  }
  {
    auto db = Database::open(dir_ + "/journal.db");
    ASSERT_TRUE(db->execute("UPDATE events SET body = replace(body, 'aaaa', 'aaba')"));
  }
  auto journal = open();
  const auto events = journal->backend().events_after(Seq{}, 10);
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, Code::corrupt);
  EXPECT_EQ(events.error().what, "event 1: its checksum is wrong");
}

TEST_F(JournalTest, PassesOverADamagedSnapshotToTheOneBefore) {
  {
    auto journal = open();
    ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")},
                                  .snapshot = Snapshot{.seq = {1}, .at = {}, .body = "one"}}));
    ASSERT_TRUE(commit(*journal, {.events = {note(2, "b")},
                                  .snapshot = Snapshot{.seq = {2}, .at = {}, .body = "two"}}));
  }
  {
    auto db = Database::open(dir_ + "/journal.db");
    ASSERT_TRUE(db->execute("UPDATE snapshots SET body = 'tvo' WHERE seq = 2"));
  }
  auto journal = open();
  EXPECT_EQ((*journal->backend().newest_snapshot())->body, "one");
}

// A limit on the size of files stands in for a full disk: SQLite's writes fail in the same place.
TEST_F(JournalTest, AFullDiskRefusesAndTheJournalGoesOnAfterwards) {
  auto journal = open();
  ASSERT_TRUE(commit(*journal, {.events = {note(1, "a")}}));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 64 << 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status refused = commit(*journal, {.events = {note(2, std::string(1 << 20, 'x'))}});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(refused);
  EXPECT_TRUE(commit(*journal, {.events = {note(2, "b")}}));
  EXPECT_EQ(journal->backend().newest_seq()->value, 2u);
}

TEST_F(JournalTest, DoesNotImportWhatANewerReleaseExported) {
  const std::string file = dir_ + "/export.jsonl";
  const auto import_headed = [&](const std::string& text) {
    std::ofstream(file) << text << "{\"sha256\":\"" << sha256_hex(text) << "\"}\n";
    return import_from(open()->backend(), file).error().what;
  };
  EXPECT_EQ(import_headed("{\"vigie_journal\":2,\"instance\":\"x\"}\n"),
            file +
                ":1: the export is of journal version 2, this release reads up to 1; restore it "
                "with the release that made it, or a newer one");
  EXPECT_EQ(import_headed("{\"instance\":\"x\"}\n"),
            file + ":1: the first line does not say which journal version it is");
}

TEST_F(JournalTest, ExportsAndImportsWithAChecksum) {
  const std::string file = dir_ + "/export.jsonl";
  {
    auto journal = open();
    ASSERT_TRUE(
        commit(*journal, {.events = {note(1, "a"), note(2, "b")}, .effects = {page("p-1")}}));
    ASSERT_TRUE(export_to(journal->backend(), file));
    EXPECT_EQ(import_from(journal->backend(), file).error().code, Code::conflict);
  }
  auto imported = Journal::open(loop_, dir_ + "/second");
  ASSERT_TRUE(import_from((*imported)->backend(), file));
  EXPECT_EQ((*imported)->backend().newest_seq()->value, 2u);
  EXPECT_EQ((*imported)->backend().pending()->size(), 1u);

  std::fstream damaged(file, std::ios::in | std::ios::out);
  damaged.seekp(120);
  damaged.put('#');
  damaged.close();
  auto third = Journal::open(loop_, dir_ + "/third");
  EXPECT_EQ(import_from((*third)->backend(), file).error().code, Code::corrupt);
  EXPECT_EQ((*third)->backend().newest_seq()->value, 0u);
}

}  // namespace
}  // namespace vigie::journal
