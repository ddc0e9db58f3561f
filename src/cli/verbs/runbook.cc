#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--incident", "ID", "run: for this incident, whose labels fill the parameters"},
    {"--param", "K=V,K=V", "run: parameters"},
    {"--dry-run", "", "run: show what would be done, do nothing"},
};

int list(Session& session) {
  return show_answer(session, "/api/vigie/runbooks", [&](const json::object& answer) {
    Table table({"id", "title", "when", "automatic", "guard"});
    for (const json::value& item : items_of(answer, "runbooks")) {
      const json::object& runbook = item.get_object();
      const json::value* guard = runbook.if_contains("guard");
      table.add({get_string(runbook, "id"), get_string(runbook, "title"), or_dash(runbook, "when"),
                 get_bool(runbook, "automatic") ? "yes" : "no",
                 guard == nullptr || guard->is_null() ? "-"
                 : guard->is_string()                 ? get_string(runbook, "guard")
                                                      : to_text(*guard)});
    }
    session.print(table.text());
    return 0;
  });
}

void print_steps(Session& session, const json::object& holder) {
  size_t number = 0;
  for (const json::value& item : items_of(holder, "steps")) {
    const json::object& step = item.get_object();
    session.print_line(fmt::format("{}. {} {}", ++number, get_string(step, "title"),
                                   paint(get_string(step, "kind"), Colour::cyan)));
    print_lines(session, get_string(step, "text"), "     ");
  }
}

int show(Session& session, const std::string& id) {
  return show_answer(session, api_path({"runbooks", id}), [&](const json::object& runbook) {
    session.print_line(paint(get_string(runbook, "title"), Colour::bold));
    session.print_line(
        fmt::format("{}  when {}", get_string(runbook, "path"), or_dash(runbook, "when")));
    print_steps(session, runbook);
    return 0;
  });
}

Result<json::object> parameters_of(const std::string& text) {
  json::object out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(','), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return error(Code::invalid, fmt::format("--param: \"{}\" is not NAME=VALUE", pair));
    }
    out[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return out;
}

int start(Session& session, const Arguments& arguments) {
  const std::string id = arguments.word(1);
  auto params = parameters_of(arguments.value("--param"));
  if (!params) { return session.fail(params.error()); }
  uint64_t incident = 0;
  if (arguments.has("--incident")) {
    const auto parsed = parse_id(arguments.value("--incident"), "an incident");
    if (!parsed) { return session.fail(parsed.error()); }
    incident = *parsed;
  }
  const bool dry = arguments.has("--dry-run");
  const auto answer =
      session.post(api_path({"runbooks", id, "run"}),
                   json::object{{"incident", incident}, {"params", *params}, {"dry_run", dry}});
  if (!answer) { return session.fail(answer.error()); }
  if (session.as_json()) {
    session.print_json(*answer);
  } else if (dry) {
    print_steps(session, answer->get_object());
    const json::object* guard = get_object(answer->get_object(), "guard");
    if (guard != nullptr && !get_bool(*guard, "allowed", true)) {
      session.print_line(
          paint("the guard holds it back: " + get_string(*guard, "why"), Colour::yellow));
    }
  } else {
    session.print_line(fmt::format("run {} has begun; watch it with: vigie runs show {}",
                                   get_int(answer->get_object(), "run"),
                                   get_int(answer->get_object(), "run")));
  }
  return 0;
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  if (verb.empty() || verb == "list") { return list(session); }
  if (arguments.word(1).empty()) {
    return session.wrong_use("which runbook? (vigie runbook list)");
  }
  if (verb == "show") { return show(session, arguments.word(1)); }
  if (verb == "run") { return start(session, arguments); }
  return session.wrong_use(fmt::format("\"{}\": use list, show or run", verb));
}

}  // namespace

extern const VerbKind runbook_verb;
const VerbKind runbook_verb{.name = "runbook",
                            .summary = "Lists, shows and runs runbooks",
                            .words = "[list | show ID | run ID]",
                            .words_max = 2,
                            .names = "runbooks",
                            .options = kOptions,
                            .example = "vigie runbook run restart-datajs --dry-run",
                            .run = &run};

}  // namespace vigie::cli
