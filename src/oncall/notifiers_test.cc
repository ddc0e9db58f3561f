#include "oncall/notifiers.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/utf8.h"
#include "config/book.h"
#include "oncall/oncall.h"
#include "oncall/testing/smtp_sink.h"
#include "oncall/testing/webhook_sink.h"

namespace vigie::oncall {
namespace {

constexpr std::string_view kPayload =
    R"({"version":"4","groupKey":"{}:{alertname=\"Down\"}","status":"firing","receiver":"x",)"
    R"("groupLabels":{"alertname":"Down"},"commonLabels":{"alertname":"Down"},)"
    R"("commonAnnotations":{},"externalURL":"http://v.example.org","truncatedAlerts":0,"alerts":[)"
    R"({"status":"firing","labels":{"alertname":"Down","a":"<1>"},"annotations":)"
    R"({"summary":"A is down"},"startsAt":"2026-01-05T10:00:00Z"},)"
    R"({"status":"firing","labels":{"alertname":"Down","a":"2"},"annotations":{}},)"
    R"({"status":"resolved","labels":{"alertname":"Down","a":"3"},"annotations":{}}]})";

Page a_page(std::string channel, std::string address) {
  return {.page = PageId{17},
          .incident = IncidentId{12},
          .person = "ana",
          .name = "Ana",
          .channel = std::move(channel),
          .address = std::move(address),
          .subject = "pâte à pages: datajs passes nothing on (#12)",
          .text = "What: datajs\n.\n..dots\nline\n",
          .level = 1};
}

Notify a_notify(std::string kind) {
  return {.receiver = "team",
          .kind = std::move(kind),
          .status = "firing",
          .payload = std::string(kPayload)};
}

/// The notifiers on a real loop, with a temporary directory for files and secrets.
class Post {
 public:
  explicit Post(const std::string& book) {
    std::string path = (std::filesystem::temp_directory_path() / "vigie-post-XXXXXX").string();
    dir_ = ::mkdtemp(path.data());
    adopt(book);
  }
  ~Post() {
    http_.close_idle();
    std::filesystem::remove_all(dir_);
  }

  void adopt(const std::string& book) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(book, "book.yml", problems);
    EXPECT_TRUE(problems.ok()) << problems.text();
    notifiers_.adopt(root, config::Secrets{dir_, config::Environment{{{"PASS", "sesame"}}}});
  }

  Settled send(EffectBody body, Nanos within = 10s, bool repeat = false) {
    settled_.reset();
    group_.spawn(perform({{"page-17"}, std::move(body)}, repeat, real_clock().mono() + within));
    loop_.run_until([&] { return settled_.has_value(); }, real_clock().mono() + within + 5s);
    EXPECT_TRUE(settled_) << "did not end by its deadline";
    return settled_.value_or(Settled{});
  }

  /// Begins a send and does not wait for it; how it ended is in ended(i), in the order of asking.
  void begin(EffectBody body, Nanos within) {
    group_.spawn(keep(Effect{{fmt::format("page-{}", ends_.size() + 1)}, std::move(body)},
                      real_clock().mono() + within, ends_.size()));
  }
  /// Waits for the sends from `first` on.
  bool ended_from(size_t first, Nanos within) {
    const auto all = [&] {
      return std::all_of(ends_.begin() + static_cast<std::ptrdiff_t>(first), ends_.end(),
                         [](const auto& end) { return end.has_value(); });
    };
    return loop_.run_until(all, real_clock().mono() + within);
  }
  const std::optional<Settled>& ended(size_t i) const { return ends_.at(i); }
  /// Cuts off what is under way; false when it does not end at once.
  bool stop() {
    group_.cancel();
    return loop_.run_until([&] { return group_.size() == 0; }, real_clock().mono() + 5s);
  }

  std::string dir_;

 private:
  Task<void> keep(Effect effect, MonoTime deadline, size_t place) {
    ends_.emplace_back();
    Settled settled = co_await notifiers_.perform(std::move(effect), 1, false, deadline);
    ends_[place] = std::move(settled);
  }
  Task<void> perform(Effect effect, bool repeat, MonoTime deadline) {
    Settled settled =
        co_await notifiers_.perform(std::move(effect), repeat ? 2 : 1, repeat, deadline);
    settled_ = std::move(settled);
  }

