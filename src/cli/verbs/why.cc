#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

int run(Session& session, const Arguments& arguments) {
  if (arguments.words.empty()) { return session.wrong_use("why needs the number of a page"); }
  const auto id = parse_id(arguments.word(0), "a page");
  if (!id) { return session.fail(id.error()); }
  return show_answer(
      session, api_path({"why", std::to_string(*id)}), [&](const json::object& page) {
        session.print_line(fmt::format(
            "page {} to {} by {}: {}", *id, get_string(page, "name", get_string(page, "person")),
            get_string(page, "channel"), painted_state(get_string(page, "state"))));
        for (const json::value& item : items_of(page, "because")) {
          const json::object& reason = item.get_object();
          session.print_line(fmt::format("  {}  {}",
                                         paint(short_time(reason, "at", present()), Colour::dim),
                                         get_string(reason, "text")));
        }
        return 0;
      });
}

}  // namespace

extern const VerbKind why_verb;
const VerbKind why_verb{.name = "why",
                        .summary = "The chain of reasons behind a page, from alert to delivery",
                        .words = "PAGE",
                        .words_max = 1,
                        .options = {},
                        .example = "vigie why 17",
                        .run = &run};

}  // namespace vigie::cli
