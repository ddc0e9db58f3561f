#include "oncall/roster.h"

#include <gtest/gtest.h>

#include "config/book.h"
#include "oncall/oncall.h"

namespace vigie::oncall {
namespace {

std::string problems_of(std::string_view book) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(book, "oncall.yml", problems);
  check_book(root, problems);
  return problems.text();
}

TEST(Roster, AcceptsAWholeBook) {
  EXPECT_EQ(problems_of(R"(
timezone: Europe/Paris
global: {smtp_smarthost: "mail:25", smtp_from: v@example.org}
people:
  ana:
    {name: Ana, email: ana@example.org, phone: "+331", webhook: "http://h/a",
     webhook-secret: {env: S}, notify: [{via: email}, {via: webhook, after: 2m}]}
  ben: {email: ben@example.org}
  cho: {terminal: pages.txt}
contacts: {distributor: {email: s@example.org, teams: {file: secrets/t}}}
teams: {core: {members: [ana, ben, cho], escalation: core}}
schedules:
  core:
    layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}]
    covers: [{from: "2026-02-01", to: "2026-02-03", person: ben, for: ana}]
escalations:
  core:
    levels: [{page: [schedule core], wait: 5m}, {page: [schedule core next, cho], wait: 10m},
             {page: team core}]
    repeat: 3
last-resort: [ana]
)"),
            "");
}

TEST(Roster, NamesEveryMistakeWithItsPlace) {
  struct Case {
    std::string_view book, says;
  };
  const Case cases[] = {
      {"people: {ana: {emial: a@x.org}}", "unknown key \"emial\""},
      {"people: {ana: {notify: [{via: pigeon}]}}", "unknown channel \"pigeon\""},
      {"people: {ana: {notify: [{via: sms}]}}", "cannot page over \"sms\""},
      {"people: {ana: {notify: [{via: webhook}]}}", "but has no \"webhook\""},
      {"people: {ana: {name: Ana}}\nlast-resort: [ana]", "nobody can reach ana"},
      {"people: {ana: {email: a@x.org}}\nlast-resort: [anna]", "did you mean \"ana\"?"},
      {"people: {ana: {email: a@x.org}}\nlast-resort: [ana]", "global has no smtp_smarthost"},
      {"people: {ana: {terminal: t}}\nteams: {core: {members: [ben]}}", "unknown person \"ben\""},
      {"teams: {core: {escalation: x}}", "unknown escalation \"x\""},
      {"schedules: {core: {layers: [{every: 72h, from: monday, people: [ana]}]}}", "monday"},
      {"schedules: {core: {layers: [{every: 1s, from: 2026-01-05, people: [ana]}]}}", "every"},
      {"schedules: {core: {timezone: Europe/Pari}}", "no such time zone"},
      {"timezone: Mars", "no such time zone"},
      {"schedules: {core: {layers: []}}", "has no layer"},
      {"schedules: {core: {layers: [{every: 72h, from: 2026-01-05, people: [ana], between: "
       "[noon]}]}}",
       "noon"},
      {"people: {ana: {terminal: t}}\nschedules: {core: {layers: [{every: 72h, from: 2026-01-05, "
       "people: [ana], between: [\"Mon..Fri\"]}]}}",
       "schedule core has a hole: nobody from Sat 10 Jan 00:00 UTC to Mon 12 Jan 00:00 UTC"},
      {"people: {ana: {terminal: t}, ben: {terminal: t}}\nschedules: {core: {layers: [{every: "
       "84h, from: 2026-01-05, people: [ana, ben]}]}}",
       "weekends never move"},
      {"schedules: {core: {covers: [{from: 2026-01-05, to: 2026-01-04, person: ana}]}}",
       "a cover ends after it starts"},
      {"escalations: {core: {levels: []}}", "needs a level"},
      {"escalations: {core: {levels: [{page: [schedule cor]}]}}", "unknown schedule \"cor\""},
      {"schedules: {core: {}}\nescalations: {c: {levels: [{page: [core]}]}}",
       "did you mean \"schedule core\"?"},
      {"urgency: {wait: {defer: [\"Fri 17:00..Mon 08:00\"]}}", "pages at once whatever the hour"},
      {"urgency: {wait: {defer: [never]}}", "never"},
      {"receivers: [{name: t, webhook_configs: [{}]}]", "needs a url"},
      {"receivers: [{name: t, webhook_configs: [{url: nonsense}]}]", "not an address"},
      {"receivers: [{name: t, email_configs: [{to: a@x.org}]}]", "no mail server"},
      {"receivers: [{name: t, email_configs: [{to: nobody, from: v@x.org, smarthost: \"m:25\"}]}]",
       "not a mail address"},
      {"receivers: [{name: t, email_configs: [{to: a@x.org, from: v@x.org, smarthost: \"m:25\", "
       "html: \"{{ template }}\"}]}]",
       "not expanded by this release"},
  };
  for (const Case& c : cases) {
    const std::string text = problems_of(c.book);
    EXPECT_NE(text.find(c.says), std::string::npos) << c.book << "\n" << text;
    EXPECT_EQ(text.find("oncall.yml"), 0U) << text;
  }
}

TEST(Roster, PagesWithWhatIsLeftOfABrokenBook) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(R"(
people: {ana: {email: a@x.org, notify: [{via: pigeon}, {via: email, after: 1m}]}, ben: 7}
schedules:
  core:
    layers: [{every: never, from: x, people: []}, {every: 24h, from: 2026-01-05, people: [ana]}]
escalations: {core: {levels: [{page: [schedule core]}]}}
)",
                                               "b.yml", problems);
  const Roster roster = read_roster(root, problems);
  EXPECT_FALSE(problems.ok());
  ASSERT_TRUE(roster.people.contains("ana"));
  EXPECT_EQ(roster.people.at("ana").notify.size(), 1U);
  EXPECT_EQ(roster.schedules.at("core").layers.size(), 1U);
  EXPECT_EQ(roster.path_for("", ""), &roster.paths.at("core"));
  EXPECT_EQ(roster.last_people(), std::vector<std::string>{"ana"});
}

}  // namespace
}  // namespace vigie::oncall
