#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--inactive", "", "show: only devices that went quiet"},
    {"--limit", "N", "show: at most N devices (default 100)"},
};
constexpr std::string_view kUsage = "fleet [list | count NAME | show NAME]";

int list(Session& session) {
  return show_answer(session, "/api/vigie/fleets", [&](const json::object& answer) {
    Table table({"fleet", "devices", "active", "inactive"});
    for (const json::value& item : items_of(answer, "fleets")) {
      const json::object& fleet = item.get_object();
      const int64_t inactive = get_int(fleet, "inactive");
      table.add({get_string(fleet, "name"), std::to_string(get_int(fleet, "devices")),
                 std::to_string(get_int(fleet, "active")),
                 paint(std::to_string(inactive), inactive == 0 ? Colour::none : Colour::yellow)});
    }
    session.print(table.text());
    return 0;
  });
}

int count(Session& session, const std::string& name) {
  return show_answer(
      session, api_path({"fleets", name}) + "?limit=1", [&](const json::object& fleet) {
        session.print_line(fmt::format("{} devices, {} active, {} inactive",
                                       get_int(fleet, "devices"), get_int(fleet, "active"),
                                       get_int(fleet, "inactive")));
        return 0;
      });
}

int show(Session& session, const std::string& name, const Arguments& arguments) {
  std::string path = api_path({"fleets", name});
  if (arguments.has("--inactive")) { add_parameter(path, "inactive", "true"); }
  if (arguments.has("--limit")) { add_parameter(path, "limit", arguments.value("--limit")); }
  return show_answer(session, path, [&](const json::object& fleet) {
    Table table({"device", "last heartbeat", "active"});
    for (const json::value& item : items_of(fleet, "list")) {
      const json::object& device = item.get_object();
      table.add({get_string(device, "device"), age_of(device, "last_at", present()) + " ago",
                 get_bool(device, "active") ? paint("● yes", Colour::green)
                                            : paint("✖ no", Colour::yellow)});
    }
    const std::string_view none =
        arguments.has("--inactive") ? "no device is silent" : "no device yet";
    table.empty() ? session.print_line(none) : session.print(table.text());
    return 0;
  });
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  const std::string name = arguments.word(1);
  const bool lists = verb.empty() || verb == "list";
  const Status few = at_most(arguments, lists ? 1 : 2, kUsage);
  if (!few) { return session.fail(few.error()); }
  if (lists) { return list(session); }
  if (verb == "count" && !name.empty()) { return count(session, name); }
  if (verb == "show" && !name.empty()) { return show(session, name, arguments); }
  return session.wrong_use(fmt::format("use: vigie {}", kUsage));
}

}  // namespace

extern const VerbKind fleet_verb;
const VerbKind fleet_verb{.name = "fleet",
                          .summary = "Fleets of devices: who sends heartbeats and who went quiet",
                          .words = "[list | count NAME | show NAME]",
                          .words_max = 2,
                          .names = "fleets",
                          .options = kOptions,
                          .example = "vigie fleet show gateways --inactive",
                          .run = &run};

}  // namespace vigie::cli
