#include <fmt/core.h>

#include <algorithm>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--all", "", "list: resolved ones too"},
    {"--note", "TEXT", "a word for the timeline"},
    {"--service", "NAME", "declare: the service concerned", "services"},
    {"--severity", "WORD", "declare: critical (if not said), error, warning, info...",
     "severities"},
    kAsPerson,
};

constexpr std::string_view kUsage =
    "incident [list | show ID | ack ID... | take ID... | resolve ID... | note ID TEXT | declare "
    "TITLE]";

int list(Session& session, const Arguments& arguments) {
  const std::string path =
      fmt::format("/api/vigie/incidents?state={}", arguments.has("--all") ? "all" : "open");
  return show_answer(session, path, [&](const json::object& answer) {
    Table table({"id", "state", "severity", "what", "owner", "age", "next"});
    size_t open = 0;
    for (const json::value& item : items_of(answer, "incidents")) {
      const json::object& incident = item.get_object();
      const std::string state = get_string(incident, "state");
      open += state == "resolved" ? 0 : 1;
      table.add({std::to_string(get_int(incident, "id")), painted_state(state),
                 or_dash(incident, "severity"), get_string(incident, "title"), owner_text(incident),
                 age_of(incident, "opened_at", present()), next_text(incident, present())});
    }
    table.empty()
        ? session.print_line(arguments.has("--all") ? "no incidents yet" : "no open incident")
        : session.print(table.text());
    return open == 0 ? 0 : 1;
  });
}

/// What there is to say about it, in one line; what is not known is left out.
void print_facts(Session& session, const json::object& incident) {
  std::string line =
      fmt::format("#{}  {}", get_int(incident, "id"), painted_state(get_string(incident, "state")));
  for (const char* key : {"severity", "chain", "stage", "service", "team"}) {
    const std::string value = get_string(incident, key);
    if (!value.empty()) { line += fmt::format("  {} {}", paint(key, Colour::dim), value); }
  }
  if (owner_text(incident) != "-") {
    line += fmt::format("  {} {}", paint("owner", Colour::dim), owner_text(incident));
  }
  session.print_line(line);
  if (next_text(incident, present()) != "-") {
    session.print_line("next: " + paint(next_text(incident, present()), Colour::bold));
  }
}

void print_alerts(Session& session, const json::object& incident) {
  Table table({"alert", "state", "since", "what"});
  for (const json::value& item : items_of(incident, "alert_list")) {
    const json::object& alert = item.get_object();
    const json::object* labels = get_object(alert, "labels");
    const json::object* texts = get_object(alert, "annotations");
    table.add({labels == nullptr ? "-" : get_string(*labels, "alertname"),
               painted_state(get_string(alert, "state")), short_time(alert, "active_at", present()),
               texts == nullptr ? "" : get_string(*texts, "summary")});
  }
  print_section(session, "Alerts", table);
}

void print_pages(Session& session, const json::object& incident) {
  Table table({"page", "to", "by", "state", "at", "why"});
  for (const json::value& item : items_of(incident, "pages")) {
    const json::object& page = item.get_object();
    table.add({std::to_string(get_int(page, "id")),
               get_string(page, "name", get_string(page, "person")), or_dash(page, "channel"),
               painted_state(get_string(page, "state")), short_time(page, "at", present()),
               get_string(page, "why")});
  }
  print_section(session, "Pages (vigie why ID)", table);
}

void print_timeline(Session& session, const json::object& incident) {
  session.print_line();
  session.print_line(paint("Timeline", Colour::bold));
  for (const json::value& item : items_of(incident, "timeline")) {
    const json::object& entry = item.get_object();
    const std::string who = get_string(entry, "who");
    const std::string why = with_times(get_string(entry, "why"), present());
    session.print_line(fmt::format("  {}  {}{}{}",
                                   paint(short_time(entry, "at", present()), Colour::dim),
                                   with_times(get_string(entry, "text"), present()),
                                   who.empty() ? "" : paint(" · " + who, Colour::cyan),
                                   why.empty() ? "" : paint(" (" + why + ")", Colour::dim)));
  }
}

void print_runbooks(Session& session, const json::object& incident) {
  const json::array& runbooks = items_of(incident, "runbooks");
  if (runbooks.empty()) { return; }
  session.print_line();
  session.print_line(paint("Runbooks that fit", Colour::bold));
  for (const json::value& item : runbooks) {
    const json::object& runbook = item.get_object();
    session.print_line(fmt::format("  vigie runbook run {} --incident {}   {}",
                                   get_string(runbook, "id"), get_int(incident, "id"),
                                   paint(get_string(runbook, "title"), Colour::dim)));
  }
}

