#include "runbook/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/codec.h"
#include "model/view.h"
#include "runbook/executor_kind.h"
#include "runbook/guards.h"
#include "runbook/library.h"
#include "runbook/markdown.h"
#include "runbook/params.h"
#include "runbook/stepper.h"
#include "runbook/suggest.h"

namespace vigie::runbook {

namespace {

json::value text_or_null(std::string_view text) {
  if (text.empty()) { return nullptr; }
  return json::value(text);
}

json::value guard_json(const Guard& guard) {
  json::object out;
  out["cooldown_ms"] = guard.cooldown.count();
  out["at_most"] = guard.at_most == 0 ? json::value(nullptr) : json::value(guard.at_most);
  out["at_most_per_ms"] = guard.at_most_per.count();
  out["blast_radius"] =
      guard.blast_radius == 0 ? json::value(nullptr) : json::value(guard.blast_radius);
  return out;
}

json::object summary_of(const Runbook& runbook) {
  json::object out;
  out["id"] = runbook.id;
  out["title"] = runbook.title;
  out["when"] = text_or_null(runbook.when_text);
  out["automatic"] = runbook.automatic;
  out["manual"] = runbook.manual;
  out["guard"] = runbook.manual ? json::value(nullptr) : guard_json(runbook.guard);
  out["path"] = runbook.path;
  return out;
}

json::value whole_runbook(const State& state, const Runbook& runbook) {
  json::object out = summary_of(runbook);
  out["html"] = "";
  for (const SourceFile& file : state.files) {
    if (file.path == runbook.path) { out["html"] = render_html(file.text); }
  }
  json::array params;
  for (const Parameter& param : runbook.params) {
    json::object one;
    one["name"] = param.name;
    one["help"] = param.help;
    one["default"] = param.fallback ? json::value(*param.fallback) : json::value(nullptr);
    params.push_back(std::move(one));
  }
  out["params"] = std::move(params);
  json::array steps;
  for (const Section& section : runbook.sections) {
    for (const Step& step : section.steps) {
      json::object one;
      one["id"] = step.id;
      one["section"] = section.id;
      one["title"] = step.title;
      one["kind"] = step.kind;
      one["text"] = step.text;
      one["approve"] = step.ask ? "ask" : "never";
      one["repeat"] = word_of(step.repeat);
      one["timeout_ms"] = step.timeout.count();
      steps.push_back(std::move(one));
    }
  }
  out["steps"] = std::move(steps);
  return out;
}

json::object summary_of(const Run& run) {
  json::object out;
  out["id"] = run.id.value;
  out["runbook"] = run.runbook;
  out["title"] = run.title;
  out["incident"] = run.incident ? json::value(run.incident.value) : json::value(nullptr);
  out["state"] = word_of(run.state);
  out["automatic"] = run.automatic;
  out["by"] = run.by;
  out["started_at"] = rfc3339(run.started_at);
  out["ended_at"] = time_or_null(run.ended_at);
  out["step"] = run.steps.empty() ? json::value(nullptr) : json::value(run.steps.back().title);
  std::string why = run.why;
  if (run.state == RunState::waiting && !run.steps.empty()) { why = run.steps.back().why; }
  out["why"] = text_or_null(why);
  return out;
}

json::object step_json(const StepRecord& step) {
  json::object out;
  out["id"] = step.id;
  out["title"] = step.title;
  out["kind"] = step.kind;
  out["text"] = step.text;
  out["state"] = word_of(step.state);
  out["attempt"] = step.attempt;
  out["started_at"] = time_or_null(step.started_at);
  out["ended_at"] = time_or_null(step.ended_at);
  out["output"] = step.output;
  out["exit_status"] = step.exit_status ? json::value(*step.exit_status) : json::value(nullptr);
  out["why"] = text_or_null(step.why);
  return out;
}

/// The attempts made, then the steps that none was made of.
json::value whole_run(const Run& run, const std::vector<Runbook>& runbooks) {
  json::object out = summary_of(run);
  json::array steps;
  for (const StepRecord& step : run.steps) { steps.push_back(step_json(step)); }
  const Runbook* plan = run.in_progress() ? &run.plan : find_runbook(runbooks, run.runbook);
  if (plan != nullptr && !run.single) {
    for (const Section& section : plan->sections) {
      for (const Step& step : section.steps) {
        const bool made = std::any_of(run.steps.begin(), run.steps.end(),
                                      [&](const StepRecord& each) { return each.id == step.id; });
        if (made) { continue; }
        StepRecord row{.id = step.id, .title = step.title, .kind = step.kind, .text = step.text};
        row.state = run.in_progress() ? StepState::waiting : StepState::skipped;
        row.attempt = 0;
        steps.push_back(step_json(row));
      }
    }
  }
  out["steps"] = std::move(steps);
  return out;
}

template <class T>
std::optional<Id<T>> parse_id(std::string_view text) {
  Id<T> out;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out.value);
  if (failed != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
  return out;
}

json::value suggestions(const State& state, const std::vector<Runbook>& runbooks,
                        std::string_view id) {
  json::array out;
  const auto incident = parse_id<IncidentTag>(id);
  const auto found = incident ? state.incidents.find(*incident) : state.incidents.end();
  if (found == state.incidents.end()) { return out; }
  for (const Suggestion& one : suggest(runbooks, found->second)) {
    json::object item;
    item["id"] = one.runbook->id;
    item["title"] = one.runbook->title;
    item["automatic"] = one.runbook->automatic;
    item["why"] = one.why;
    out.push_back(std::move(item));
  }
  return out;
}

/// What happens next by itself: the deadline of a run, or the page after one that helped.
json::value next(const State& state, std::string_view id) {
  const auto incident = parse_id<IncidentTag>(id);
  if (!incident) { return nullptr; }
  json::object out;
  for (const auto& [run_id, run] : state.runs) {
    if (run.incident != *incident || !run.in_progress()) { continue; }
    if (run.state == RunState::waiting) {
      out["at"] = nullptr;
      out["what"] = fmt::format("\"{}\" waits for an answer about \"{}\"", run.title,
                                run.steps.empty() ? "" : run.steps.back().title);
      return out;
    }
    // The step's own deadline says when to look again; the limit of the whole run may be far off.
    const std::optional<WallTime> by = next_time(run);
    if (!by) { continue; }
    const bool of_step = run.answer_by == by && !run.steps.empty();
    out["at"] = rfc3339(*by);
    out["what"] = of_step
                      ? fmt::format("\"{}\" has worked by then, or counts as failed ({})",
                                    run.steps.back().title, run.title)
                      : fmt::format("\"{}\" has helped by then, or somebody is paged", run.title);
    return out;
  }
  const auto found = state.incidents.find(*incident);
  if (found == state.incidents.end() || !found->second.settle_by) { return nullptr; }
  out["at"] = rfc3339(*found->second.settle_by);
  out["what"] = "somebody is paged unless it is over by then";
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const char* begin = text.data() + i + 1;
    if (escape && std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

struct DryRun {
  std::string runbook;
  std::optional<IncidentId> incident;
  StringMap params;
};

DryRun parse_dry_run(std::string_view rest) {
  DryRun out;
  const size_t question = rest.find('?');
  out.runbook = percent_decoded(rest.substr(0, question));
  rest = question == std::string_view::npos ? "" : rest.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) { continue; }
    const std::string name = percent_decoded(pair.substr(0, equals));
    const std::string value = percent_decoded(pair.substr(equals + 1));
    if (name == "incident") { out.incident = parse_id<IncidentTag>(value); }
    if (name.starts_with("param.")) { out.params[name.substr(6)] = value; }
  }
  return out;
}

json::object planned_step(const Step& step, const Values& values) {
  const ExecutorKind* kind = find_executor(step.kind);
  json::object out;
  out["id"] = step.id;
  out["title"] = step.title;
  out["kind"] = step.kind;
  out["approve"] = step.ask ? "ask" : "never";
  out["text"] = kind == nullptr ? step.text : fill_for_reading(step.text, kind->quoting, values);
  return out;
}

/// Labels that a step names and the incident does not have: its run would fail there.
void add_missing_labels(const Step& step, const Labels& labels, std::vector<std::string>& missing) {
  const Result<std::vector<std::string>> names = references(step.text);
  if (!names) { return; }
  for (const std::string& name : *names) {
    const bool label = name.starts_with("labels.");
    const bool known = std::find(missing.begin(), missing.end(), name) != missing.end();
    if (label && !known && !labels.has(name.substr(7))) { missing.push_back(name); }
  }
}

json::value dry_run(const State& state, const std::vector<Runbook>& runbooks, std::string_view rest,
                    WallTime now) {
  const DryRun asked = parse_dry_run(rest);
  const size_t hash = asked.runbook.find('#');
  const bool whole = hash == std::string::npos;
  const Runbook* runbook = find_runbook(runbooks, asked.runbook.substr(0, hash));
  if (runbook == nullptr) { return nullptr; }
  const Step* only = whole ? nullptr : find_step(*runbook, asked.runbook.substr(hash + 1));
  if (!whole && only == nullptr) { return nullptr; }
  Filled filled = whole ? fill_parameters(*runbook, asked.params)
                        : fill_parameters(*runbook, *only, asked.params);
  Labels labels;
  std::string service;
  if (asked.incident && state.incidents.contains(*asked.incident)) {
    const KnownIncident& incident = state.incidents.at(*asked.incident);
    labels = incident.labels;
    service = incident.service;
  }
  json::array steps;
  for (const Section& section : runbook->sections) {
    for (const Step& step : section.steps) {
      if (!whole && &step != only) { continue; }
      add_missing_labels(step, labels, filled.missing);
      steps.push_back(planned_step(step, {labels, filled.params}));
    }
  }
  const auto disturbs = disturbed_by(*runbook, labels, filled.params, service);
  Verdict verdict = may_start(state, *runbook, service, disturbs, false, now);
  if (!filled.missing.empty()) {
    verdict = {false, fmt::format("a value is needed for {}", fmt::join(filled.missing, ", "))};
  }
  json::object guard;
  guard["allowed"] = verdict.allowed;
  guard["why"] = text_or_null(verdict.why);
  json::object out;
  out["steps"] = std::move(steps);
  out["guard"] = std::move(guard);
  json::array missing;
  for (const std::string& name : filled.missing) { missing.emplace_back(name); }
  out["missing"] = std::move(missing);
  return out;
}

json::value all_runbooks(const std::vector<Runbook>& runbooks) {
  json::array out;
  for (const Runbook& runbook : runbooks) { out.push_back(summary_of(runbook)); }
  return out;
}

json::value all_runs(const State& state) {
  json::array out;
  for (auto run = state.runs.rbegin(); run != state.runs.rend(); ++run) {
    out.push_back(summary_of(run->second));
  }
  return out;
}

}  // namespace

Filled fill_parameters(const Runbook& runbook, const Step& only, const StringMap& given) {
  Filled filled = fill_parameters(runbook, given);
  const std::vector<std::string> used = placeholders(only.text);
  std::erase_if(filled.missing, [&](const std::string& name) {
    return runbook.manual && std::find(used.begin(), used.end(), name) == used.end();
  });
  return filled;
}

Filled fill_parameters(const Runbook& runbook, const StringMap& given) {
  Filled out;
  for (const Parameter& param : runbook.params) {
    const auto found = given.find(param.name);
    if (found != given.end()) {
      out.params[param.name] = found->second;
    } else if (param.fallback) {
      out.params[param.name] = *param.fallback;
    } else {
      out.missing.push_back(param.name);
    }
  }
  return out;
}

json::value view(const State& state, const std::vector<Runbook>& runbooks, std::string_view path,
                 WallTime now) {
  if (path == "runbooks") { return all_runbooks(runbooks); }
  if (path == "runs") { return all_runs(state); }
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) { return nullptr; }
  const std::string_view what = path.substr(0, slash);
  const std::string_view rest = path.substr(slash + 1);
  if (what == "runbooks") {
    const Runbook* runbook = find_runbook(runbooks, rest);
    return runbook == nullptr ? json::value(nullptr) : whole_runbook(state, *runbook);
  }
  if (what == "runs") {
    const auto id = parse_id<RunTag>(rest);
    const auto found = id ? state.runs.find(*id) : state.runs.end();
    return found == state.runs.end() ? json::value(nullptr) : whole_run(found->second, runbooks);
  }
  if (what == "suggest") { return suggestions(state, runbooks, rest); }
  if (what == "next") { return next(state, rest); }
  if (what == "dry-run") { return dry_run(state, runbooks, rest, now); }
  return nullptr;
}

}  // namespace vigie::runbook
