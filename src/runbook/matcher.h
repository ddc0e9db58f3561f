#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "runbook/definition.h"

namespace vigie::runbook {

/// `alert="HeartbeatStalled", stage=~"data.*"`: Prometheus' matchers, with or without braces.
/// `alert` is another name of alertname. Errors: `invalid` with what was expected where.
Result<std::vector<Matcher>> parse_matchers(std::string_view text);

/// A missing label is empty, patterns are RE2's, anchored at both ends: as in Prometheus.
bool matches(const Matcher& matcher, const Labels& labels);
bool matches(const std::vector<Matcher>& matchers, const Labels& labels);
/// The first list of `when` that holds, or nullptr.
const std::vector<Matcher>* matching(const Runbook& runbook, const Labels& labels);

std::string text_of(const std::vector<Matcher>& matchers);

}  // namespace vigie::runbook
