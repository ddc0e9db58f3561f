#include "oncall/page_text.h"

#include <fmt/core.h>

namespace vigie::oncall {

namespace {

constexpr size_t kSubjectMax = 160;

std::string ordinal(int64_t n) {
  const bool teen = n % 100 / 10 == 1;
  const std::string_view tail = !teen && n % 10 == 1   ? "st"
                                : !teen && n % 10 == 2 ? "nd"
                                : !teen && n % 10 == 3 ? "rd"
                                                       : "th";
  return fmt::format("{}{}", n, tail);
}

/// Cut at a character, never inside one.
std::string shortened(std::string text, size_t max) {
  if (text.size() <= max) { return text; }
  size_t end = max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) { --end; }
  return text.substr(0, end) + "...";
}

std::string what_broke(const Pursuit& p) {
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) { return; }
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, value);
  };
  add("chain", p.chain);
  add("stage", p.stage);
  add("service", p.service);
  add("team", p.team);
  return out;
}

std::string links(const Roster& roster, const Pursuit& p) {
  return fmt::format("Open:     {}/#/incidents/{}\nAnswer:   vigie incident ack {}\n",
                     roster.console, p.incident.value, p.incident.value);
}

std::string age(WallTime since, WallTime now) {
  return now - since < 1s ? "just now" : humanize_duration(now - since);
}

std::string since(const Roster& roster, const Pursuit& p, WallTime now) {
  std::string out = fmt::format("Since:    {} ({})", format_for_people(p.opened_at, roster.zone),
                                age(p.opened_at, now));
  if (p.back_at) {
    out += fmt::format(", was over for a while, back since {} ({})",
                       format_for_people(*p.back_at, roster.zone), age(*p.back_at, now));
  }
  return out + "\n";
}

}  // namespace

std::string step_name(const Roster& roster, const Pursuit& pursuit) {
  const Path* path = roster.path_for(pursuit.escalation, pursuit.team);
  if (pursuit.state == PursuitState::last_resort || path == nullptr) { return "the last resort"; }
  std::string out = fmt::format("level {} of {}", pursuit.level + 1, path->name);
  if (pursuit.round > 0) { out += fmt::format(", {} round", ordinal(pursuit.round + 1)); }
  return out;
}

PageWords page_words(const Roster& roster, const State& state, const Pursuit& pursuit,
                     const std::string& why, WallTime now) {
  PageWords words;
  const bool last = pursuit.state == PursuitState::last_resort;
  const std::string again =
      pursuit.round > 0 && !last ? fmt::format(", {} call", ordinal(pursuit.round + 1)) : "";
  words.subject = fmt::format("{}{} (#{}{})", last ? "NOBODY ANSWERS: " : "",
                              shortened(pursuit.title, kSubjectMax), pursuit.incident.value, again);
  std::string& text = words.text;
  text = pursuit.title + "\n\n";
  if (const std::string where = what_broke(pursuit); !where.empty()) {
    text += fmt::format("Where:    {}\n", where);
  }
  if (!pursuit.summary.empty() && pursuit.summary != pursuit.title) {
    text += fmt::format("What:     {}\n", shortened(pursuit.summary, 1000));
  }
  if (!pursuit.severity.empty()) { text += fmt::format("Severity: {}\n", pursuit.severity); }
  if (!pursuit.urgency.empty()) { text += fmt::format("Urgency:  {}\n", pursuit.urgency); }
  text += since(roster, pursuit, now);
  text += fmt::format("Why you:  {}\n", why);
  if (!pursuit.wanted.empty()) { text += fmt::format("Because:  {}\n", pursuit.wanted); }
  for (const std::string& tried : pursuit.tried) { text += fmt::format("Tried:    {}\n", tried); }
  if (const auto next = next_step(roster, state, pursuit)) {
    text += fmt::format("Next:     {}, {}, unless somebody answers\n",
                        format_for_people(next->at, roster.zone), next->what);
  }
  text += "\n" + links(roster, pursuit);
  return words;
}

PageWords notice_words(const Roster& roster, const Pursuit& pursuit, const std::string& how,
                       WallTime at) {
  PageWords words;
  words.subject = fmt::format("{} (#{}): {}", shortened(pursuit.title, kSubjectMax),
                              pursuit.incident.value, how);
  words.text = fmt::format(
      "{}\n\n{} at {}, {} after it began. You were paged for it; this is only for you to know.\n\n"
      "Open:     {}/#/incidents/{}\n",
      pursuit.title, how, format_for_people(at, roster.zone),
      humanize_duration(at - pursuit.opened_at), roster.console, pursuit.incident.value);
  return words;
}

}  // namespace vigie::oncall
