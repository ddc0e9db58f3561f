#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {{"--all", "", "resolved ones too"}};

std::string label_text(const json::object& alert) {
  const json::object* labels = get_object(alert, "labels");
  std::string out;
  if (labels == nullptr) { return out; }
  for (const auto& label : *labels) {
    if (label.key() == "alertname") { continue; }
    if (!out.empty()) { out += ' '; }
    out += std::string(label.key()) + "=" + get_string(*labels, label.key());
  }
  return out;
}

int run(Session& session, const Arguments& arguments) {
  const bool all = arguments.has("--all");
  return show_answer(session, "/api/vigie/alerts", [&](const json::object& answer) {
    Table table({"alert", "state", "since", "incident", "labels", "note"});
    size_t firing = 0;
    for (const json::value& item : items_of(answer, "alerts")) {
      const json::object& alert = item.get_object();
      const std::string state = get_string(alert, "state");
      if (state == "resolved" && !all) { continue; }
      firing += state == "firing" ? 1 : 0;
      const json::object* labels = get_object(alert, "labels");
      const int64_t incident = get_int(alert, "incident");
      table.add({labels == nullptr ? "-" : get_string(*labels, "alertname"), painted_state(state),
                 age_of(alert, "active_at", present()),
                 incident == 0 ? "-" : std::to_string(incident), label_text(alert),
                 with_times(get_string(alert, "reason"), present())});
    }
    if (table.empty()) {
      session.print_line("no alerts");
    } else {
      session.print(table.text());
    }
    return firing == 0 ? 0 : 1;
  });
}

}  // namespace

extern const VerbKind alerts_verb;
const VerbKind alerts_verb{.name = "alerts",
                           .summary = "What is firing or pending, and why it does or does not page",
                           .words = "",
                           .words_max = 0,
                           .options = kOptions,
                           .example = "vigie alerts --all",
                           .run = &run};

}  // namespace vigie::cli