  Loop loop_{"post", real_clock()};
  net::HttpClient http_{loop_};
  Notifiers notifiers_{{.loop = loop_, .http = http_, .version = "0.1"}};
  TaskGroup group_;
  std::optional<Settled> settled_;
  std::vector<std::optional<Settled>> ends_;
};

std::string mail_book(const SmtpSink& sink, const std::string& more = "smtp_require_tls: false") {
  return "name: astreinte\nglobal: {smtp_smarthost: \"" + sink.address() +
         "\", smtp_from: \"Vigie <vigie@example.org>\", " + more + "}\n";
}

std::string retry_of(const Settled& settled) {
  return get_string(parse_json(settled.data)->get_object(), "retry");
}

/// Whether a failed send may have arrived all the same.
bool maybe(const Settled& settled) {
  return get_bool(parse_json(settled.data)->get_object(), "maybe");
}

TEST(Email, HandsAPageOver) {
  SmtpSink sink;
  Post post{mail_book(sink)};
  const Settled settled = post.send(a_page("email", "ana@example.org"));
  ASSERT_EQ(settled.outcome, Outcome::ok) << settled.detail;
  EXPECT_NE(settled.detail.find("250 2.0.0 queued"), std::string::npos) << settled.detail;
  const auto mails = sink.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].from, "vigie@example.org");
  EXPECT_EQ(mails[0].to, std::vector<std::string>{"ana@example.org"});
  EXPECT_EQ(mails[0].header("Message-ID"), "<page-17.astreinte@example.org>");
  EXPECT_EQ(mails[0].header("X-Vigie-Page"), "17");
  EXPECT_EQ(mails[0].header("X-Vigie-Repeat"), "");
  EXPECT_TRUE(mails[0].header("Subject").starts_with("=?utf-8?B?"));
  EXPECT_NE(mails[0].header("Date"), "");
  EXPECT_EQ(mails[0].body(), "What: datajs\r\n=2E\r\n=2E.dots\r\nline\r\n\r\n");
}

TEST(Email, SaysThatItMayRepeat) {
  SmtpSink sink;
  Post post{mail_book(sink)};
  Page page = a_page("email", "ana@example.org");
  page.subject = "plain";
  const Settled settled = post.send(page, 10s, true);
  EXPECT_TRUE(get_bool(parse_json(settled.data)->get_object(), "repeat"));
  const auto mails = sink.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].header("X-Vigie-Repeat"), "1");
  EXPECT_EQ(mails[0].header("Subject"), "plain (may repeat)");
  EXPECT_EQ(mails[0].header("Message-ID"), "<page-17.astreinte@example.org>");
}

TEST(Email, LogsInOverStartTls) {
  SmtpSink sink{{.username = "vigie", .password = "sesame", .starttls = true}};
  const std::string login =
      "smtp_auth_username: vigie, smtp_auth_password: {env: PASS}, smtp_tls_config: {ca_file: \"" +
      sink.certificate_file() + "\"}";
  Post post{mail_book(sink, login)};
  const Settled settled = post.send(a_page("email", "ana@example.org"));
  ASSERT_EQ(settled.outcome, Outcome::ok) << settled.detail;
  ASSERT_EQ(sink.mails().size(), 1U);
  EXPECT_TRUE(sink.mails()[0].tls);
  EXPECT_EQ(sink.mails()[0].logged_in, "vigie");
}

TEST(Email, RefusesToGoOnWithoutTlsOrTrust) {
  SmtpSink clear;
  Post post{mail_book(clear, "smtp_hello: here")};
  Settled settled = post.send(a_page("email", "ana@example.org"));
  EXPECT_EQ(settled.outcome, Outcome::failed);
  EXPECT_EQ(retry_of(settled), "never") << settled.detail;
  EXPECT_TRUE(clear.mails().empty());
  SmtpSink unknown{{.starttls = true}};
  post.adopt(mail_book(unknown, "smtp_hello: here"));
  settled = post.send(a_page("email", "ana@example.org"));
  EXPECT_EQ(settled.outcome, Outcome::failed);
  EXPECT_EQ(retry_of(settled), "never") << settled.detail;
  EXPECT_TRUE(unknown.mails().empty());
}

