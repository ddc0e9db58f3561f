#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "base/time.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--incident", "ID", "run: for this incident, whose labels fill the steps", "incidents"},
    {"--param", "K=V,K=V", "run: parameters"},
    {"--dry-run", "", "run: show what would be done, do nothing"},
    {"--yes", "", "run ID#STEP: do not ask before a step that wants a go-ahead"},
    kAsPerson,
};
constexpr std::string_view kUsage = "runbook [list | show ID | run ID[#STEP]]";

/// "at most 3 in 6 h, 30 min apart, 1 service at a time": what keeps it from making things worse.
std::string guard_text(const json::object& runbook) {
  const json::object* guard = get_object(runbook, "guard");
  if (guard == nullptr) { return "-"; }
  std::string out;
  const auto say = [&out](std::string_view words) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", words);
  };
  const int64_t most = get_int(*guard, "at_most");
  if (most > 0) {
    say(fmt::format("at most {} in {}", most,
                    humanize_duration(Millis{get_int(*guard, "at_most_per_ms")})));
  }
  const int64_t apart = get_int(*guard, "cooldown_ms");
  if (apart > 0) { say(humanize_duration(Millis{apart}) + " apart"); }
  const int64_t radius = get_int(*guard, "blast_radius");
  if (radius > 0) { say(fmt::format("{} service{} at a time", radius, radius == 1 ? "" : "s")); }
  return out.empty() ? "none" : out;
}

int list(Session& session) {
  return show_answer(session, "/api/vigie/runbooks", [&](const json::object& answer) {
    // `when` is as long as an expression can be: `runbook show` has it.
    Table table({"id", "title", "automatic", "guard"});
    for (const json::value& item : items_of(answer, "runbooks")) {
      const json::object& runbook = item.get_object();
      table.add({get_string(runbook, "id"), get_string(runbook, "title"),
                 get_bool(runbook, "automatic") ? "yes" : "no", guard_text(runbook)});
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

/// What is asked for, as the API takes it.
Result<json::object> request_of(const Arguments& arguments) {
  VIGIE_TRY(json::object params, parameters_of(arguments.value("--param")));
  uint64_t incident = 0;
  if (arguments.has("--incident")) {
    VIGIE_TRY(incident, parse_id(arguments.value("--incident"), "an incident"));
  }
  return json::object{{"incident", incident}, {"params", std::move(params)}};
}

void print_plan(Session& session, const json::object& plan) {
  print_steps(session, plan);
  for (const json::value& item : items_of(plan, "missing")) {
    session.print_line(
        paint(fmt::format("nothing fills \"{}\"", view_of(item.get_string())), Colour::yellow));
  }
  const json::object* guard = get_object(plan, "guard");
  if (guard == nullptr || get_bool(*guard, "allowed", true)) { return; }
  session.print_line(
      paint("the guard holds it back: " + get_string(*guard, "why"), Colour::yellow));
}

int plan(Session& session, const std::string& path, json::object body) {
  body["dry_run"] = true;
  const auto answer = session.post(path, body);
  if (!answer) { return session.fail(answer.error()); }
  session.as_json() ? session.print_json(*answer) : print_plan(session, answer->get_object());
  return kGood;
}

bool wants_go_ahead(const json::object& plan) {
  for (const json::value& step : items_of(plan, "steps")) {
    if (get_string(step.get_object(), "approve") == "ask") { return true; }
  }
  return false;
}

/// y or yes, typed on the terminal; anything else is no.
bool says_yes(Session& session, std::string_view question) {
  session.print(fmt::format("{} [y/N] ", question));
  std::fflush(stdout);
  char line[16] = {};
  if (std::fgets(line, sizeof line, stdin) == nullptr) { return false; }
  const std::string_view word = std::string_view(line).substr(0, std::string_view(line).find('\n'));
  return word == "y" || word == "Y" || word == "yes";
}

/// Started by hand, one step runs at once, also one that asks within a run: whoever starts it must
/// have seen it with its values. nullopt: go on.
std::optional<int> confirm(Session& session, const std::string& path, json::object body,
                           const Arguments& arguments) {
  if (arguments.word(1).find('#') == std::string::npos || session.as_json()) {
    return std::nullopt;
  }
  body["dry_run"] = true;
  const auto planned = session.post(path, body);
  if (!planned) { return session.fail(planned.error()); }
  const json::object& plan = planned->get_object();
  if (!wants_go_ahead(plan)) { return std::nullopt; }
  print_steps(session, plan);
  const bool can_ask = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (!can_ask || arguments.has("--yes")) { return std::nullopt; }
  if (says_yes(session, "Run this step now?")) { return std::nullopt; }
  session.print_line("nothing was done");
  return kBad;
}

int start(Session& session, const Arguments& arguments) {
  const std::string path = api_path({"runbooks", arguments.word(1), "run"});
  const auto body = request_of(arguments);
  if (!body) { return session.fail(body.error()); }
  if (arguments.has("--dry-run")) { return plan(session, path, *body); }
  if (const auto stopped = confirm(session, path, *body, arguments)) { return *stopped; }
  const auto answer = session.post(path, *body);
  if (!answer) { return session.fail(answer.error()); }
  const int64_t id = get_int(answer->get_object(), "run");
  session.as_json() ? session.print_json(*answer)
                    : session.print_line(fmt::format(
                          "run {} has begun; watch it with: vigie runs show {}", id, id));
  return kGood;
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  const bool lists = verb.empty() || verb == "list";
  const Status few = at_most(arguments, lists ? 1 : 2, kUsage);
  if (!few) { return session.fail(few.error()); }
  if (lists) { return list(session); }
  if (verb != "show" && verb != "run") {
    return session.wrong_use(fmt::format("\"{}\": use list, show or run", verb));
  }
  if (arguments.word(1).empty()) {
    return session.wrong_use(fmt::format("{} which runbook? (vigie runbook list)", verb));
  }
  return verb == "show" ? show(session, arguments.word(1)) : start(session, arguments);
}

}  // namespace

extern const VerbKind runbook_verb;
const VerbKind runbook_verb{.name = "runbook",
                            .summary = "Lists, shows and runs runbooks",
                            .words = "[list | show ID | run ID[#STEP]]",
                            .words_max = kWordsMax,
                            .names = "runbooks",
                            .options = kOptions,
                            .example = "vigie runbook run restart-datajs --dry-run",
                            .run = &run};

}  // namespace vigie::cli
