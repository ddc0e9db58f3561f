#include "cli/unit_verbs.h"

#include <fmt/core.h>

#include "cli/lists.h"
#include "cli/terminal.h"

namespace vigie::cli {

int act_on_units(Session& session, std::string_view verb, const Arguments& arguments) {
  if (arguments.words.empty()) { return session.wrong_use(fmt::format("{} which service?", verb)); }
  int status = 0;
  for (const std::string& name : arguments.words) {
    const auto answer = session.post(api_path({"services", name, verb}), json::object{});
    if (!answer) {
      status = std::max(status, session.fail(answer.error()));
      continue;
    }
    if (session.as_json()) {
      session.print_json(*answer);
      continue;
    }
    const json::object* unit = get_object(answer->get_object(), "unit");
    session.print_line(fmt::format(
        "{}: {}", name, painted_state(unit == nullptr ? "unknown" : get_string(*unit, "state"))));
  }
  return status;
}

}  // namespace vigie::cli
