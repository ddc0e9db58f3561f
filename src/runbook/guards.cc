#include "runbook/guards.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runbook/executor_kind.h"
#include "runbook/params.h"

namespace vigie::runbook {

namespace {

Verdict refused(std::string why) {
  return {false, std::move(why)};
}

Verdict check_radius(const State& state, const Runbook& runbook,
                     const std::vector<std::string>& disturbs) {
  std::set<std::string> touched(disturbs.begin(), disturbs.end());
  if (touched.empty()) { return {}; }
  for (const auto& [id, run] : state.runs) {
    if (!run.in_progress()) { continue; }
    for (const std::string& service : run.disturbs) {
      if (std::find(disturbs.begin(), disturbs.end(), service) != disturbs.end()) {
        return refused(
            fmt::format("run {} (\"{}\") is at work on {}", id.value, run.title, service));
      }
      touched.insert(service);
    }
  }
  const auto most = static_cast<size_t>(runbook.guard.blast_radius);
  if (most == 0 || touched.size() <= most) { return {}; }
  return refused(fmt::format("blast radius: {} services would be disturbed at once, {} {} allowed",
                             touched.size(), most, most == 1 ? "is" : "are"));
}

}  // namespace

std::string past_key(const std::string& runbook, const std::string& service) {
  return runbook + " " + service;
}

std::vector<std::string> disturbed_by(const Runbook& runbook, const Labels& labels,
                                      const StringMap& params, const std::string& service) {
  if (!runbook.disturbs.empty()) {
    const std::set<std::string> sorted(runbook.disturbs.begin(), runbook.disturbs.end());
    return {sorted.begin(), sorted.end()};
  }
  std::set<std::string> named;
  bool acts = false;
  for (const Section& section : runbook.sections) {
    for (const Step& step : section.steps) {
      const ExecutorKind* kind = find_executor(step.kind);
      if (kind == nullptr) { continue; }
      if (kind->disturbed == nullptr) {
        acts = true;
        continue;
      }
      const Result<std::string> text = fill(step.text, kind->quoting, {labels, params});
      const std::string one = text ? kind->disturbed(*text) : "";
      if (!one.empty()) { named.insert(one); }
    }
  }
  if (acts && named.empty() && !service.empty()) { named.insert(service); }
  return {named.begin(), named.end()};
}

Verdict may_start(const State& state, const Runbook& runbook, const std::string& service,
                  const std::vector<std::string>& disturbs, bool automatic, WallTime now) {
  for (const std::string& each : disturbs) {
    if (automatic && state.stopped.contains(each)) {
      return refused(fmt::format("{} was stopped by hand, and a person starts it", each));
    }
  }
  const auto found = state.past.find(past_key(runbook.id, service));
  if (automatic && found != state.past.end()) {
    const Past& past = found->second;
    const Guard& guard = runbook.guard;
    if (past.verified && now < *past.verified + guard.cooldown) {
      const Millis left = *past.verified + guard.cooldown - now;
      return refused(fmt::format("cooldown: it helped {} ago and rests for {} more",
                                 humanize_duration(now - *past.verified), humanize_duration(left)));
    }
    const auto recent = std::count_if(past.starts.begin(), past.starts.end(), [&](WallTime start) {
      return now < start + guard.at_most_per;
    });
    if (guard.at_most > 0 && recent >= guard.at_most) {
      return refused(fmt::format("it ran {} times in {} already", recent,
                                 humanize_duration(guard.at_most_per)));
    }
  }
  return check_radius(state, runbook, disturbs);
}

void remember_start(State& state, const Runbook& runbook, const std::string& service,
                    WallTime now) {
  if (state.past.size() >= kPastKept) { state.past.erase(state.past.begin()); }
  Past& past = state.past[past_key(runbook.id, service)];
  past.starts.push_back(now);
  const auto kept = static_cast<size_t>(std::max<int64_t>(runbook.guard.at_most, 1));
  if (past.starts.size() > kept) {
    past.starts.erase(past.starts.begin(), past.starts.end() - static_cast<ptrdiff_t>(kept));
  }
}

void remember_verified(State& state, const std::string& runbook, const std::string& service,
                       WallTime now) {
  state.past[past_key(runbook, service)].verified = now;
}

}  // namespace vigie::runbook
