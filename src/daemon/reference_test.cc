// docs/book-reference.md is made from the tables of fields and from what each room says around
// them. VIGIE_WRITE_DOCS=1 daemon_tests --gtest_filter='Docs.*' writes it anew.
#include "daemon/reference.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "config/testing/temp_book.h"
#include "daemon/book.h"

namespace vigie::daemon {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// Headings that stand outside of fences.
std::vector<std::string> headings_of(const std::string& text) {
  std::vector<std::string> out;
  std::string fence;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("```")) {
      const std::string ticks = line.substr(0, line.find_first_not_of('`'));
      if (fence.empty()) {
        fence = ticks;
      } else if (line == fence) {
        fence.clear();
      }
    } else if (fence.empty() && line.starts_with('#')) {
      out.push_back(line.substr(line.find(' ') + 1));
    }
  }
  return out;
}

/// What stands between `begin` and `end`, each time.
std::vector<std::string> all_between(const std::string& text, std::string_view begin,
                                     std::string_view end) {
  std::vector<std::string> out;
  for (size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    out.push_back(text.substr(at, text.find(end, at) - at));
  }
  return out;
}

TEST(Docs, TheReferenceIsWhatTheTablesOfFieldsSay) {
  const std::string path = std::string(VIGIE_SOURCE_DIR) + "/" + std::string(kReferencePath);
  if (std::getenv("VIGIE_WRITE_DOCS") != nullptr) { std::ofstream(path) << book_reference(); }
  const std::vector<std::string> written = lines_of(read_text(path));
  const std::vector<std::string> made = lines_of(book_reference());
  for (size_t i = 0; i < std::max(written.size(), made.size()); ++i) {
    ASSERT_EQ(i < written.size() ? written[i] : "(the end)",
              i < made.size() ? made[i] : "(the end)")
        << path << ":" << i + 1
        << ": renew it: VIGIE_WRITE_DOCS=1 daemon_tests --gtest_filter='Docs.*'";
  }
}

TEST(Docs, EveryLinkOfTheReferenceLeadsToItsOneHeading) {
  const std::string text = book_reference();
  std::set<std::string> anchors;
  for (const std::string& heading : headings_of(text)) {
    EXPECT_TRUE(anchors.insert(config::anchor_of(heading)).second) << "twice: " << heading;
  }
  for (const std::string& anchor : all_between(text, "](#", ")")) {
    // What is shown of runbooks has links of its own.
    const bool own = std::set<std::string>{"anchor", "empty", "look", "restart"}.contains(anchor);
    EXPECT_TRUE(own || anchors.contains(anchor)) << "leads nowhere: #" << anchor;
  }
}

TEST(Docs, TheExamplesOfTheReferenceAreOneGoodBook) {
  config::TempBook book;
  book.write("vigie.yml", first_page());
  size_t number = 0;
  for (const config::Chapter& chapter : all_chapters()) {
    if (chapter.example.empty()) { continue; }
    if (chapter.language == "yaml") {
      book.write(fmt::format("pages/{:03}.yml", ++number), chapter.example + "\n");
    } else {
      book.write(fmt::format("runbooks/{:03}.md", ++number), chapter.example.starts_with("---")
                                                                 ? chapter.example
                                                                 : "---\n---\n" + chapter.example);
    }
  }
  book.set("SMTP_PASSWORD", "x").set("HOOK_URL", "https://example.org/hook");
  const config::Book loaded = book.load();
  config::Problems problems;
  check_rooms(loaded, problems);
  EXPECT_EQ(book.problems().text(), "");
  EXPECT_EQ(problems.text(), "");
}

TEST(Docs, EveryKeyThatARoomReadsFromATableIsInTheReference) {
  const std::string reference = book_reference();
  const std::filesystem::path source = std::filesystem::path(VIGIE_SOURCE_DIR) / "src";
  for (const auto& file : std::filesystem::recursive_directory_iterator(source)) {
    const std::string name = file.path().filename().string();
    if (!file.is_regular_file() || name.find("_test.") != std::string::npos) { continue; }
    const std::string text = read_text(file.path());
    for (const std::string& table : all_between(text, "Field k", "};")) {
      for (const std::string& key : all_between(table, "{.name = \"", "\"")) {
        EXPECT_NE(reference.find("`" + key + "`"), std::string::npos)
            << file.path() << ": no chapter has the table with \"" << key << "\"";
      }
    }
  }
}

TEST(Docs, EveryKeyOfTheReferenceHasASentence) {
  std::vector<std::span<const config::Field>> tables;
  for (const config::Chapter& chapter : all_chapters()) { tables.push_back(chapter.fields); }
  for (size_t i = 0; i < tables.size(); ++i) {
    for (const config::Field& field : tables[i]) {
      EXPECT_FALSE(field.help.empty()) << field.name;
      if (!std::span<const config::Field>(field.fields).empty()) { tables.push_back(field.fields); }
    }
  }
}

}  // namespace
}  // namespace vigie::daemon
