#include "sim/random_life.h"

#include <fmt/core.h>

#include "model/codec.h"
#include "sim/invariants.h"
#include "sim/story.h"

namespace vigie::sim {

namespace {

/// One random act after another upon one world.
class Life {
 public:
  explicit Life(const LifeOptions& options)
      : random_(options.seed),
        trace_(options.trace),
        telling_(options.telling),
        world_(random_book(random_), beginning(random_), random_.next(), options.deciders) {
    if (trace_) {
      world_.decided = [](const engine::Decided& decided) { print(decided); };
    }
    world_.after_step = [this] {
      if (!broken_.empty()) { return; }
      broken_ = broken_invariant(world_);
      if (broken_.empty()) { return; }
      broken_ = fmt::format("{}: {}", rfc3339(world_.now()), broken_);
      say("BROKEN " + broken_);
    };
  }

  LifeResult run(uint64_t steps) {
    const WallTime began = world_.now();
    LifeResult out;
    while (out.steps < steps && broken_.empty()) {
      ++out.steps;
      act();
    }
    if (broken_.empty()) { end_well(); }
    out.deliveries = world_.carriers().delivered().size();
    out.crashes = static_cast<size_t>(world_.crashes());
    out.events = world_.rows().events.size();
    out.simulated = world_.now() - began;
    out.broken = broken_;
    return out;
  }

 private:
  /// Anywhere in a year, so that nights of clock change come up.
  static WallTime beginning(Random& random) {
    return wall_from_millis(1'767'225'600'000 + random.between(0, 365LL * 86'400'000));
  }

  static void print(const engine::Decided& decided) {
    constexpr size_t kWidth = 600;
    for (const Event& event : decided.events) {
      fmt::print("{}   {} {}\n", rfc3339(event.at), event.cause ? " " : ">",
                 to_text(encode_event_body(event.body)).substr(0, kWidth));
    }
    for (const Effect& effect : decided.effects) {
      fmt::print("      = {} {}\n", effect.id.text,
                 to_text(encode_effect_body(effect.body)).substr(0, kWidth));
    }
  }

  void say(const std::string& what) {
    if (trace_) { fmt::print("{} {}\n", rfc3339(world_.now()), what); }
  }

  void happen(const std::string& line) {
    say(line);
    auto event = event_of(split_words(line), world_.book());
    ASSERT(event.has_value(), "{}: {}", line, event.error().what);
    world_.tell(*std::move(event));
  }

  std::string alert() {
    return random_.chance(0.3) ? "Stalled{}" : fmt::format("Down{}{{}}", random_.below(6));
  }
  std::string service() { return fmt::format("s{}", random_.below(6)); }

  /// After whatever happened, a house that is well again owes nobody anything.
  void end_well() {
    say("all is well again");
    well_again(world_);
    if (broken_.empty()) { broken_ = broken_when_well(world_, telling_); }
  }

