#include "config/secrets.h"

#include <gtest/gtest.h>

#include "config/testing/temp_book.h"

namespace vigie::config {
namespace {

TEST(Secrets, AreResolvedAtTheMomentOfUse) {
  TempBook book;
  book.write("secrets/token", "first\n");
  const Secrets secrets(book.dir(), Environment(Environment::Values{{"TOKEN", "from env"}}));
  EXPECT_EQ(*secrets.resolve(node_from("{env: TOKEN}")), "from env");
  EXPECT_EQ(*secrets.resolve(node_from("{file: secrets/token}")), "first");
  EXPECT_EQ(*secrets.resolve(node_from("{file: " + book.dir() + "/secrets/token}")), "first");
  EXPECT_EQ(*secrets.resolve(node_from("plain")), "plain");
  book.write("secrets/token", "second\n\n");
  EXPECT_EQ(*secrets.resolve(node_from("{file: secrets/token}")), "second\n")
      << "one closing line feed is dropped, a rotated file is seen";
}

TEST(Secrets, FailWithTheReferenceAndNeverTheSecret) {
  TempBook book;
  book.write("big", std::string(70'000, 'S'));
  const Secrets secrets(book.dir(), Environment{});
  const auto why = [&](std::string_view yaml) {
    const Result<std::string> result = secrets.resolve(node_from(yaml));
    return result ? "resolved" : result.error().what;
  };
  EXPECT_EQ(why("{env: NOPE}"), "variable NOPE is not set");
  EXPECT_EQ(why("{file: nope}"), "the secret's file nope: no such file");
  EXPECT_EQ(why("{file: .}"), "the secret's file .: not a regular file");
  EXPECT_EQ(why("{file: big}"), "the secret's file big: the file is too large");
  EXPECT_EQ(why("{file: ''}"), "the secret's file has no name");
  EXPECT_EQ(why("{env: A, file: b}"), "a secret is {env: NAME}, {file: path} or text");
  EXPECT_EQ(why("[hunter2]"), "a secret is {env: NAME}, {file: path} or text");
  EXPECT_EQ(why("~"), "no secret is given");
}

TEST(Redacted, ShowsNothingThatIsSecret) {
  const Node node = node_from(R"(
basic_auth: {username: ana, password: hunter2}
authorization: {credentials: hunter2, credentials_file: /run/token}
remote: https://ana:hunter2@example.org:8080/x?y=1#z
plain: https://example.org/a@b
smtp_auth_password: hunter2
slack_api_url: https://hooks.example.org/hunter2
receivers: [{pagerduty_configs: [{routing_key: hunter2, service_key: {env: KEY}}]}]
token: [hunter2, {deep: hunter2}]
)");
  const std::string text = to_text(redacted(node).to_json());
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  for (const char* kept : {"ana", "/run/token", "{\"env\":\"KEY\"}", "https://example.org/a@b",
                           "https://ana:<secret>@example.org:8080/x?y=1#z"}) {
    EXPECT_NE(text.find(kept), std::string::npos) << kept;
  }
}

TEST(Redacted, FollowsATableAndShowsVariablesAsWritten) {
  static constexpr Field kPerson[] = {{.name = "phone", .secret = true}};
  static constexpr Field kFields[] = {
      {.name = "hook", .type = FieldType::secret},
      {.name = "people", .type = FieldType::map, .fields = kPerson},
      {.name = "list", .type = FieldType::list, .fields = kPerson},
  };
  Node node = node_from(R"({hook: hunter2, people: {ana: {phone: hunter2, x: 1}},
                            list: [{phone: hunter2}], y: 5})");
  EXPECT_EQ(to_text(redacted(node, kFields).to_json()),
            R"({"hook":"<secret>","people":{"ana":{"phone":"<secret>","x":1}},)"
            R"("list":[{"phone":"<secret>"}],"y":5})");
  const Node variable = node_from("'${PASSWORD}'").with_text("hunter2");
  EXPECT_EQ(redacted(variable).text(), "${PASSWORD}");
}

}  // namespace
}  // namespace vigie::config
