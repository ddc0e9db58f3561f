#include <fmt/core.h>

#include "cli/chain_drawing.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr std::string_view kUsage = "chain [list | show NAME]";

int list(Session& session) {
  return show_answer(session, "/api/vigie/chains", [&](const json::object& answer) {
    size_t broken = 0;
    for (const json::value& item : items_of(answer, "chains")) {
      const json::object& chain = item.get_object();
      broken += get_string(chain, "state") == "broken" ? 1 : 0;
      print_chain(session, chain);
    }
    if (items_of(answer, "chains").empty()) { session.print_line("the book names no chain"); }
    return broken == 0 ? 0 : 1;
  });
}

std::string flow_of(const json::object& stage) {
  const json::value* flow = stage.if_contains("flow");
  if (flow == nullptr || flow->is_null()) { return "-"; }
  return fmt::format("{:.1f}/s", get_number(stage, "flow"));
}

int show(Session& session, const std::string& name) {
  return show_answer(session, api_path({"chains", name}), [&](const json::object& chain) {
    const std::string state = get_string(chain, "state");
    print_chain(session, chain);
    session.print_line();
    Table table({"stage", "state", "flow", "robot", "service"});
    for (const json::value& item : items_of(chain, "stages")) {
      const json::object& stage = item.get_object();
      table.add({get_string(stage, "name"), painted_state(get_string(stage, "state")),
                 flow_of(stage), or_dash(stage, "robot"), or_dash(stage, "service")});
    }
    session.print(table.text());
    return state == "broken" ? 1 : 0;
  });
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  const bool lists = verb.empty() || verb == "list";
  const Status few = at_most(arguments, lists ? 1 : 2, kUsage);
  if (!few) { return session.fail(few.error()); }
  if (lists) { return list(session); }
  if (verb == "show" && !arguments.word(1).empty()) { return show(session, arguments.word(1)); }
  return session.wrong_use(fmt::format("use: vigie {}", kUsage));
}

}  // namespace

extern const VerbKind chain_verb;
const VerbKind chain_verb{.name = "chain",
                          .summary = "Chains and their stages; names the broken one",
                          .words = "[list | show NAME]",
                          .words_max = 2,
                          .names = "chains",
                          .options = {},
                          .example = "vigie chain show heartbeat",
                          .run = &run};

}  // namespace vigie::cli
