#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"

namespace vigie::cli {

namespace {

void print_fields(Session& session, const json::object& kind) {
  Table table({"field", "type", "default", "help"});
  for (const json::value& item : items_of(kind, "fields")) {
    const json::object& field = item.get_object();
    const json::value* fallback = field.if_contains("default");
    table.add({get_string(field, "name"), get_string(field, "type"),
               get_bool(field, "required")                    ? "(required)"
               : fallback != nullptr && fallback->is_string() ? get_string(field, "default")
                                                              : "",
               get_string(field, "help")});
  }
  session.print(table.text());
  session.print_line();
  session.print_line(get_string(kind, "example"));
}

int run(Session& session, const Arguments& arguments) {
  const json::value kinds = session.deps().kinds();
  if (session.as_json()) {
    session.print_json(kinds);
    return 0;
  }
  bool found = arguments.words.empty();
  Table table({"family", "kind", "what it does"});
  for (const json::value& item : items_of(kinds.get_object(), "families")) {
    const json::object& family = item.get_object();
    const std::string family_name = get_string(family, "family");
    if (!arguments.word(0).empty() && family_name != arguments.word(0)) { continue; }
    for (const json::value& one : items_of(family, "kinds")) {
      const json::object& kind = one.get_object();
      const std::string name = get_string(kind, "name");
      if (!arguments.word(1).empty() && name != arguments.word(1)) { continue; }
      found = true;
      if (arguments.word(1).empty()) {
        table.add({family_name, paint(name, Colour::bold), get_string(kind, "summary")});
        continue;
      }
      session.print_line(fmt::format("{} {}  {}", family_name, paint(name, Colour::bold),
                                     get_string(kind, "summary")));
      print_fields(session, kind);
    }
  }
  if (!table.empty()) { session.print(table.text()); }
  return found ? 0 : session.wrong_use("there is no such kind (vigie kinds lists them)");
}

}  // namespace

extern const VerbKind kinds_verb;
const VerbKind kinds_verb{.name = "kinds",
                          .summary = "What this Vigie can probe, collect, notify and execute",
                          .words = "[FAMILY [NAME]]",
                          .words_max = 2,
                          .options = {},
                          .example = "vigie kinds probe tcp",
                          .run = &run};

}  // namespace vigie::cli
