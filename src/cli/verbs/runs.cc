#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--step", "ID", "answer: the step, when more than one waits"},
};

int list(Session& session) {
  return show_answer(session, "/api/vigie/runs", [&](const json::object& answer) {
    Table table({"id", "runbook", "state", "incident", "by", "started", "step", "why"});
    for (const json::value& item : items_of(answer, "runs")) {
      const json::object& one = item.get_object();
      const int64_t incident = get_int(one, "incident");
      table.add(
          {std::to_string(get_int(one, "id")), get_string(one, "title"),
           painted_state(get_string(one, "state")), incident == 0 ? "-" : std::to_string(incident),
           get_bool(one, "automatic") ? "Vigie" : or_dash(one, "by"),
           short_time(one, "started_at", present()), or_dash(one, "step"), get_string(one, "why")});
    }
    table.empty() ? session.print_line("no runs yet") : session.print(table.text());
    return 0;
  });
}

void print_step(Session& session, const json::object& step) {
  std::string line =
      fmt::format("  {}  {} {}", painted_state(get_string(step, "state")),
                  get_string(step, "title"), paint(get_string(step, "kind"), Colour::cyan));
  if (get_int(step, "attempt") > 1) {
    line += fmt::format(" attempt {}", get_int(step, "attempt"));
  }
  const std::string why = get_string(step, "why");
  session.print_line(why.empty() ? line : line + paint("  " + why, Colour::dim));
  print_lines(session, get_string(step, "output"), "      ");
}

int show(Session& session, const std::string& word) {
  const auto id = parse_id(word, "a run");
  if (!id) { return session.fail(id.error()); }
  return show_answer(
      session, api_path({"runs", std::to_string(*id)}), [&](const json::object& one) {
        session.print_line(fmt::format("{}  {}  {}", paint(get_string(one, "title"), Colour::bold),
                                       painted_state(get_string(one, "state")),
                                       get_string(one, "why")));
        for (const json::value& step : items_of(one, "steps")) {
          print_step(session, step.get_object());
        }
        const std::string state = get_string(one, "state");
        return state == "failed" || state == "escalated" ? 1 : 0;
      });
}

int act(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  const auto id = parse_id(arguments.word(1), "a run");
  if (!id) { return session.fail(id.error()); }
  json::object body;
  if (verb == "answer") {
    body["answer"] = arguments.word(2);
    body["step"] = arguments.value("--step");
  }
  const auto answer = session.post(api_path({"runs", std::to_string(*id), verb}), body);
  if (!answer) { return session.fail(answer.error()); }
  session.as_json()
      ? session.print_json(*answer)
      : session.print_line(fmt::format("run {}: {}", *id,
                                       painted_state(get_string(answer->get_object(), "state"))));
  return 0;
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  if (verb.empty() || verb == "list") { return list(session); }
  if (verb == "show") { return show(session, arguments.word(1)); }
  if (verb == "cancel" || verb == "answer") { return act(session, arguments); }
  return session.wrong_use(fmt::format("\"{}\": use list, show, cancel or answer", verb));
}

}  // namespace

extern const VerbKind runs_verb;
const VerbKind runs_verb{.name = "runs",
                         .summary = "Runs of runbooks: what was done, what it printed",
                         .words = "[list | show ID | cancel ID | answer ID done|not_done|again]",
                         .words_max = 3,
                         .names = "runs",
                         .options = kOptions,
                         .example = "vigie runs show 3",
                         .run = &run};

}  // namespace vigie::cli
