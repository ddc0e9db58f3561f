#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

int run(Session& session, const Arguments&) {
  return show_answer(session, "/api/vigie/services", [&](const json::object& answer) {
    const json::array& services = items_of(answer, "services");
    size_t bad = 0;
    Table table({"service", "health", "team", "why"});
    for (const json::value& item : services) {
      const json::object& service = item.get_object();
      const std::string health = get_string(service, "health");
      bad += health == "healthy" ? 0 : 1;
      table.add({get_string(service, "name"), painted_state(health), or_dash(service, "team"),
                 get_string(service, "why")});
    }
    session.print(table.text());
    session.print_line(fmt::format("{} of {} {}healthy", services.size() - bad, services.size(),
                                   session.offline() ? "were " : ""));
    // What nobody looks at is not known to be good.
    if (session.offline()) { return kNotRunning; }
    return bad == 0 ? kGood : kBad;
  });
}

}  // namespace

extern const VerbKind health_verb;
const VerbKind health_verb{.name = "health",
                           .summary = "One table of every service, one exit status for scripts",
                           .words = "",
                           .words_max = 0,
                           .options = {},
                           .example = "vigie health && ./deploy.sh",
                           .run = &run};

}  // namespace vigie::cli
