#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/time.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--step", "ID", "answer: the step, when more than one waits"},
    kAsPerson,
};
constexpr std::string_view kUsage =
    "runs [list | show ID | cancel ID... | answer ID go/done/not_done]";

std::string starter_of(const json::object& one) {
  return get_bool(one, "automatic") ? "Vigie" : or_dash(one, "by");
}

int list(Session& session) {
  return show_answer(session, "/api/vigie/runs", [&](const json::object& answer) {
    Table table({"id", "runbook", "state", "incident", "by", "started", "step", "why"});
    for (const json::value& item : items_of(answer, "runs")) {
      const json::object& one = item.get_object();
      const int64_t incident = get_int(one, "incident");
      table.add({std::to_string(get_int(one, "id")), get_string(one, "title"),
                 painted_state(get_string(one, "state")),
                 incident == 0 ? "-" : std::to_string(incident), starter_of(one),
                 short_time(one, "started_at", present()), or_dash(one, "step"),
                 get_string(one, "why")});
    }
    table.empty() ? session.print_line("no runs yet") : session.print(table.text());
    return 0;
  });
}

/// "3 s", or "" of what has not begun or not ended.
std::string took(const json::object& thing) {
  const auto from = parse_rfc3339(get_string(thing, "started_at"));
  const auto to = parse_rfc3339(get_string(thing, "ended_at"));
  return from && to ? humanize_duration(*to - *from) : "";
}

/// A step that no attempt was made at stands in the plan only.
std::string state_of(const json::object& step) {
  const std::string state = get_string(step, "state");
  const bool planned = state == "waiting" && get_int(step, "attempt") == 0;
  return planned ? paint("· not yet", Colour::dim) : painted_state(state);
}

/// The lines of the steps with one column below the other, each with what it printed below it.
class StepLines {
 public:
  void add(const json::object& step) {
    std::string title = get_string(step, "title");
    if (get_int(step, "attempt") > 1) {
      title += fmt::format(" (attempt {})", get_int(step, "attempt"));
    }
    const std::string at = short_time(step, "started_at", present());
    rows_.push_back({.cells = {state_of(step), title, get_string(step, "kind"), at == "-" ? "" : at,
                               took(step)},
                     .why = get_string(step, "why"),
                     .output = get_string(step, "output")});
    for (size_t i = 0; i < kColumns; ++i) {
      widths_[i] = std::max(widths_[i], width_of(rows_.back().cells[i]));
    }
  }

  void print(Session& session) const {
    for (const Row& row : rows_) {
      std::string line = " ";
      for (size_t i = 0; i < kColumns; ++i) {
        line += " " + padded(row.cells[i], widths_[i]) + " ";
      }
      if (!row.why.empty()) { line += paint(" " + row.why, Colour::dim); }
      while (line.ends_with(' ')) { line.pop_back(); }
      session.print_line(line);
      print_lines(session, row.output, "      ");
    }
  }

 private:
  static constexpr size_t kColumns = 5;
  struct Row {
    std::array<std::string, kColumns> cells;
    std::string why, output;
  };

  std::vector<Row> rows_;
  std::array<size_t, kColumns> widths_{};
};

/// "run 6 of restart-datajs for incident 2, begun by Vigie at 14:01:05, took 3 s".
std::string facts_of(const Session& session, const json::object& one) {
  std::string out = fmt::format("run {} of {}", get_int(one, "id"), get_string(one, "runbook"));
  if (get_int(one, "incident") != 0) {
    out += fmt::format(" for incident {}", get_int(one, "incident"));
  }
  out +=
      fmt::format(", begun by {} at {}", starter_of(one), short_time(one, "started_at", present()));
  const std::string whole = took(one);
  if (!whole.empty()) { return out + ", took " + whole; }
  if (session.offline()) { return out + ", not ended then"; }
  return out + fmt::format(", {} so far", age_of(one, "started_at", present()));
}

