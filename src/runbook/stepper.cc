#include "runbook/stepper.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "runbook/executor_kind.h"
#include "runbook/params.h"

namespace vigie::runbook {

namespace {

Values values_of(const Run& run) {
  return {run.labels, run.params};
}

Quoting quoting_of(const Step& step) {
  const ExecutorKind* kind = find_executor(step.kind);
  return kind == nullptr ? Quoting::word : kind->quoting;
}

}  // namespace

std::optional<WallTime> next_time(const Run& run) {
  if (run.state != RunState::running) { return std::nullopt; }
  if (run.answer_by && run.limit_at) { return std::min(*run.answer_by, *run.limit_at); }
  return run.answer_by ? run.answer_by : run.limit_at;
}

const Step& Stepper::current() const {
  return run_.plan.sections[static_cast<size_t>(run_.section)]
      .steps[static_cast<size_t>(run_.step)];
}

void Stepper::say_step() {
  const StepRecord& step = record();
  out_.say(RunStepChanged{.run = run_.id,
                          .incident = run_.incident,
                          .step = step.id,
                          .title = step.title,
                          .kind = step.kind,
                          .attempt = step.attempt,
                          .state = step.state,
                          .why = step.why});
}

void Stepper::begin() {
  if (run_.automatic) { run_.limit_at = now_ + run_.plan.time_limit; }
  if (run_.single) {
    start_step();
    return;
  }
  for (size_t i = 0; i < run_.plan.sections.size(); ++i) {
    if (run_.plan.sections[i].steps.empty() || run_.plan.sections[i].detour) { continue; }
    enter(i);
    return;
  }
  end(RunState::failed, "the runbook has no step");
}

void Stepper::enter(size_t section) {
  run_.section = static_cast<int64_t>(section);
  run_.step = 0;
  if (++run_.moves > kMovesMax) {
    end(RunState::escalated, fmt::format("it went round in circles: {} moves", kMovesMax));
  } else if (run_.plan.sections[section].steps.empty()) {
    after_success();
  } else {
    start_step();
  }
}

void Stepper::start_step() {
  const Step& step = current();
  const auto attempts = std::count_if(run_.steps.begin(), run_.steps.end(),
                                      [&](const StepRecord& each) { return each.id == step.id; });
  if (++run_.moves > kMovesMax) {
    end(RunState::escalated, fmt::format("it went round in circles: {} moves", kMovesMax));
    return;
  }
  StepRecord record{.id = step.id, .title = step.title, .kind = step.kind};
  record.attempt = attempts + 1;
  record.text = fill_for_reading(step.text, quoting_of(step), values_of(run_));
  run_.steps.push_back(std::move(record));
  // A person who runs one step of a manual has read it.
  if (step.ask && !run_.single) {
    wait_for_person("waits for a go-ahead");
  } else {
    launch();
  }
}

void Stepper::launch() {
  const Step& step = current();
  Result<std::string> text = fill(step.text, quoting_of(step), values_of(run_));
  record().started_at = now_;
  if (!text) {
    const std::string why = text.error().what;
    finish_step(StepState::failed, why);
    after_failure(why);
    return;
  }
  run_.state = RunState::running;
  run_.effect = fmt::format("run-{}-{}-{}", run_.id.value, step.id, record().attempt);
  run_.answer_by = now_ + step.timeout + kAnswerGrace;
  RunStep effect{.run = run_.id,
                 .incident = run_.incident,
                 .step = step.id,
                 .title = step.title,
                 .kind = step.kind,
                 .text = *std::move(text),
                 .options = step.options,
                 .params = environment_of(values_of(run_)),
                 .timeout = step.timeout,
                 .attempt = record().attempt,
                 .repeat = step.repeat};
  out_.perform({run_.effect}, std::move(effect));
  record().state = StepState::running;
  say_step();
}

void Stepper::wait_for_person(std::string why) {
  run_.state = RunState::waiting;
  run_.limit_at.reset();  // From here on a person is in charge.
  record().why = std::move(why);
  say_step();
  if (run_.automatic && run_.incident) {
    out_.say(PageWanted{run_.incident, fmt::format("the runbook \"{}\" asks about its step \"{}\": "
                                                   "{}",
                                                   run_.title, record().title, record().why)});
  }
}

void Stepper::finish_step(StepState state, std::string why) {
  record().state = state;
  record().why = std::move(why);
  record().ended_at = now_;
  run_.effect.clear();
  run_.answer_by.reset();
  say_step();
}

void Stepper::settle(const EffectSettled& event) {
  if (run_.effect.empty() || event.effect.text != run_.effect) { return; }
  StepRecord& step = record();
  const Result<json::value> parsed = parse_json(event.data);
  if (parsed && parsed->is_object()) {
    const json::object& data = parsed->get_object();
    step.output = get_string(data, "output").substr(0, kOutputMax);
    if (data.contains("exit_status")) { step.exit_status = get_int(data, "exit_status"); }
  }
  if (event.outcome == Outcome::ok) {
    finish_step(StepState::done, event.detail);
    after_success();
    return;
  }
  if (event.outcome == Outcome::failed) {
    finish_step(StepState::failed, event.detail);
    after_failure(event.detail);
    return;
  }
  const auto cut = std::count_if(run_.steps.begin(), run_.steps.end(), [&](const StepRecord& each) {
    return each.id == step.id && each.state == StepState::unknown;
  });
  if (current().repeat == Repeat::safe && cut + 1 < kRepeatsMax && run_.stopping.empty()) {
    finish_step(StepState::unknown, "it was cut, and runs again because it may");
    start_step();
    return;
  }
  finish_step(StepState::unknown, event.detail);
  wait_for_person(
      "it was cut, and nobody knows whether it took effect: look, then answer done, "
      "not done or again");
}

void Stepper::answer(const StepAnswered& event) {
  if (run_.state != RunState::waiting || run_.steps.empty()) { return; }
  const bool asked = record().state == StepState::unknown || record().state == StepState::waiting;
  // Without a step the one that waits is meant; a click on another is too late.
  const bool meant = event.step.empty() || record().id == event.step;
  if (!asked || !meant) { return; }
  run_.state = RunState::running;
  if (run_.automatic) { run_.limit_at = now_ + run_.plan.time_limit; }
  if (event.answer == "done") {
    finish_step(StepState::done, event.who + " says that it is done");
    after_success();
  } else if (event.answer == "not_done") {
    const std::string why = event.who + " says that it is not done";
    finish_step(StepState::failed, why);
    after_failure(why);
  } else if (event.answer == "again" && record().state == StepState::waiting) {
    record().why = event.who + " said go";
    launch();
  } else if (event.answer == "again") {
    record().why += "; " + event.who + " said again";
    start_step();
  } else {
    run_.state = RunState::waiting;
  }
}

void Stepper::after_success() {
  if (!run_.stopping.empty()) {
    end(RunState::cancelled, run_.stopping);
    return;
  }
  if (run_.single) {
    end(RunState::succeeded, "");
    return;
  }
  const Section& section = run_.plan.sections[static_cast<size_t>(run_.section)];
  if (static_cast<size_t>(run_.step) + 1 < section.steps.size()) {
    ++run_.step;
    start_step();
  } else if (section.then) {
    follow(*section.then, section.id + "/then", fmt::format("\"{}\" did not help", section.title));
  } else {
    next_section();
  }
}

void Stepper::after_failure(const std::string& why) {
  if (!run_.stopping.empty()) {
    end(RunState::cancelled, run_.stopping);
    return;
  }
  const Section& section = run_.plan.sections[static_cast<size_t>(run_.section)];
  const std::string cause =
      fmt::format("\"{}\" failed{}{}", section.title, why.empty() ? "" : ": ", why);
  if (!run_.single && section.on_failure) {
    follow(*section.on_failure, section.id + "/failure", cause);
  } else if (!run_.single && section.otherwise) {
    go(*section.otherwise, cause);
  } else if (run_.automatic) {
    end(RunState::escalated, cause);
  } else {
    end(RunState::failed, cause);
  }
}

void Stepper::follow(const Branch& branch, const std::string& key, const std::string& why) {
  int64_t& taken = run_.taken[key];
  if (branch.times == 0 || taken < branch.times) {
    ++taken;
    go(branch.target, why);
    return;
  }
  const Section& section = run_.plan.sections[static_cast<size_t>(run_.section)];
  if (branch.otherwise) {
    go(*branch.otherwise, why);
  } else {
    go(section.otherwise.value_or(Target{Goto::escalate, ""}), why);
  }
}

void Stepper::go(const Target& target, const std::string& why) {
  switch (target.to) {
    case Goto::done:
      end(RunState::succeeded, "");
      return;
    case Goto::next:
      next_section();
      return;
    case Goto::escalate:
      end(RunState::escalated, why);
      return;
    case Goto::section:
      break;
  }
  for (size_t i = 0; i < run_.plan.sections.size(); ++i) {
    if (run_.plan.sections[i].id != target.section) { continue; }
    enter(i);
    return;
  }
  end(RunState::escalated, fmt::format("there is no section \"{}\"", target.section));
}

void Stepper::next_section() {
  for (size_t i = static_cast<size_t>(run_.section) + 1; i < run_.plan.sections.size(); ++i) {
    const Section& section = run_.plan.sections[i];
    if (section.detour || (section.steps.empty() && !section.then)) { continue; }
    enter(i);
    return;
  }
  end(RunState::succeeded, "");
}

void Stepper::end(RunState state, std::string why) {
  run_.state = state;
  run_.why = std::move(why);
  run_.ended_at = now_;
  out_.say(RunEnded{.run = run_.id,
                    .incident = run_.incident,
                    .runbook = run_.runbook,
                    .title = run_.title,
                    .state = state,
                    .why = run_.why});
}

void Stepper::abort_attempt() {
  if (run_.effect.empty()) { return; }
  out_.perform({"abort-" + run_.effect}, AbortStep{{run_.effect}});
}

void Stepper::cancel(std::string_view who) {
  const std::string why = fmt::format("{} cancelled it", who);
  abort_attempt();
  if (!run_.steps.empty() && !record().ended_at) { finish_step(StepState::failed, why); }
  end(RunState::cancelled, why);
}

void Stepper::stop_after_step(std::string why) {
  if (run_.state == RunState::running) {
    run_.stopping = std::move(why);
    return;
  }
  if (!run_.steps.empty() && !record().ended_at) { finish_step(StepState::skipped, why); }
  end(RunState::cancelled, std::move(why));
}

void Stepper::time_passed() {
  if (run_.state != RunState::running) { return; }
  if (run_.limit_at && *run_.limit_at <= now_) {
    const std::string why =
        fmt::format("it took longer than {}", humanize_duration(run_.plan.time_limit));
    abort_attempt();
    if (!run_.steps.empty() && !record().ended_at) { finish_step(StepState::failed, why); }
    end(RunState::escalated, why);
    return;
  }
  if (run_.answer_by && *run_.answer_by <= now_) {
    const std::string why = "nothing was heard of it long after its timeout";
    abort_attempt();
    finish_step(StepState::failed, why);
    after_failure(why);
  }
}

void Stepper::extend_deadline() {
  if (!run_.answer_by) { return; }
  run_.answer_by = std::max(*run_.answer_by, now_ + current().timeout + kAnswerGrace);
}

}  // namespace vigie::runbook