TEST(Email, SaysWhetherTryingAgainHelps) {
  struct Case {
    SmtpSink::Behaviour behaviour;
    std::string retry, says;
  };
  const Case cases[] = {
      {{.to_recipient = "550 5.1.1 no such mailbox"}, "never", "no such mailbox"},
      {{.to_recipient = "451 4.7.1 greylisted"}, "later", "greylisted"},
      {{.to_message = "452 4.3.1 disk full"}, "later", "disk full"},
      {{.to_message = "554 5.7.1 looks like spam"}, "never", "spam"},
      {{.greeting = "421 too busy"}, "later", ""},
      {{.username = "other", .password = "x"}, "never", ""},
      {{.drop_after_data = true}, "later", ""},
  };
  SmtpSink sink;
  Post post{mail_book(sink,
                      "smtp_require_tls: false, smtp_auth_username: vigie, "
                      "smtp_auth_password: sesame")};
  for (const Case& c : cases) {
    sink.behave(c.behaviour);
    const Settled settled = post.send(a_page("email", "ana@example.org"));
    EXPECT_EQ(settled.outcome, Outcome::failed) << c.says;
    EXPECT_EQ(retry_of(settled), c.retry) << settled.detail;
    EXPECT_NE(settled.detail.find(c.says), std::string::npos) << settled.detail;
    EXPECT_EQ(settled.detail.find("sesame"), std::string::npos);
  }
}

TEST(Email, AnUnansweredMailKeepsNobodyElseWaiting) {
  SmtpSink sink{{.hang_for = "ana@example.org"}};
  Post post{mail_book(sink)};
  for (int i = 0; i < 20; ++i) { post.begin(a_page("email", "ana@example.org"), 120s); }
  for (int i = 0; i < 3; ++i) { post.begin(a_page("email", "ben@example.org"), 10s); }
  ASSERT_TRUE(post.ended_from(20, 15s));
  for (size_t i = 20; i < 23; ++i) {
    EXPECT_EQ(post.ended(i)->outcome, Outcome::ok) << post.ended(i)->detail;
  }
  EXPECT_FALSE(post.ended(0));
  EXPECT_TRUE(post.stop()) << "a stop waits for the mail server";
}

TEST(Email, ASlowServerIsAskedForManyMailsAtOnce) {
  SmtpSink sink{{.answers_after = 1s}};
  Post post{mail_book(sink)};
  for (int i = 0; i < 16; ++i) { post.begin(a_page("email", "ana@example.org"), 10s); }
  ASSERT_TRUE(post.ended_from(0, 15s));
  for (size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(post.ended(i)->outcome, Outcome::ok) << post.ended(i)->detail;
  }
}

TEST(Email, WhatFindsEveryPlaceTakenWaitsForItsTurn) {
  SmtpSink sink{{.hang_for = "ana@example.org"}};
  Post post{mail_book(sink)};
  for (int i = 0; i < 8; ++i) { post.begin(a_page("email", "ana@example.org"), 120s); }
  post.begin(a_page("email", "ana@example.org"), 300ms);
  for (int i = 0; i < 100; ++i) { post.begin(a_page("email", "ben@example.org"), 30s); }
  ASSERT_TRUE(post.ended_from(8, 40s));
  EXPECT_NE(post.ended(8)->detail.find("never had its turn"), std::string::npos)
      << post.ended(8)->detail;
  EXPECT_FALSE(maybe(*post.ended(8)));
  for (size_t i = 9; i < 109; ++i) {
    EXPECT_EQ(post.ended(i)->outcome, Outcome::ok) << post.ended(i)->detail;
  }
  EXPECT_TRUE(post.stop());
}

TEST(Email, WhatWasTakenAndNotAnsweredMayHaveArrived) {
  SmtpSink sink{{.drop_after_data = true}};
  Post post{mail_book(sink)};
  Settled settled = post.send(a_page("email", "ana@example.org"));
  EXPECT_EQ(settled.outcome, Outcome::failed);
  EXPECT_EQ(retry_of(settled), "later");
  EXPECT_TRUE(maybe(settled)) << settled.detail;
  EXPECT_NE(settled.detail.find("hung up"), std::string::npos) << settled.detail;
  EXPECT_EQ(get_string(parse_json(settled.data)->get_object(), "key"), "page-17");
  sink.behave({.hang_for = "ana@example.org"});
  settled = post.send(a_page("email", "ana@example.org"), 500ms);
  EXPECT_TRUE(maybe(settled)) << settled.detail;
  EXPECT_NE(settled.detail.find("gave no answer in time"), std::string::npos) << settled.detail;
  sink.behave({.hang = true});
  settled = post.send(a_page("email", "ana@example.org"), 500ms);
  EXPECT_FALSE(maybe(settled)) << settled.detail;
  sink.behave({.to_message = "451 4.3.0 later"});
  EXPECT_FALSE(maybe(post.send(a_page("email", "ana@example.org"))));
}

