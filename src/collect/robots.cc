#include "collect/robots.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/random.h"
#include "collect/kafka_sender.h"

namespace vigie::collect {

namespace {

constexpr Nanos kPollEvery = 200ms;
/// One question of a stage that hangs must not use up the whole wait.
constexpr Nanos kQuestionMax = 2s;

std::string filled(std::string text, const std::string& id, const std::string& now) {
  for (const auto& [mark, value] :
       {std::pair<std::string_view, const std::string&>{"{{id}}", id}, {"{{now}}", now}}) {
    for (size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

}  // namespace

/// One chain's robot.
class Robots::Round final : public Job {
 public:
  Round(Robots& robots, RobotSettings settings, config::Secrets secrets)
      : robots_(robots),
        settings_(std::move(settings)),
        context_{robots.loop_, robots.http_, std::move(secrets)},
        target_(Labels{{"job", "robot"}, {"chain", settings_.chain}}, robots.sink_),
        random_(Labels{{"chain", settings_.chain}}.hash() ^
                static_cast<uint64_t>(to_millis(robots.loop_.clock().wall()))) {}

  Pace pace() const override {
    return {.every = settings_.every, .seed = target_.labels().hash(), .at_once = true};
  }
  Task<void> round(WallTime at) override;
  void ended(WallTime at) override { target_.end(at); }
  const std::string& text() const { return settings_.text; }
  void set_secrets(config::Secrets secrets) { context_.secrets = std::move(secrets); }

 private:
  Task<Status> send(Substitute substitute);
  Task<void> watch(size_t index, Substitute substitute, MonoTime sent);
  void report(WallTime at, const std::string& id);

  Robots& robots_;
  const RobotSettings settings_;
  ProbeContext context_;
  TextTarget target_;
  Random random_;
  std::unique_ptr<KafkaSender> kafka_;
  std::vector<RobotStage> stages_;
  TaskGroup watches_;
  size_t watching_ = 0;
  std::shared_ptr<Completion<bool>> all_watched_;
  uint64_t rounds_good_ = 0, rounds_bad_ = 0;
};

Task<Status> Robots::Round::send(Substitute substitute) {
  const MonoTime deadline = context_.loop.clock().mono() + Nanos(settings_.send_timeout);
  if (settings_.http) {
    ProbeOutcome outcome =
        co_await run_http_check(&*settings_.http, context_, substitute, deadline);
    if (!outcome.success) { co_return error(Code::unavailable, outcome.why); }
    co_return ok();
  }
  const KafkaSend& kafka = *settings_.kafka;
  if (kafka_ == nullptr) { VIGIE_CO_TRY(kafka_, KafkaSender::open(kafka.brokers)); }
  Status sent = co_await kafka_->send(&context_.loop, kafka.topic, substitute(kafka.key),
                                      substitute(kafka.value), deadline);
  co_return sent;
}

Task<void> Robots::Round::watch(size_t index, Substitute substitute, MonoTime sent) {
  const RobotExpect& expect = settings_.expects[index];
  const Clock& clock = context_.loop.clock();
  RobotStage& stage = stages_[index];
  const MonoTime give_up = sent + Nanos(expect.within) * 2;
  while (clock.mono() < give_up) {
    const MonoTime asked = clock.mono();
    ProbeOutcome outcome = co_await run_http_check(&expect.check, context_, substitute,
                                                   std::min(asked + kQuestionMax, give_up));
    stage.detail = outcome.why;
    if (outcome.success) {
      stage.took = std::chrono::duration_cast<Millis>(clock.mono() - sent);
      stage.result = stage.took <= expect.within ? RobotResult::ok : RobotResult::late;
      break;
    }
    Status slept = co_await context_.loop.sleep_until(clock.mono() + kPollEvery);
    if (!slept) { break; }
  }
  if (--watching_ == 0) { all_watched_->complete(true); }
}

Task<void> Robots::Round::round(WallTime at) {
  const std::string id =
      fmt::format("vigie-{}-{:08x}", to_millis(at), static_cast<uint32_t>(random_.next()));
  const std::string now = rfc3339(at);
  const Substitute substitute = [id, now](std::string text) {
    return filled(std::move(text), id, now);
  };
  stages_.clear();
  for (const RobotExpect& expect : settings_.expects) {
    stages_.push_back({expect.stage, RobotResult::missing, Millis{0}, ""});
  }
  Status sent = co_await send(substitute);
  bool cancelled = co_await BeingCancelled{};
  if (cancelled) { co_return; }
  if (sent) {
    watching_ = stages_.size();
    all_watched_ = std::make_shared<Completion<bool>>();
    all_watched_->on_cancel = [this] { watches_.cancel(); };
    const MonoTime since = context_.loop.clock().mono();
    for (size_t i = 0; i < stages_.size(); ++i) { watches_.spawn(watch(i, substitute, since)); }
    if (watching_ != 0) {
      const bool done = co_await wait(all_watched_);
      static_cast<void>(done);
    }
    cancelled = co_await BeingCancelled{};
    if (cancelled) { co_return; }
  } else {
    for (RobotStage& stage : stages_) {
      stage.detail = "the message could not be sent: " + sent.error().what;
    }
  }
  report(at, id);
}

void Robots::Round::report(WallTime at, const std::string& id) {
  const bool good = std::all_of(stages_.begin(), stages_.end(), [](const RobotStage& stage) {
    return stage.result == RobotResult::ok;
  });
  ++(good ? rounds_good_ : rounds_bad_);
  TextWriter out;
  out.gauge("vigie_robot_success", "Whether every stage showed the message in time.", good ? 1 : 0);
  out.family("vigie_robot_stage_success", "gauge", "Whether the stage showed it in time.");
  for (const RobotStage& stage : stages_) {
    out.sample("vigie_robot_stage_success", {{"stage", stage.stage}},
               stage.result == RobotResult::ok ? 1 : 0);
  }
  out.family("vigie_robot_stage_duration_seconds", "gauge",
             "Time from sending until the stage showed the message.");
  for (const RobotStage& stage : stages_) {
    if (stage.result == RobotResult::missing) { continue; }
    out.sample("vigie_robot_stage_duration_seconds", {{"stage", stage.stage}},
               to_seconds(stage.took));
  }
  out.family("vigie_robot_rounds_total", "counter", "Rounds by result.");
  out.sample("vigie_robot_rounds_total", {{"result", "ok"}}, static_cast<double>(rounds_good_));
  out.sample("vigie_robot_rounds_total", {{"result", "failed"}}, static_cast<double>(rounds_bad_));
  target_.accept(out.text(), at);
  robots_.facts_({at, RobotRoundEnded{settings_.chain, id, stages_}});
}

Robots::Robots(Loop& loop, Rounds& rounds, net::HttpClient& http, SampleSink sink, FactSink facts)
    : loop_(loop), rounds_(rounds), http_(http), sink_(std::move(sink)), facts_(std::move(facts)) {}

Robots::~Robots() = default;

void Robots::adopt(std::vector<RobotSettings> robots, const config::Secrets& secrets) {
  auto before = std::exchange(running_, {});
  for (RobotSettings& settings : robots) {
    const std::string chain = settings.chain;
    const auto known = before.find(chain);
    const bool same = known != before.end() && known->second->text() == settings.text;
    std::shared_ptr<Round>& round = running_[chain];
    if (same) {
      round = std::move(known->second);
      round->set_secrets(secrets);
    } else {
      round = std::make_shared<Round>(*this, std::move(settings), secrets);
      rounds_.start("robot/" + chain, round);
    }
    if (known != before.end()) { before.erase(known); }
  }
  for (const auto& [chain, round] : before) { rounds_.end("robot/" + chain); }
}

bool Robots::hurry(const std::string& chain) {
  if (running_.count(chain) == 0) { return false; }
  rounds_.hurry("robot/" + chain);
  return true;
}

}  // namespace vigie::collect
