#include "stage/mail.h"

#include <gtest/gtest.h>

#include "stage/testing/rehearsal.h"

namespace vigie::stage {
namespace {

TEST(Mail, DecodesWordsOfHeaders) {
  EXPECT_EQ(decode_words("=?UTF-8?B?w6l0w6k=?= plain"), "été plain");
  EXPECT_EQ(decode_words("=?utf-8?q?a=20b_c?= =?utf-8?q?d?="), "a b cd");
  EXPECT_EQ(decode_words("=?koi8-r?B?zg==?="), "=?koi8-r?B?zg==?=");
  EXPECT_EQ(decode_words("=?UTF-8?B"), "=?UTF-8?B");
  EXPECT_EQ(decode_words("3 =? 4"), "3 =? 4");
}

TEST(Mail, ReadsThePlainPartOfSeveral) {
  const Mail mail = read_mail(
      "Subject: Heartbeats\r\n stalled\r\nContent-Type: multipart/alternative; boundary=\"b1\"\r\n"
      "\r\n--b1\r\nContent-Type: text/html\r\n\r\n<b>no</b>\r\n--b1\r\nContent-Type: text/plain\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 is =\r\nout\r\n--b1--\r\n");
  EXPECT_EQ(mail.header("subject"), "Heartbeats stalled");
  EXPECT_EQ(mail.text, "café is out\r");
}

TEST(Mail, ReadsWhateverComes) {
  EXPECT_EQ(read_mail("").text, "");
  EXPECT_EQ(read_mail("\r\nonly a body").text, "only a body");
  EXPECT_EQ(read_mail("no colon\r\n\r\nbody").text, "body");
  EXPECT_EQ(read_mail("Content-Type: multipart/x; boundary=b\r\n\r\n--b").text, "");
}

std::string conversation(const std::string& subject) {
  return "EHLO test\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<vigie@example.org>\r\n"
         "RCPT TO:<ana@example.org>\r\nRCPT TO:<ben@example.org>\r\nDATA\r\n"
         "Subject: " +
         subject + "\r\nMessage-ID: <page-1@vigie>\r\n\r\nfirst\r\n..dotted\r\n.\r\nQUIT\r\n";
}

TEST(MailSink, KeepsWhatItWasToldByMailAndByHook) {
  Rehearsal platform;
  platform.start("mailsink");
  const auto smtp =
      static_cast<uint16_t>(get_int(platform.get_json("mailsink", "/health"), "smtp_port"));
  ASSERT_NE(smtp, 0);
  const std::string answers = platform.net().talk(smtp, conversation("datajs is stuck"));
  EXPECT_NE(answers.find("250 kept"), std::string::npos) << answers;

  const json::object kept = platform.get_json("mailsink", "/mails");
  const json::array* mails = get_array(kept, "mails");
  ASSERT_NE(mails, nullptr);
  ASSERT_EQ(mails->size(), 1U);
  const json::object& mail = mails->at(0).as_object();
  EXPECT_EQ(get_string(mail, "subject"), "datajs is stuck");
  EXPECT_EQ(get_string(mail, "message_id"), "<page-1@vigie>");
  EXPECT_EQ(get_string(mail, "text"), "first\r\n.dotted\r\n");
  EXPECT_EQ(get_array(mail, "to")->size(), 2U);

  EXPECT_EQ(platform.post("mailsink", "/hook/ana", json::object{{"status", "firing"}}).status, 200);
  const json::object told = platform.get_json("mailsink", "/hooks");
  ASSERT_EQ(get_array(told, "hooks")->size(), 1U);
  const json::object& hook = get_array(told, "hooks")->at(0).as_object();
  EXPECT_EQ(get_string(hook, "path"), "/hook/ana");
  EXPECT_EQ(get_string(*get_object(hook, "body"), "status"), "firing");

  EXPECT_EQ(platform.send("DELETE", "mailsink", "/mails", "").status, 204);
  EXPECT_EQ(get_array(platform.get_json("mailsink", "/mails"), "mails")->size(), 0U);
  EXPECT_EQ(get_array(platform.get_json("mailsink", "/hooks"), "hooks")->size(), 1U);
}

TEST(MailSink, RefusingItAsksToTryLater) {
  Rehearsal platform;
  platform.start("mailsink");
  const auto smtp =
      static_cast<uint16_t>(get_int(platform.get_json("mailsink", "/health"), "smtp_port"));
  platform.fault("mailsink", {{"kind", "refuse"}});
  const std::string answers = platform.net().talk(smtp, conversation("later"));
  EXPECT_NE(answers.find("451 try again later"), std::string::npos) << answers;
  platform.clear("mailsink");
  EXPECT_EQ(get_array(platform.get_json("mailsink", "/mails"), "mails")->size(), 0U);
}

}  // namespace
}  // namespace vigie::stage