  void act() {
    const uint64_t dice = random_.below(103);
    if (dice >= 100) {
      act_rarely();
    } else if (dice < 30) {
      pass_time();
    } else if (dice < 45) {
      happen("fire " + alert());
    } else if (dice < 57) {
      happen("fall " + alert());
    } else if (dice < 65) {
      happen(fmt::format("health {} {} why", service(),
                         random_.chance(0.5) ? "healthy" : "unhealthy"));
    } else if (dice < 73) {
      happen(fmt::format("flow line/s{} {}", random_.below(5),
                         random_.chance(0.6) ? "alive" : "dead"));
    } else if (dice < 80) {
      person_acts();
    } else if (dice < 84) {
      crash();
    } else if (dice < 88) {
      change_carriers();
    } else if (dice < 91) {
      change_disk();
    } else if (dice < 94) {
      kill_process();
    } else if (dice < 96) {
      const Millis by{random_.between(-7'200'000, 7'200'000)};
      say("clock " + format_duration(by));
      world_.jump_clock(by);
      world_.forward(Millis{6'000});
    } else {
      happen(fmt::format("{} s{}", random_.chance(0.5) ? "restart" : "start", random_.below(3)));
    }
  }

  void act_rarely() {
    const uint64_t dice = random_.below(7);
    if (dice == 0) {
      say("another book");
      world_.adopt(random_book(random_));
    } else if (dice == 1) {
      happen(fmt::format("robot line s{} {}", random_.below(5),
                         random_.chance(0.5) ? "missing" : "ok"));
    } else if (dice == 2) {
      say("run by hand");
      world_.tell(
          RunAsked{.runbook = "restart", .incident = {}, .params = {}, .who = "ana", .via = "web"});
    } else if (dice == 3) {
      say("cancel a run");
      world_.tell(RunCancelAsked{.run = {random_.below(20)}, .who = "ana", .via = "web"});
    } else if (dice == 4) {
      answer_steps();
    } else if (dice == 5) {
      happen(fmt::format("stop s{}", random_.below(3)));
    } else {
      talk_nonsense();
    }
  }

  void answer_steps() {
    say("answer every step that waits");
    const json::value runs = world_.view("runbook", "runs");
    for (const json::value& item : runs.get_array()) {
      const json::object& run = item.get_object();
      if (get_string(run, "state") != "waiting") { continue; }
      const char* const answers[] = {"done", "not_done", "again"};
      for (const char* step : {"restart", "clean"}) {
        world_.tell(StepAnswered{.run = {static_cast<uint64_t>(get_int(run, "id"))},
                                 .step = step,
                                 .answer = answers[random_.below(3)],
                                 .who = "ben",
                                 .via = "web"});
      }
    }
  }

  /// What the world may send and no room may stumble over.
  void talk_nonsense() {
    say("nonsense");
    world_.tell(AckAsked{.incident = {99'999}, .who = "nobody", .via = "", .note = {}});
    world_.tell(UnitExited{.unit = "s0", .pid = 1, .start = 9});
    world_.tell(EffectSettled{.effect = {"page-99999"}, .outcome = Outcome::ok});
    world_.tell(HealthChanged{.service = "unheard-of", .health = Health::unhealthy, .why = {}});
    world_.tell(ConditionFell{.rule = "no;such;rule", .labels = {}});
    world_.tell(StepAnswered{.run = {77}, .step = "x", .answer = "y", .who = "", .via = ""});
    world_.tell(UnitAsked{.unit = "none", .verb = "dance", .who = "ana", .via = "cli"});
  }

  void pass_time() {
    // Mostly seconds, sometimes hours: every timer gets its turn. Rarely, since most of what
    // happens in hours without an answer is the last resort again.
    const bool briefly = world_.rows().failing || random_.chance(0.9);
    const Millis by{briefly ? random_.between(100, 120'000)
                            : random_.between(600'000, 6 * 3'600'000)};
    say("forward " + format_duration(by));
    world_.forward(by);
  }

  void person_acts() {
    const json::value incidents = world_.view("incident", "incidents");
    std::vector<uint64_t> open;
    for (const json::value& item : incidents.get_array()) {
      const json::object& one = item.get_object();
      if (get_string(one, "state") != "resolved") {
        open.push_back(static_cast<uint64_t>(get_int(one, "id")));
      }
    }
    if (open.empty()) {
      say("declare");
      world_.tell(DeclareAsked{.title = "something smells",
                               .service = service(),
                               .severity = "critical",
                               .who = "ben",
                               .via = "web",
                               .note = {}});
      return;
    }
    const IncidentId incident{random_.pick(open)};
    const uint64_t dice = random_.below(3);
    say(fmt::format("person acts on {} ({})", incident.value, dice));
    if (dice == 0) {
      world_.tell(AckAsked{.incident = incident, .who = "ana", .via = "web", .note = {}});
    }
    if (dice == 1) {
      world_.tell(TakeAsked{.incident = incident, .who = "ben", .via = "web", .note = {}});
    }
    if (dice == 2) {
      world_.tell(ResolveAsked{.incident = incident, .who = "cho", .via = "web", .note = {}});
    }
  }

  void crash() {
    say("crash");
    // A machine whose disk is full at the start is started again once there is room.
    world_.refuse_writes(std::nullopt);
    world_.crash();
  }

  void change_carriers() {
    Conditions& conditions = world_.carriers().conditions;
    conditions.page_fails = random_.chance(0.5) ? 0 : random_.unit();
    conditions.step_fails = random_.chance(0.5) ? 0 : random_.unit();
    conditions.page_late = random_.chance(0.5) ? 0 : random_.unit();
    conditions.page_lost = random_.chance(0.7) ? 0 : random_.unit();
    conditions.cut_known = random_.unit();
    conditions.unit_dies = random_.chance(0.5) ? 0 : random_.unit();
    conditions.start_fails = random_.chance(0.7) ? 0 : random_.unit();
    conditions.page_takes = Millis{random_.between(1, 20'000)};
    conditions.step_takes = Millis{random_.between(1, 60'000)};
    say(fmt::format("carriers fail {:.2f}, steps {:.2f}", conditions.page_fails,
                    conditions.step_fails));
  }

  void change_disk() {
    const bool full = random_.chance(0.5);
    say(full ? "disk full" : "disk good");
    world_.refuse_writes(full ? std::optional(error(Code::exhausted, "the disk is full"))
                              : std::nullopt);
  }

  void kill_process() {
    const std::string unit = fmt::format("s{}", random_.below(3));
    const auto exited = world_.carriers().kill_unit(unit, 9);
    if (!exited) { return; }
    say("kill " + unit);
    world_.tell(*exited);
  }

  Random random_;
  const bool trace_;
  const bool telling_;
  World world_;
  std::string broken_;
};

}  // namespace

LifeResult live(const LifeOptions& options) {
  return Life(options).run(options.steps);
}

}  // namespace vigie::sim