int show(Session& session, const std::string& word) {
  if (word.empty()) { return session.wrong_use("show which incident? (vigie incident list)"); }
  const auto id = parse_id(word, "an incident");
  if (!id) { return session.fail(id.error()); }
  const std::string path = api_path({"incidents", std::to_string(*id)});
  return show_answer(session, path, [&](const json::object& incident) {
    session.print_line(paint(get_string(incident, "title"), Colour::bold));
    print_facts(session, incident);
    print_alerts(session, incident);
    print_timeline(session, incident);
    print_pages(session, incident);
    print_runbooks(session, incident);
    return get_string(incident, "state") == "resolved" ? 0 : 1;
  });
}

/// What became of it, and what follows: people act on the second half.
std::string told(uint64_t id, const json::object& incident) {
  const std::string state = get_string(incident, "state");
  std::string out = fmt::format("incident {}: {}", id, painted_state(state));
  if (state != "resolved") { return out + "; " + next_text(incident, present()); }
  const int64_t firing = get_int(incident, "still_firing");
  if (firing == 0) { return out; }
  return out + fmt::format("; {} still firing, and nobody will be paged for {} again",
                           firing == 1 ? "1 alert is" : fmt::format("{} alerts are", firing),
                           firing == 1 ? "it" : "them");
}

int act_on(Session& session, uint64_t id, const std::string& verb, const std::string& note) {
  const auto answer =
      session.post(api_path({"incidents", std::to_string(id), verb}), json::object{{"note", note}});
  if (!answer) { return session.fail(answer.error()); }
  session.as_json() ? session.print_json(*answer)
                    : session.print_line(told(id, answer->get_object()));
  return kGood;
}

int act(Session& session, const std::string& verb, const Arguments& arguments) {
  if (arguments.word(1).empty()) {
    return session.wrong_use(fmt::format("{} which incident? (vigie incident list)", verb));
  }
  const auto ids = parse_ids(arguments, 1, "an incident");
  if (!ids) { return session.fail(ids.error()); }
  int status = kGood;
  for (const uint64_t id : *ids) {
    status = std::max(status, act_on(session, id, verb, arguments.value("--note")));
  }
  return status;
}

int note(Session& session, const Arguments& arguments) {
  const auto id = parse_id(arguments.word(1), "an incident");
  if (!id) { return session.fail(id.error()); }
  const std::string typed = joined(arguments, 2);
  return act_on(session, *id, "note", typed.empty() ? arguments.value("--note") : typed);
}

int declare(Session& session, const Arguments& arguments) {
  const auto answer = session.post(
      "/api/vigie/incidents", json::object{{"title", joined(arguments, 1)},
                                           {"service", arguments.value("--service")},
                                           {"severity", arguments.value("--severity", "critical")},
                                           {"note", arguments.value("--note")}});
  if (!answer) { return session.fail(answer.error()); }
  if (session.as_json()) {
    session.print_json(*answer);
  } else {
    session.print_line(fmt::format("declared incident {}", get_int(answer->get_object(), "id")));
  }
  return 0;
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  if (verb.empty() || verb == "list" || verb == "show") {
    const Status few = at_most(arguments, verb == "show" ? 2 : 1, kUsage);
    if (!few) { return session.fail(few.error()); }
    return verb == "show" ? show(session, arguments.word(1)) : list(session, arguments);
  }
  if (verb == "declare") { return declare(session, arguments); }
  if (verb == "note") { return note(session, arguments); }
  for (const char* known : {"ack", "take", "resolve"}) {
    if (verb == known) { return act(session, verb, arguments); }
  }
  return session.wrong_use(
      fmt::format("\"{}\": use list, show, declare, ack, take, resolve or note", verb));
}

}  // namespace

extern const VerbKind incident_verb;
const VerbKind incident_verb{.name = "incident",
                             .summary = "Lists, shows and answers incidents",
                             .words =
                                 "[list | show ID | ack ID... | take ID... | resolve ID... | "
                                 "note ID TEXT | declare TITLE]",
                             .words_max = kWordsMax,
                             .names = "incidents",
                             .options = kOptions,
                             .example = "vigie incident ack 12",
                             .run = &run};

}  // namespace vigie::cli
