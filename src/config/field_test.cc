#include "config/field.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "HEAD"};

constexpr Field kLayer[] = {
    {.name = "every", .type = FieldType::duration, .help = "length of a turn", .required = true},
    {.name = "people", .type = FieldType::strings, .help = "in the order of turns"},
};

constexpr Field kPerson[] = {
    {.name = "email", .help = "where mail goes"},
    {.name = "phone", .help = "in E.164", .secret = true},
};

constexpr Field kTls[] = {
    {.name = "key", .help = "a file", .required = true},
};

constexpr Field kAll[] = {
    {.name = "name", .help = "what it is called", .required = true},
    {.name = "retries",
     .type = FieldType::integer,
     .help = "how often",
     .fallback = "3",
     .least = 0,
     .most = 10},
    {.name = "ratio", .type = FieldType::number, .help = "a share", .fallback = "0.5"},
    {.name = "enabled", .type = FieldType::boolean, .help = "on or off", .fallback = "true"},
    {.name = "every",
     .type = FieldType::duration,
     .help = "how often",
     .fallback = "1m30s",
     .least = 1,
     .most = 3600},
    {.name = "size",
     .type = FieldType::bytes,
     .help = "how much",
     .fallback = "1MiB",
     .most = 1 << 30},
    {.name = "listen", .type = FieldType::host_port, .help = "where", .fallback = "127.0.0.1:1"},
    {.name = "url", .type = FieldType::url, .help = "whom", .example = "https://example.org"},
    {.name = "match", .type = FieldType::pattern, .help = "a | b"},
    {.name = "from", .type = FieldType::time, .help = "since when"},
    {.name = "method",
     .type = FieldType::enumeration,
     .help = "how",
     .fallback = "GET",
     .choices = kMethods},
    {.name = "to", .type = FieldType::strings, .help = "whom", .fallback = "ana"},
    {.name = "layers", .type = FieldType::list, .help = "turns", .fields = kLayer},
    {.name = "loose", .type = FieldType::list, .help = "anything in a row"},
    {.name = "people", .type = FieldType::map, .help = "by name", .fields = kPerson},
    {.name = "labels", .type = FieldType::map, .help = "free"},
    {.name = "tls", .type = FieldType::section, .help = "encryption", .fields = kTls},
    {.name = "whatever", .type = FieldType::any, .help = "anything"},
    {.name = "token", .type = FieldType::secret, .help = "who we are"},
    {.name = "windows", .type = FieldType::map, .help = "maintenance", .later = true},
};

std::string problems_of(std::string_view yaml) {
  Problems problems;
  (void)Settings::read(node_from(yaml), kAll, problems);
  return problems.text();
}

