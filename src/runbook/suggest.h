#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runbook/state.h"

namespace vigie::runbook {

struct Suggestion {
  const Runbook* runbook = nullptr;
  std::string why;
  int64_t weight = 0;
};

/// Runbooks for an incident, best first: those whose `when` holds, then those that share words of
/// symptoms or title with it, or name its service. At most 10.
std::vector<Suggestion> suggest(const std::vector<Runbook>& runbooks,
                                const KnownIncident& incident);

/// The automatic runbook whose `when` holds with the most matchers; of equal ones the first by id.
const Runbook* automatic_for(const std::vector<Runbook>& runbooks, const Labels& labels);

/// Words of four letters and more, lower case, without a plural's s, each once, sorted.
std::vector<std::string> words_of(std::string_view text);

}  // namespace vigie::runbook
