#include <fmt/core.h>

#include "cli/chain_drawing.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

void print_sentence(Session& session, const json::object& now) {
  const std::string mood = get_string(now, "mood");
  const Colour colour = mood == "ok"     ? Colour::green
                        : mood == "warn" ? Colour::yellow
                                         : Colour::red;
  const std::string_view mark = mood == "ok" ? "●" : mood == "warn" ? "▲" : "✖";
  session.print_line(paint(fmt::format("{} {}", mark, get_string(now, "sentence")), colour));
  const std::string trouble = get_string(now, "trouble");
  if (!trouble.empty()) {
    session.print_line(paint("✖ nothing new can be kept: " + trouble, Colour::red));
  }
  const json::object* book = get_object(now, "book");
  if (book != nullptr && !get_string(*book, "problem").empty()) {
    session.print_line(paint("▲ the book on disk was refused:", Colour::yellow));
    session.print_line(get_string(*book, "problem"));
  }
}

void print_incidents(Session& session, const json::object& now, const std::string& at) {
  Table table({"id", "state", "what", "owner", "age", "next"});
  for (const json::value& item : items_of(now, "incidents")) {
    const json::object& incident = item.get_object();
    table.add({std::to_string(get_int(incident, "id")),
               painted_state(get_string(incident, "state")), get_string(incident, "title"),
               owner_text(incident), age_of(incident, "opened_at", at), next_text(incident, at)});
  }
  print_section(session, "Incidents", table);
}

void print_oncall(Session& session, const json::object& now, const std::string& at) {
  Table table({"team", "on call", "until", "then"});
  for (const json::value& item : items_of(now, "oncall")) {
    const json::object& duty = item.get_object();
    table.add({get_string(duty, "team", get_string(duty, "schedule")),
               get_string(duty, "name", get_string(duty, "person")), short_time(duty, "until", at),
               get_string(duty, "next_name", get_string(duty, "next"))});
  }
  print_section(session, "On call", table);
}

void print_chains(Session& session, const json::object& now) {
  if (items_of(now, "chains").empty()) { return; }
  session.print_line();
  session.print_line(paint("Chains", Colour::bold));
  for (const json::value& item : items_of(now, "chains")) {
    print_chain(session, item.get_object());
  }
}

void print_services(Session& session, const json::object& now, const std::string& at) {
  Table table({"service", "health", "unit", "since", "restarts", "why"});
  for (const json::value& item : items_of(now, "services")) {
    const json::object& service = item.get_object();
    const json::object* unit = get_object(service, "unit");
    const std::string cause = get_string(service, "cause");
    const std::string health = get_string(service, "health");
    std::string why = cause.empty() ? get_string(service, "why") : "because of " + cause;
    if (why.empty() && unit != nullptr) { why = get_string(*unit, "why"); }
    if (health == "healthy") { why.clear(); }
    table.add({get_string(service, "name"), painted_state(health),
               unit == nullptr ? "-" : painted_state(get_string(*unit, "state")),
               unit == nullptr ? age_of(service, "since", at) : age_of(*unit, "since", at),
               unit == nullptr ? "-" : std::to_string(get_int(*unit, "restarts")), why});
  }
  print_section(session, "Services", table);
}

void print_runs(Session& session, const json::object& now, const std::string& at) {
  Table table({"run", "runbook", "state", "step", "since"});
  for (const json::value& item : items_of(now, "runs")) {
    const json::object& run = item.get_object();
    table.add({std::to_string(get_int(run, "id")), get_string(run, "title"),
               painted_state(get_string(run, "state")), or_dash(run, "step"),
               age_of(run, "started_at", at)});
  }
  print_section(session, "Runs in progress", table);
}

int run(Session& session, const Arguments&) {
  return show_answer(session, "/api/vigie/now", [&](const json::object& now) {
    const std::string at = get_string(now, "at");
    if (!session.offline()) { print_sentence(session, now); }
    print_incidents(session, now, at);
    print_runs(session, now, at);
    print_oncall(session, now, at);
    print_chains(session, now);
    print_services(session, now, at);
    if (session.offline()) { return kNotRunning; }
    return get_string(now, "mood") == "ok" ? kGood : kBad;
  });
}

}  // namespace

extern const VerbKind status_verb;
const VerbKind status_verb{.name = "status",
                           .summary = "The world in one sentence, then everything behind it",
                           .words = "",
                           .words_max = 0,
                           .options = {},
                           .example = "vigie status",
                           .run = &run};

}  // namespace vigie::cli
