// Runbooks: every text is a page. What can be run is bounded, errors have their line, and what
// people see of it carries no script.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "runbook/markdown.h"
#include "runbook/parse.h"

namespace {

using vigie::config::Problems;
using vigie::runbook::Runbook;

constexpr std::string_view kPath = "runbooks/fuzzed.md";

size_t lines_of(std::string_view text) {
  size_t lines = 1;
  for (const char c : text) { lines += c == '\n' || c == '\r' ? 1 : 0; }
  return lines;
}

void check_problems(const Problems& problems, size_t lines) {
  for (const auto& problem : problems.list()) {
    ASSERT(problem.place.file == kPath, "a problem from nowhere: {}", problem.text());
    ASSERT(problem.place.line <= lines, "line {} of {}", problem.place.line, lines);
  }
}

/// Ids name steps in the journal for ever: two of one name would settle each other.
void check_steps(const Runbook& runbook) {
  std::set<std::string> ids;
  for (const auto& section : runbook.sections) {
    for (const auto& step : section.steps) {
      ASSERT(ids.insert(step.id).second, "two steps are named {}", step.id);
      ASSERT(vigie::runbook::find_step(runbook, step.id) != nullptr, "{} is not found", step.id);
    }
  }
  ASSERT(ids.size() <= vigie::runbook::kStepsMax, "{} steps", ids.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Problems problems;
  const Runbook runbook = vigie::runbook::parse_runbook(std::string(kPath), text, problems);
  check_problems(problems, lines_of(text));
  if (problems.ok()) { check_steps(runbook); }
  const std::string html = vigie::runbook::render_html(text);
  ASSERT(html.find("<script") == std::string::npos, "a script in a runbook");
  ASSERT(html.find("=\"javascript:") == std::string::npos, "a link that runs code");
  return 0;
}