TEST(Settings, ReadsWhatIsWritten) {
  Problems problems;
  const Settings s = Settings::read(node_from(R"(
name: x
retries: "5"
ratio: 1e-1
enabled: no
every: 10s
size: 2KiB
listen: "[::1]:80"
url: http://x/
match: a.*
from: 2026-01-05 09:00
method: POST
to: [ana, ben]
layers: [{every: 72h, people: cho}, {every: 1d}]
loose: [1, {a: 2}]
people: {ana: {email: a@example.org}, ben: ~}
labels: {a: b}
tls: {key: k.pem}
whatever: [{}]
token: {env: TOKEN}
)"),
                                    kAll, problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(s.text("name"), "x");
  EXPECT_EQ(s.integer("retries"), 5);
  EXPECT_EQ(s.number("ratio"), 0.1);
  EXPECT_FALSE(s.boolean("enabled"));
  EXPECT_EQ(s.duration("every"), 10s);
  EXPECT_EQ(s.bytes("size"), 2048);
  EXPECT_EQ(s.host_port("listen").host, "::1");
  EXPECT_EQ(s.text("method"), "POST");
  EXPECT_EQ(s.strings("to"), (std::vector<std::string>{"ana", "ben"}));
  ASSERT_EQ(s.sections("layers").size(), 2U);
  EXPECT_EQ(s.sections("layers")[0].duration("every"), 72h);
  EXPECT_EQ(s.sections("layers")[0].strings("people"), std::vector<std::string>{"cho"});
  EXPECT_EQ(s.list("loose").size(), 2U);
  ASSERT_EQ(s.named("people").size(), 2U);
  EXPECT_EQ(s.named("people")[0].first, "ana");
  EXPECT_EQ(s.named("people")[0].second.text("email"), "a@example.org");
  EXPECT_EQ(s.named("people")[1].second.text("email"), "");
  EXPECT_EQ(s.section("tls").text("key"), "k.pem");
  EXPECT_EQ(s.node("labels")["a"].text(), "b");
  EXPECT_EQ(s.place_of("retries").text(), "test.yml:3:10");
  EXPECT_TRUE(s.has("token"));
}

TEST(Settings, FallBackWhenAbsentOrWrong) {
  Problems problems;
  for (const char* yaml : {"{name: x}",
                           "{name: x, retries: [], ratio: a, enabled: 7, every: 1, "
                           "size: -1, listen: x, method: PUT, tls: 1, to: {}}"}) {
    const Settings s = Settings::read(node_from(yaml), kAll, problems);
    EXPECT_EQ(s.integer("retries"), 3);
    EXPECT_EQ(s.number("ratio"), 0.5);
    EXPECT_TRUE(s.boolean("enabled"));
    EXPECT_EQ(s.duration("every"), 90s);
    EXPECT_EQ(s.bytes("size"), 1 << 20);
    EXPECT_EQ(s.host_port("listen").port, 1);
    EXPECT_EQ(s.text("method"), "GET");
    EXPECT_EQ(s.text("url"), "");
    EXPECT_EQ(s.strings("to"), std::vector<std::string>{"ana"});
    EXPECT_EQ(s.section("tls").text("key"), "");
    EXPECT_TRUE(s.sections("layers").empty());
    EXPECT_FALSE(s.has("url"));
  }
}

TEST(Settings, ReportsEverythingAtOnceEachWithItsPlace) {
  EXPECT_EQ(problems_of("retries: many\n"
                        "ratio: []\n"
                        "enabled: maybe\n"
                        "every: 5 minutes\n"
                        "size: huge\n"
                        "listen: localhost\n"
                        "url: example.org\n"
                        "match: {}\n"
                        "from: tomorrow\n"
                        "method: PSOT\n"
                        "to: [ana, [ben]]\n"
                        "layers: [{evry: 1h}, 5]\n"
                        "loose: text\n"
                        "people: {ana: {email: [x]}, ben: text}\n"
                        "labels: []\n"
                        "tls: {}\n"
                        "token: [x]\n"
                        "nmae: x\n"),
            "test.yml:1:1: \"name\" is missing (what it is called)\n"
            "test.yml:1:10: \"retries\" must be a whole number, not \"many\"\n"
            "test.yml:2:8: \"ratio\" must be a number, not a list\n"
            "test.yml:3:10: \"enabled\" must be true or false, not \"maybe\"\n"
            "test.yml:4:8: \"every\" must be a duration such as 30s or 1h30m, not \"5 minutes\"\n"
            "test.yml:5:7: \"size\" must be a size such as 64MiB, not \"huge\"\n"
            "test.yml:6:9: \"listen\" must be host:port, not \"localhost\"\n"
            "test.yml:7:6: \"url\" must be a URL such as https://example.org/path, not "
            "\"example.org\"\n"
            "test.yml:8:8: \"match\" must be a regular expression, not a map\n"
            "test.yml:9:7: \"from\" must be a time such as 2026-01-05 09:00, not \"tomorrow\"\n"
            "test.yml:10:9: \"method\" must be one of GET, POST, HEAD, not \"PSOT\" (did you mean "
            "\"POST\"?)\n"
            "test.yml:11:11: an item of \"to\" must be text, not a list\n"
            "test.yml:12:10: \"every\" is missing (length of a turn)\n"
            "test.yml:12:11: unknown key \"evry\" (did you mean \"every\"?)\n"
            "test.yml:12:22: must be a map, not text\n"
            "test.yml:13:8: \"loose\" must be a list, not \"text\"\n"
            "test.yml:14:23: \"email\" must be text, not a list\n"
            "test.yml:14:34: must be a map, not text\n"
            "test.yml:15:9: \"labels\" must be a map, not a list\n"
            "test.yml:16:6: \"key\" is missing (a file)\n"
            "test.yml:17:8: \"token\" must be {env: NAME}, {file: path} or text, not a list\n"
            "test.yml:18:1: unknown key \"nmae\" (did you mean \"name\"?)\n");
}

TEST(Settings, KeepsWithinBounds) {
  EXPECT_EQ(problems_of("{name: x, retries: 11}"),
            "test.yml:1:20: \"retries\" must be 10 or less, not \"11\"\n");
  EXPECT_EQ(problems_of("{name: x, retries: -1}"),
            "test.yml:1:20: \"retries\" must be 0 or more, not \"-1\"\n");
  EXPECT_EQ(problems_of("{name: x, every: 500ms}"),
            "test.yml:1:18: \"every\" must be 1s or more, not \"500ms\"\n");
  EXPECT_EQ(problems_of("{name: x, every: 2h}"),
            "test.yml:1:18: \"every\" must be 1h or less, not \"2h\"\n");
  EXPECT_EQ(problems_of("{name: x, size: 2GiB}"),
            "test.yml:1:17: \"size\" must be 1GiB or less, not \"2GiB\"\n");
  EXPECT_EQ(problems_of("{name: x, retries: 10, every: 1s, size: 1GiB}"), "");
}

TEST(Settings, ANullValueIsAnAbsentOne) {
  EXPECT_EQ(problems_of("name: x\nevery:\ntls:\n"), "");
  EXPECT_EQ(problems_of("every: 1m\nname:\n"),
            "test.yml:2:1: \"name\" is missing (what it is called)\n");
}

TEST(Settings, NeverShowsASecret) {
  const std::string long_text(200, 'x');
  EXPECT_EQ(problems_of("{name: x, people: {ana: {phone: [hunter2]}}, token: {hunter2: 1}}"),
            "test.yml:1:33: \"phone\" must be text, not a list\n"
            "test.yml:1:53: \"token\" must be {env: NAME}, {file: path} or text, not a map\n");
  EXPECT_EQ(problems_of("{name: x, token: hunter2}"),
            "test.yml:1:18: warning: the secret \"token\" stands in the book as text (write {env: "
            "NAME} or {file: path})\n");
  EXPECT_EQ(problems_of("{name: x, token: 'http://127.0.0.1:19121/hook'}"), "");
  EXPECT_NE(problems_of("{name: x, token: 'http://127.0.0.1.example.org/hook'}"), "");
  Problems problems;
  const Node variable = Node::scalar("${P}", false, {"a.yml", 1, 1}).with_text("hunter2");
  (void)Settings::read(Node::map({{Node::scalar("retries"), variable},
                                  {Node::scalar("method"), variable},
                                  {Node::scalar("name"), Node::scalar("x")}}),
                       kAll, problems);
  EXPECT_EQ(problems.text(),
            "a.yml:1:1: \"retries\" must be a whole number, not \"${P}\"\n"
            "a.yml:1:1: \"method\" must be one of GET, POST, HEAD, not \"${P}\"\n");
}

TEST(Settings, CutsLongValuesShort) {
  const std::string shown = problems_of("{name: x, retries: " + std::string(59, 'a') + "éé}");
  EXPECT_NE(shown.find(std::string(59, 'a') + "…"), std::string::npos) << shown;
  EXPECT_LT(problems_of("{name: x, retries: " + std::string(5000, 'a') + "}").size(), 200U);
}

TEST(Settings, WarnsOfWhatIsNotActedOn) {
  EXPECT_EQ(
      problems_of("name: x\nwindows: {a: 1}\n"),
      "test.yml:2:1: warning: \"windows\" is not acted on yet (this release reads it and does "
      "nothing with it)\n");
}

TEST(Settings, TakesTheKeysOfTwoTables) {
  constexpr Field kCommon[] = {{.name = "timeout", .type = FieldType::duration, .help = "t"}};
  Problems problems;
  const Settings s =
      Settings::read(node_from("{timeout: 5s, key: k, other: 1}"), kCommon, kTls, problems);
  EXPECT_EQ(s.duration("timeout"), 5s);
  EXPECT_EQ(s.text("key"), "k");
  EXPECT_EQ(problems.text(), "test.yml:1:23: unknown key \"other\" (known here: timeout, key)\n");
}

TEST(Settings, ReadsTheSameFromTheJournal) {
  const Node live = node_from("{name: '5', retries: 4, ratio: 1.10, every: 10s, enabled: yes}");
  const Node journaled = Node::from_json(live.to_json());
  Problems problems;
  const Settings s = Settings::read(journaled, kAll, problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(s.text("name"), "5");
  EXPECT_EQ(s.integer("retries"), 4);
  EXPECT_EQ(s.number("ratio"), 1.1);
  EXPECT_EQ(s.duration("every"), 10s);
  EXPECT_TRUE(s.boolean("enabled"));
}

TEST(Settings, OfAWrongKindStillAnswers) {
  Problems problems;
  const Settings s = Settings::read(node_from("[1]"), kAll, problems);
  EXPECT_EQ(problems.text(), "test.yml:1:1: must be a map, not a list\n");
  EXPECT_EQ(s.text("name"), "");
  EXPECT_EQ(Settings::read(Node{}, kPerson, problems).text("email"), "");
}

TEST(Describe, WritesTheReference) {
  const std::string table = describe_markdown(kAll);
  for (const char* row :
       {"| `name` | text | required | what it is called |\n",
        "| `method` | `GET`, `POST`, `HEAD` | `GET` | how |\n",
        "| `layers[].every` | duration | required | length of a turn |\n",
        "| `people.*.phone` | text |  | in E.164 |\n", "| `tls.key` | text | required | a file |\n",
        "| `match` | pattern |  | a \\| b |\n",
        "| `url` | url |  | whom; such as `https://example.org` |\n",
        "| `windows` | map |  | maintenance; not acted on yet |\n"}) {
    EXPECT_NE(table.find(row), std::string::npos) << row << table;
  }
  const json::array rows = describe(kAll);
  ASSERT_EQ(rows.size(), std::size(kAll));
  EXPECT_EQ(to_text(rows[16]),
            R"({"name":"tls","type":"section","help":"encryption","required":false,)"
            R"("secret":false,"fields":[{"name":"key","type":"text","help":"a file",)"
            R"("required":true,"secret":false}]})");
  EXPECT_TRUE(rows[18].at("secret").as_bool()) << "a secret field says so";
}

}  // namespace
}  // namespace vigie::config
