// Pages of a watch book: every text becomes a tree or errors with their places, and what became a
// tree survives the journal.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/config.h"
#include "config/variables.h"

namespace {

using vigie::config::Environment;
using vigie::config::Node;
using vigie::config::Problems;

constexpr std::string_view kSecret = "hunter2-of-the-fuzzer";

void check_problems(const Problems& problems) {
  for (const auto& problem : problems.list()) {
    ASSERT(problem.place.file == "vigie.yml", "a problem from nowhere: {}", problem.text());
    ASSERT(problem.text().find(kSecret) == std::string::npos, "a value is shown");
  }
}

void check_journey(const Node& root) {
  const vigie::json::value once = root.to_json();
  const auto parsed = vigie::parse_json(vigie::to_text(once));
  ASSERT(parsed, "the journal cannot read the book: {}", parsed.error().what);
  const Node back = Node::from_json(*parsed);
  ASSERT(back.same_as(root), "the journal has another book");
  ASSERT(vigie::to_text(back.to_json()) == vigie::to_text(once), "the journey changes bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The fuzzer sees what we compare with, and writes it itself.
  if (text.find(kSecret) != std::string_view::npos) { return 0; }
  static const Environment environment(
      {{"SECRET", std::string(kSecret)}, {"PORT", "9797"}, {"EMPTY", ""}});
  Problems problems;
  const Node page = vigie::config::parse_yaml(text, "vigie.yml", problems);
  const Node root = vigie::config::fill_variables(page, environment, problems);
  if (root.is_map()) { vigie::config::check_top_level(root, problems); }
  check_problems(problems);
  static_cast<void>(problems.text());
  if (problems.ok()) { check_journey(root); }
  Problems dotenv;
  Environment more;
  more.add_dotenv(text, "vigie.yml", dotenv);
  check_problems(dotenv);
  return 0;
}