TEST(Email, RepeatsUnderTheKeyThatMayHaveArrived) {
  SmtpSink sink;
  Post post{mail_book(sink)};
  Page page = a_page("email", "ana@example.org");
  page.repeats = "page-16";
  const Settled settled = post.send(page);
  EXPECT_TRUE(get_bool(parse_json(settled.data)->get_object(), "repeat"));
  const auto mails = sink.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].header("Message-ID"), "<page-16.astreinte@example.org>");
  EXPECT_EQ(mails[0].header("X-Vigie-Repeat"), "1");
}

TEST(Email, SpellsOutAGroupOfAlerts) {
  SmtpSink sink;
  Post post{mail_book(sink) +
            "receivers: [{name: team, email_configs: [{to: \"a@x.org, Ben <b@x.org>\", headers: "
            "{X-Team: core}}]}]"};
  Notify notify = a_notify("email");
  ASSERT_EQ(post.send(notify).outcome, Outcome::ok);
  const SunkMail mail = sink.mails().at(0);
  EXPECT_EQ(mail.to, (std::vector<std::string>{"a@x.org", "b@x.org"}));
  EXPECT_EQ(mail.header("Subject"), "[FIRING:2] Down");
  EXPECT_EQ(mail.header("X-Team"), "core");
  EXPECT_NE(mail.bytes.find("multipart/alternative"), std::string::npos);
  EXPECT_NE(mail.bytes.find("A is down"), std::string::npos);
  EXPECT_NE(mail.bytes.find("&lt;1&gt;"), std::string::npos);
  notify.index = 1;
  EXPECT_EQ(retry_of(post.send(notify)), "never");
}

TEST(Webhook, PostsAPageSignedAndNamed) {
  WebhookSink sink;
  Post post{"name: astreinte\npeople: {ana: {webhook-secret: {env: PASS}}}"};
  const Settled settled = post.send(a_page("webhook", sink.url("/ana?token=t")), 10s, true);
  ASSERT_EQ(settled.outcome, Outcome::ok) << settled.detail;
  EXPECT_EQ(settled.detail.find("token"), std::string::npos);
  SunkPost got = sink.posts().at(0);
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/ana?token=t");
  EXPECT_EQ(got.headers["idempotency-key"], "page-17.astreinte");
  EXPECT_EQ(got.headers["vigie-repeat"], "1");
  const std::string signature = got.headers["vigie-signature"];
  const size_t comma = signature.find(",v1=");
  ASSERT_NE(comma, std::string::npos) << signature;
  const std::string signed_text = signature.substr(2, comma - 2) + "." + got.body;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), "sesame", 6, reinterpret_cast<const unsigned char*>(signed_text.data()),
       signed_text.size(), digest, &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", digest[i]);
    hex += two;
  }
  EXPECT_EQ(signature.substr(comma + 4), hex);
  const json::value body = *parse_json(got.body);
  EXPECT_EQ(get_int(body.get_object(), "incident"), 12);
  EXPECT_TRUE(get_bool(body.get_object(), "repeat"));
}

TEST(Webhook, PostsAlertmanagersDataCut) {
  WebhookSink sink;
  Post post{"receivers: [{name: team, webhook_configs: [{url: \"" + sink.url() +
            "\", max_alerts: 1, http_config: {basic_auth: {username: u, password: p}}}]}]"};
  Notify notify = a_notify("webhook");
  const size_t count = notify.payload.find("\"truncatedAlerts\":0");
  notify.payload.replace(count, 19, "\"truncatedAlerts\":100");
  ASSERT_EQ(post.send(notify).outcome, Outcome::ok);
  SunkPost got = sink.posts().at(0);
  EXPECT_EQ(got.headers["authorization"], "Basic dTpw");
  EXPECT_EQ(got.headers.count("vigie-signature"), 0U);
  const json::value body = *parse_json(got.body);
  EXPECT_EQ(get_string(body.get_object(), "receiver"), "team");
  EXPECT_EQ(get_int(body.get_object(), "truncatedAlerts"), 102) << "what alerting left out counts";
  EXPECT_EQ(get_array(body.get_object(), "alerts")->size(), 1U);
}

