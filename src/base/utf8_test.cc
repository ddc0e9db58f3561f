#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"

namespace vigie {
namespace {

const std::vector<std::string> kBad = {"\xff",
                                       "\xc3",
                                       "\xc0\xaf",
                                       "\xe0\x80\xaf",
                                       "\xed\xa0\x80",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xe2\x82",
                                       "\x80"};

TEST(Utf8, KnowsWellFormedText) {
  for (const char* good : {"", "a", "aé€𝄞", "eight bytes and then é", "\x7f\t\n"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
    EXPECT_EQ(repaired_utf8(good), good);
  }
  EXPECT_EQ(utf8_characters("aé€𝄞"), 4u);
  EXPECT_EQ(utf8_characters("a\xff\xfe"), 3u);
}

TEST(Utf8, ReplacesEachByteThatIsNoPartOfASequence) {
  for (const std::string& bad : kBad) {
    EXPECT_FALSE(is_utf8(bad));
    EXPECT_FALSE(is_utf8("twelve bytes" + bad + "é"));
    const std::string mended = repaired_utf8("é" + bad + "z");
    EXPECT_TRUE(is_utf8(mended));
    EXPECT_TRUE(mended.starts_with("é\xEF\xBF\xBD") && mended.ends_with("z")) << mended;
  }
  EXPECT_EQ(repaired_utf8("bo\xeete \xff\xff"), "bo\xEF\xBF\xBDte \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(cut_utf8("aé€𝄞", 100), "aé€𝄞");
  const std::string text = "aé€𝄞";
  const std::vector<std::string> fronts = {"",    "a",   "a",   "aé",  "aé",  "aé",
                                           "aé€", "aé€", "aé€", "aé€", "aé€𝄞"};
  for (size_t bytes = 0; bytes < fronts.size(); ++bytes) {
    EXPECT_EQ(cut_utf8(text, bytes), fronts[bytes]) << bytes;
  }
  EXPECT_EQ(cut_utf8(std::string(20, '\x80'), 7).size(), 7u);
}

TEST(Utf8, EveryJsonWeWriteCanBeReadAgain) {
  for (const std::string& bad : kBad) {
    const std::string text = to_text(json::object{{"a" + bad, json::array{"\"" + bad + "\\"}}});
    const auto read = parse_json(text);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(to_text(*read), text);
    EXPECT_FALSE(parse_json("\"" + bad + "\"")) << "what others send is judged strictly";
  }
}

}  // namespace
}  // namespace vigie