/// The commands that answer a run that waits for a person.
void print_answers(Session& session, const json::object& one) {
  const json::object* asked = nullptr;
  for (const json::value& item : items_of(one, "steps")) {
    if (get_int(item.get_object(), "attempt") > 0) { asked = &item.get_object(); }
  }
  if (get_string(one, "state") != "waiting" || asked == nullptr || session.offline()) { return; }
  const int64_t id = get_int(one, "id");
  // One that was cut may have taken effect; one that waits for a go-ahead has not begun.
  const bool cut = get_string(*asked, "state") == "unknown";
  session.print_line();
  session.print_line(
      paint(fmt::format("It waits for an answer about \"{}\":", get_string(*asked, "title")),
            Colour::bold));
  const auto line = [&](std::string_view words, std::string_view meaning) {
    const std::string command = fmt::format("vigie runs {}", words);
    session.print_line(fmt::format("  {:<32}{}", command, paint(meaning, Colour::dim)));
  };
  line(fmt::format("answer {} {}", id, cut ? "again" : "go"), cut ? "do it again" : "do it now");
  line(fmt::format("answer {} done", id), "it is done: go on with the next step");
  line(fmt::format("answer {} not_done", id),
       "it is not, and shall not be: go on as after a failure");
  line(fmt::format("cancel {}", id), "stop the whole run");
}

int show(Session& session, const std::string& word) {
  if (word.empty()) { return session.wrong_use("show which run? (vigie runs)"); }
  const auto id = parse_id(word, "a run");
  if (!id) { return session.fail(id.error()); }
  return show_answer(
      session, api_path({"runs", std::to_string(*id)}), [&](const json::object& one) {
        session.print_line(fmt::format("{}  {}  {}", paint(get_string(one, "title"), Colour::bold),
                                       painted_state(get_string(one, "state")),
                                       get_string(one, "why")));
        session.print_line(facts_of(session, one));
        StepLines lines;
        for (const json::value& step : items_of(one, "steps")) { lines.add(step.get_object()); }
        lines.print(session);
        print_answers(session, one);
        const std::string state = get_string(one, "state");
        return state == "failed" || state == "escalated" ? kBad : kGood;
      });
}

int act_on(Session& session, uint64_t id, const std::string& verb, const json::object& body) {
  const auto answer = session.post(api_path({"runs", std::to_string(id), verb}), body);
  if (!answer) { return session.fail(answer.error()); }
  session.as_json()
      ? session.print_json(*answer)
      : session.print_line(fmt::format("run {}: {}", id,
                                       painted_state(get_string(answer->get_object(), "state"))));
  return kGood;
}

int cancel(Session& session, const Arguments& arguments) {
  if (arguments.word(1).empty()) { return session.wrong_use("cancel which run? (vigie runs)"); }
  const auto ids = parse_ids(arguments, 1, "a run");
  if (!ids) { return session.fail(ids.error()); }
  int status = kGood;
  for (const uint64_t id : *ids) { status = std::max(status, act_on(session, id, "cancel", {})); }
  return status;
}

int answer(Session& session, const Arguments& arguments) {
  if (arguments.word(2).empty()) {
    return session.wrong_use("answer which run, and what? (vigie runs answer ID go|done|not_done)");
  }
  const auto id = parse_id(arguments.word(1), "a run");
  if (!id) { return session.fail(id.error()); }
  const Status few = at_most(arguments, 3, kUsage);
  if (!few) { return session.fail(few.error()); }
  return act_on(session, *id, "answer",
                json::object{{"answer", arguments.word(2)}, {"step", arguments.value("--step")}});
}

int run(Session& session, const Arguments& arguments) {
  const std::string verb = arguments.word(0);
  if (verb.empty() || verb == "list" || verb == "show") {
    const Status few = at_most(arguments, verb == "show" ? 2 : 1, kUsage);
    if (!few) { return session.fail(few.error()); }
    return verb == "show" ? show(session, arguments.word(1)) : list(session);
  }
  if (verb == "cancel") { return cancel(session, arguments); }
  if (verb == "answer") { return answer(session, arguments); }
  return session.wrong_use(fmt::format("\"{}\": use list, show, cancel or answer", verb));
}

}  // namespace

extern const VerbKind runs_verb;
const VerbKind runs_verb{.name = "runs",
                         .summary = "Runs of runbooks: what was done, what it printed",
                         .words = "[list | show ID | cancel ID... | answer ID go/done/not_done]",
                         .words_max = kWordsMax,
                         .names = "runs",
                         .options = kOptions,
                         .example = "vigie runs show 3",
                         .run = &run};

}  // namespace vigie::cli
