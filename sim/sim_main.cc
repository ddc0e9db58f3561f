// vigie-sim stories DIR_OR_FILE...      runs stories
// vigie-sim random [--seed N] [--steps N] [--for 60s] [--trace] [--without-telling]   random lives
#include <fmt/core.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.h"
#include "sim/random_life.h"
#include "sim/story.h"

namespace vigie::sim {
namespace {

constexpr uint64_t kStepsOfALife = 400;

std::vector<std::string> stories_in(const std::vector<std::string>& places) {
  std::vector<std::string> out;
  for (const std::string& place : places) {
    if (!std::filesystem::is_directory(place)) {
      out.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(place)) {
      if (entry.path().extension() == ".story") { out.push_back(entry.path().string()); }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

int run_stories(const std::vector<std::string>& places) {
  size_t passed = 0;
  size_t failed = 0;
  for (const std::string& path : stories_in(places)) {
    const Status told = Story(path).run();
    told ? ++passed : ++failed;
    if (!told) { fmt::print("FAILED {}\n", told.error().what); }
  }
  fmt::print("stories: {} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

struct Wanted {
  uint64_t seed = 0;
  uint64_t steps = kStepsOfALife;
  Millis length{0};
  bool trace = false;
  bool telling = true;
};

bool read_number(const std::string& text, uint64_t& out) {
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
}

bool read_arguments(const std::vector<std::string>& arguments, Wanted& out) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    const std::string value = i + 1 < arguments.size() ? arguments[i + 1] : "";
    if (name == "--trace") {
      out.trace = true;
      continue;
    }
    if (name == "--without-telling") {
      out.telling = false;
      continue;
    }
    ++i;
    if (name == "--seed" && read_number(value, out.seed)) { continue; }
    if (name == "--steps" && read_number(value, out.steps)) { continue; }
    if (name == "--for") {
      const auto length = parse_duration(value);
      if (length) {
        out.length = *length;
        continue;
      }
    }
    return false;
  }
  return true;
}

int run_random(const Wanted& wanted) {
  const MonoTime end = real_clock().mono() + wanted.length;
  uint64_t seed =
      wanted.seed != 0 ? wanted.seed : static_cast<uint64_t>(to_millis(real_clock().wall()));
  uint64_t lives = 0;
  LifeResult total;
  fmt::print("seeds from {}\n", seed);
  do {
    const LifeResult one = live({.seed = seed,
                                 .steps = wanted.steps,
                                 .trace = wanted.trace,
                                 .telling = wanted.telling,
                                 .deciders = {}});
    ++lives;
    total.steps += one.steps;
    total.deliveries += one.deliveries;
    total.crashes += one.crashes;
    total.events += one.events;
    total.simulated += one.simulated;
    if (!one.broken.empty()) {
      fmt::print("FAILED {}\n  again with: vigie-sim random --seed {} --steps {} --trace\n",
                 one.broken, seed, one.steps);
      fmt::print("simulation: {} passed, 1 failed\n", lives - 1);
      return 1;
    }
    ++seed;
  } while (real_clock().mono() < end);
  fmt::print("{} lives, {} of simulated on-call, {} steps, {} events, {} deliveries, {} crashes\n",
             lives, humanize_duration(total.simulated), total.steps, total.events, total.deliveries,
             total.crashes);
  fmt::print("simulation: {} passed, 0 failed\n", lives);
  return 0;
}

int main(const std::vector<std::string>& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  log::configure(log::Level::error, log::Format::text);
  set_bugs_abort(true);
  if (arguments.size() > 1 && arguments[0] == "stories") {
    return run_stories({arguments.begin() + 1, arguments.end()});
  }
  Wanted wanted;
  if (!arguments.empty() && arguments[0] == "random" &&
      read_arguments({arguments.begin() + 1, arguments.end()}, wanted)) {
    return run_random(wanted);
  }
  fmt::print(stderr,
             "usage: vigie-sim stories PLACE... | random [--seed N] [--steps N] [--for 60s] "
             "[--trace] [--without-telling]\n");
  return 2;
}

}  // namespace
}  // namespace vigie::sim

int main(int argc, char** argv) {
  return vigie::sim::main({argv + 1, argv + argc});
}
