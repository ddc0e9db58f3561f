#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"
#include "config/problems.h"
#include "tsdb/matcher.h"

namespace vigie::alerting {

/// Alertmanager's way of writing matchers: `{a="b", c!~"d|e"}`, `a=b`, `a = "b",`; the value may be
/// bare. Errors: `invalid` with the reason.
Result<tsdb::Matchers> parse_matchers(std::string_view text);

/// A list of such texts (`matchers:`); mistakes go to `problems`.
tsdb::Matchers read_matchers(const config::Node& node, config::Problems& problems);
/// The older maps `match:` (op equal) and `match_re:` (op regex).
tsdb::Matchers read_match_map(const config::Node& node, tsdb::MatchOp op,
                              config::Problems& problems);

/// `{a="b",c!="d"}`, sorted by name as Alertmanager sorts them.
std::string text_of(tsdb::Matchers matchers);

}  // namespace vigie::alerting
