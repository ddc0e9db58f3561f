// What the reference of the book says about people, receivers and mail.
#include <fmt/core.h>

#include "config/reference.h"
#include "oncall/http_config.h"
#include "oncall/notifier_kind.h"
#include "oncall/oncall.h"
#include "oncall/roster_fields.h"
#include "oncall/smtp_fields.h"

namespace vigie::oncall {

namespace {

using config::Chapter;

/// What `global` says for this room.
std::span<const Field> global_fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all(std::begin(kSmtpGlobalFields), std::end(kSmtpGlobalFields));
    all.push_back({.name = "http_config",
                   .type = FieldType::section,
                   .help = "of webhooks that have none of their own",
                   .fields = kHttpConfigFields});
    return all;
  }();
  return table;
}

Chapter people() {
  return {.path = "people.NAME",
          .words = R"(The name is what schedules, levels and teams call the person by. Without
`notify`, a person is mailed at once; without `email`, the webhook is called, then the terminal.
Everybody who may be called must be reachable, or the check refuses the book.)",
          .fields = kPersonFields,
          .example = R"(people:
  ana:
    name: Ana
    email: ana@example.org
    phone: "+33600000001"
    webhook: https://example.org/hooks/ana
    webhook-secret: {env: ANA_WEBHOOK_SECRET}
    notify: [{via: email}, {via: webhook, after: 2m}]
  ben: {name: Ben, email: ben@example.org}
  cho: {name: Cho, email: cho@example.org})"};
}

Chapter schedules() {
  return {.path = "schedules.NAME",
          .words = R"(Who is on call is computed from layers and covers, for any instant; `vigie who
--at` says it. All spans are half-open: their start is in, their end is out.)",
          .fields = kScheduleFields,
          .example = R"(schedules:
  core:
    timezone: Europe/Paris
    layers:
      # By day somebody who is awake anyway; otherwise the rota.
      - {every: 7d, from: "2026-01-05 09:00", people: [cho], between: ["Mon..Fri 09:00..18:00"]}
      - {every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}
    covers:
      - {from: "2026-08-01 09:00", to: "2026-08-15 09:00", for: ana, person: ben})"};
}

Chapter layers() {
  return {.path = "schedules.NAME.layers[]",
          .words = R"(A turn of whole days follows the clock on the wall: 72 hours over a change of
clocks last 71 or 73, and still end at 09:00. Any other length is elapsed time.

`between` takes spans that come back every week, in the schedule's zone:

| written | on duty |
|---|---|
| `Fri 17:00..Mon 08:00` | one span over days |
| `Mon..Thu 20:00..08:00` | on each of these days, here until the next morning |
| `Sat,Sun` | the whole of these days |
| `08:00..18:00` | every day |)",
          .fields = kLayerFields};
}

Chapter escalations() {
  return {.path = "escalations.NAME",
          .words = R"(The levels are tried one after the other until somebody acknowledges, `repeat`
more times, and then the last resort every ten minutes. A level with nobody on call moves on at once
and says so. An incident takes the path that its route names, else that of its team, else the only
one there is.)",
          .fields = kPathFields,
          .example = R"(escalations:
  core:
    levels:
      - {page: [schedule core], wait: 5m}
      - {page: [schedule core next, team core], wait: 10m}
      - {page: [cho], wait: 15m}
    repeat: 3)"};
}

/// The kind's example as an entry of a receiver.
std::string receiver_example(const NotifierKind& kind) {
  std::string entry;
  for (const char c : kind.example) {
    entry += c == '\n' ? std::string("\n        ") : std::string(1, c);
  }
  return fmt::format("receivers:\n  - name: by-{0}\n    {0}_configs:\n      - {1}", kind.name,
                     entry);
}

void add_receivers(std::vector<Chapter>& out) {
  for (const NotifierKind* kind : notifier_kinds()) {
    // For trying out: Alertmanager has no such receivers.
    if (kind->name == "terminal") { continue; }
    out.push_back({.path = fmt::format("receivers[].{}_configs[]", kind->name),
                   .words = std::string(kind->summary),
                   .fields = kind->fields,
                   .example = receiver_example(*kind)});
  }
  out.push_back({.path = "receivers[].http_config",
                 .title = "`http_config` of receivers",
                 .fields = kHttpConfigFields});
  out.push_back({.path = "receivers[].tls_config",
                 .title = "`tls_config` of receivers",
                 .words = "Files are named relative to the book.",
                 .fields = kTlsConfigFields});
}

}  // namespace

std::vector<Chapter> book_chapters() {
  std::vector<Chapter> out;
  out.push_back(people());
  out.push_back({.path = "people.NAME.notify[]",
                 .words = R"(Every person chooses how to be called, and what is tried when that did
not wake them. A page that cannot be handed over opens the person's next channel at once.)",
                 .fields = kNotifyFields});
  out.push_back(
      {.path = "contacts.NAME",
       .fields = kContactFields,
       .example = "contacts:\n  customer-desk: {name: Customer desk, email: desk@example.org}"});
  out.push_back({.path = "teams.NAME",
                 .words = "Services name the team that owns them; its incidents take its path.",
                 .fields = kTeamFields,
                 .example = "teams:\n  core: {members: [ana, ben, cho], escalation: core}"});
  out.push_back(schedules());
  out.push_back(layers());
  out.push_back(
      {.path = "schedules.NAME.covers[]",
       .words = "Somebody is on call instead of whoever would be: a holiday, an exchange.",
       .fields = kCoverFields});
  out.push_back(escalations());
  out.push_back({.path = "escalations.NAME.levels[]",
                 .words = R"(`page` lists who is called at the same time: `schedule X` is who is on
call there, `schedule X next` who is next in its rota, `team X` all members, and anything else a
person.)",
                 .fields = kLevelFields});
  out.push_back({.path = "urgency.NAME",
                 .words = "Understood and shown; this release pages at once, whatever the hour.",
                 .fields = kUrgencyFields});
  out.push_back({.path = "global",
                 .title = "`global`: mail and webhooks",
                 .words = "What people are mailed with, and receivers that do not say otherwise.",
                 .fields = global_fields(),
                 .example = R"(global:
  smtp_smarthost: mail.example.org:587
  smtp_from: Vigie <vigie@example.org>
  smtp_auth_username: vigie
  smtp_auth_password: {env: SMTP_PASSWORD})"});
  add_receivers(out);
  return out;
}

}  // namespace vigie::oncall
