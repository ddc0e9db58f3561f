#include "base/time.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--at", "TIME", "at this time of the book's zone, or RFC 3339; not now"},
};

/// "+33600000001, ana@example.org", or "-".
std::string reach_of(const json::object& person) {
  const std::string phone = get_string(person, "phone");
  const std::string email = get_string(person, "email");
  if (phone.empty()) { return email.empty() ? "-" : email; }
  return email.empty() ? phone : phone + ", " + email;
}

std::string name_of(const json::object& person) {
  return get_string(person, "name", get_string(person, "person"));
}

/// Whom Vigie calls after them; a team stands once, also with several on call.
void print_escalation(Session& session, const json::array& duties) {
  Table table({"team", "after", "calls", "reach"});
  std::string last;
  for (const json::value& item : duties) {
    const json::object& duty = item.get_object();
    const std::string team = get_string(duty, "team");
    if (team.empty() || team == last) { continue; }
    last = team;
    for (const json::value& level : items_of(duty, "escalation")) {
      const Millis after{get_int(level.get_object(), "after_ms")};
      for (const json::value& person : items_of(level.get_object(), "people")) {
        table.add({team, humanize_duration(after), name_of(person.get_object()),
                   reach_of(person.get_object())});
      }
    }
  }
  print_section(session, "When nobody answers", table);
}

int run(Session& session, const Arguments& arguments) {
  std::string path = "/api/vigie/who";
  if (!arguments.word(0).empty()) { add_parameter(path, "team", arguments.word(0)); }
  if (arguments.has("--at")) {
    const auto at = typed_time(arguments.value("--at"));
    if (!at) { return session.wrong_use("--at: " + at.error().what); }
    add_parameter(path, "at", *at);
  }
  return show_answer(session, path, [&](const json::object& answer) {
    const json::array& duties = items_of(answer, "oncall");
    Table table({"team", "schedule", "on call", "reach", "until", "then"});
    size_t somebody = 0;
    for (const json::value& item : duties) {
      const json::object& duty = item.get_object();
      const std::string name = name_of(duty);
      somebody += name.empty() ? 0 : 1;
      table.add({or_dash(duty, "team"), or_dash(duty, "schedule"),
                 name.empty() ? paint("nobody", Colour::red) : paint(name, Colour::bold),
                 reach_of(duty), short_time(duty, "until", present()), or_dash(duty, "next_name")});
    }
    table.empty() ? session.print_line("nobody is on call") : session.print(table.text());
    print_escalation(session, duties);
    return somebody == 0 ? kBad : kGood;
  });
}

}  // namespace

extern const VerbKind who_verb;
const VerbKind who_verb{.name = "who",
                        .summary = "Who is on call, until when, and who is next",
                        .words = "[TEAM]",
                        .words_max = 1,
                        .names = "teams",
                        .options = kOptions,
                        .example = "vigie who core --at '2026-03-29 03:00'",
                        .run = &run};

}  // namespace vigie::cli
