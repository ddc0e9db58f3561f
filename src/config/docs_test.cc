// docs/book.md carries the table of top-level keys; the table of fields is what it is made from.
// VIGIE_WRITE_DOCS=1 config_tests --gtest_filter='Docs.*' writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "config/book.h"

namespace vigie::config {
namespace {

constexpr std::string_view kBegin = "<!-- keys: made from src/config/book_fields.cc -->\n";
constexpr std::string_view kEnd = "<!-- end of keys -->\n";

TEST(Docs, TheReferenceOfTheBookIsItsTableOfFields) {
  const std::string path = std::string(VIGIE_SOURCE_DIR) + "/docs/book.md";
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const size_t begin = text.find(kBegin);
  const size_t end = text.find(kEnd);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos) << path;
  const std::string table = describe_markdown(book_fields());
  const size_t start = begin + kBegin.size();
  if (std::getenv("VIGIE_WRITE_DOCS") != nullptr) {
    text.replace(start, end - start, table);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(start, end - start), table) << "run this test with VIGIE_WRITE_DOCS=1";
}

TEST(Docs, EveryTopLevelKeyHasASentence) {
  for (const Field& field : book_fields()) {
    EXPECT_FALSE(field.help.empty()) << field.name;
    EXPECT_FALSE(field.help.ends_with('.')) << field.name;
  }
}

}  // namespace
}  // namespace vigie::config
