#include "oncall/mail.h"

#include <gtest/gtest.h>

namespace vigie::oncall {
namespace {

TEST(Mail, EncodesHeadersWithoutSplittingCharacters) {
  EXPECT_EQ(encode_header("plain words"), "plain words");
  EXPECT_EQ(encode_header("é"), "=?utf-8?B?w6k=?=");
  EXPECT_EQ(encode_header("a\r\nBcc: evil@example.org"), "a  Bcc: evil@example.org");
  std::string longer;
  for (int i = 0; i < 60; ++i) { longer += "é"; }
  const std::string encoded = encode_header(longer);
  size_t line = 0;
  for (const char c : encoded) {
    line = c == '\n' ? 0 : line + 1;
    EXPECT_LE(line, 76U);
  }
  EXPECT_NE(encoded.find("?=\r\n =?utf-8?B?"), std::string::npos);
}

TEST(Mail, WritesQuotedPrintable) {
  EXPECT_EQ(quoted_printable("a=b"), "a=3Db");
  EXPECT_EQ(quoted_printable("é\n"), "=C3=A9\r\n");
  EXPECT_EQ(quoted_printable("blank \nx"), "blank=20\r\nx");
  EXPECT_EQ(quoted_printable(".\r\n"), "=2E\r\n");
  const std::string wrapped = quoted_printable(std::string(200, 'x'));
  EXPECT_EQ(wrapped.find("=\r\n"), 75U);
}

TEST(Mail, SplitsAddresses) {
  EXPECT_EQ(split_addresses("a@x.org,  Ben <b@x.org> ")->size(), 2U);
  EXPECT_EQ(split_addresses("\"Dupont, Ben\" <b@x.org>")->size(), 1U);
  EXPECT_EQ(bare_address("Ben <b@x.org>"), "b@x.org");
  EXPECT_EQ(domain_of("Ben <b@x.org>"), "x.org");
  EXPECT_EQ(domain_of("nobody"), "localhost");
  for (const char* bad : {"", "nobody", "@x.org", "a@", "a@x.org, b", "a b@x.org"}) {
    EXPECT_FALSE(split_addresses(bad)) << bad;
  }
}

TEST(Mail, PutsItTogether) {
  const Mail mail{.from = "Vigie <v@example.org>",
                  .to = {"Bén <b@example.org>", "c@example.org"},
                  .subject = "hello",
                  .message_id = "page-1.x@example.org",
                  .date = *parse_rfc3339("2026-03-29T07:00:00Z"),
                  .text = "hi\n",
                  .headers = {{"X-Team", "core"}, {"Bad name:", "x"}, {"subject", "other"}}};
  EXPECT_EQ(mail_bytes(mail),
            "Date: Sun, 29 Mar 2026 07:00:00 +0000\r\n"
            "From: Vigie <v@example.org>\r\n"
            "To: =?utf-8?B?QsOpbg==?= <b@example.org>,\r\n c@example.org\r\n"
            "Subject: other\r\n"
            "Message-ID: <page-1.x@example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Team: core\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nhi\r\n\r\n");
}

}  // namespace
}  // namespace vigie::oncall
