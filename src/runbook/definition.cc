#include "runbook/definition.h"

namespace vigie::runbook {

const Section* find_section(const Runbook& runbook, std::string_view id) {
  for (const Section& section : runbook.sections) {
    if (section.id == id) { return &section; }
  }
  return nullptr;
}

const Step* find_step(const Runbook& runbook, std::string_view id) {
  for (const Section& section : runbook.sections) {
    for (const Step& step : section.steps) {
      if (step.id == id) { return &step; }
    }
  }
  return nullptr;
}

size_t count_steps(const Runbook& runbook) {
  size_t count = 0;
  for (const Section& section : runbook.sections) { count += section.steps.size(); }
  return count;
}

}  // namespace vigie::runbook