TEST(Webhook, SaysWhetherTryingAgainHelps) {
  WebhookSink sink;
  Post post{"name: x"};
  const std::pair<int, std::string> cases[] = {{500, "later"}, {503, "later"}, {429, "later"},
                                               {400, "never"}, {401, "never"}, {404, "never"}};
  for (const auto& [status, retry] : cases) {
    sink.behave({.status = status, .answer = "no\nthanks"});
    const Settled settled = post.send(a_page("webhook", sink.url()));
    EXPECT_EQ(settled.outcome, Outcome::failed);
    EXPECT_EQ(retry_of(settled), retry) << settled.detail;
    EXPECT_NE(settled.detail.find("no thanks"), std::string::npos) << settled.detail;
  }
  std::string accents;
  for (int i = 0; i < 150; ++i) { accents += "é"; }
  for (const std::string& answer : {"x" + accents, std::string("bo\xeete pleine")}) {
    sink.behave({.status = 500, .answer = answer});
    const Settled settled = post.send(a_page("webhook", sink.url()));
    EXPECT_TRUE(is_utf8(settled.detail)) << settled.detail;
  }
}

TEST(Webhook, WhatWasSentAndNotAnsweredMayHaveArrived) {
  WebhookSink sink{{.hang = true}};
  Post post{"name: x"};
  EXPECT_TRUE(maybe(post.send(a_page("webhook", sink.url()), 300ms)));
  sink.behave({.drop = true});
  const Settled settled = post.send(a_page("webhook", sink.url()));
  EXPECT_TRUE(maybe(settled)) << settled.detail;
  EXPECT_EQ(retry_of(settled), "later");
  sink.behave({.status = 500});
  EXPECT_FALSE(maybe(post.send(a_page("webhook", sink.url()))));
}

TEST(Terminal, AppendsToAFile) {
  Post post{"name: x"};
  ASSERT_EQ(post.send(a_page("terminal", "pages.txt")).outcome, Outcome::ok);
  ASSERT_EQ(post.send(a_page("terminal", "pages.txt")).outcome, Outcome::ok);
  std::ifstream file{post.dir_ + "/pages.txt"};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str().find("PAGE page-17.x for Ana:"), 0U);
  EXPECT_NE(text.str().rfind("PAGE page-17.x for Ana:"), 0U);
  EXPECT_EQ(retry_of(post.send(a_page("terminal", "no/such/dir"))), "later");
}

/// Every kind: documented, its example valid, and it ends by its deadline whatever the other side
/// does.
TEST(NotifierKinds, KeepTheirPromises) {
  SmtpSink hanging_mail{{.hang = true}};
  WebhookSink hanging_hook{{.hang = true}};
  Post post{mail_book(hanging_mail)};
  std::set<std::string_view> names;
  for (const NotifierKind* kind : notifier_kinds()) {
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
    EXPECT_FALSE(kind->summary.empty() || kind->since.empty() || kind->verb.empty());
    EXPECT_EQ(find_notifier_kind(kind->name), kind);
    for (const config::Field& field : kind->fields) {
      EXPECT_FALSE(field.help.empty()) << kind->name << " " << field.name;
    }
    config::Problems problems;
    const config::Node example = config::parse_yaml(kind->example, "example", problems);
    const config::Settings settings = config::Settings::read(example, kind->fields, problems);
    if (kind->check != nullptr) { kind->check(settings, config::Node::null(), problems); }
    EXPECT_TRUE(problems.ok()) << kind->name << "\n" << problems.text();
    const std::string address = kind->name == "webhook" ? hanging_hook.url() : "ana@example.org";
    const MonoTime start = real_clock().mono();
    const Settled settled =
        post.send(a_page(std::string(kind->name), kind->name == "terminal" ? "t" : address), 300ms);
    EXPECT_LT(real_clock().mono() - start, 3s) << kind->name;
    if (kind->name != "terminal") {
      EXPECT_EQ(settled.outcome, Outcome::failed) << kind->name;
      EXPECT_EQ(retry_of(settled), "later") << settled.detail;
    }
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"email", "terminal", "webhook"}));
  EXPECT_EQ(find_notifier_kind("pigeon"), nullptr);
}

TEST(NotifierKinds, FailPlainlyOnAClosedPortAndAnUnknownKind) {
  std::string address;
  std::string url;
  {
    const SmtpSink gone;
    const WebhookSink gone_too;
    address = mail_book(gone);
    url = gone_too.url();
  }
  Post post{address};
  EXPECT_EQ(retry_of(post.send(a_page("email", "ana@example.org"))), "later");
  EXPECT_EQ(retry_of(post.send(a_page("webhook", url))), "later");
  EXPECT_FALSE(maybe(post.send(a_page("webhook", url))));
  EXPECT_EQ(retry_of(post.send(a_page("pigeon", "x"))), "never");
  EXPECT_EQ(retry_of(post.send(a_page("email", "not an address"))), "never");
  EXPECT_EQ(retry_of(post.send(AbortStep{})), "never");
}

}  // namespace
}  // namespace vigie::oncall
