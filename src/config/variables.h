#pragma once

#include <string>
#include <string_view>

#include "config/node.h"
#include "config/problems.h"
#include "config/secrets.h"

namespace vigie::config {

/// The tree with `${NAME}` and `${NAME:-default}` filled in, in every scalar value except below
/// keys that end in `relabel_configs`, where `$1` and `${name}` are the relabeling's own. `$${`
/// writes `${`; every other dollar sign stands for itself, and so does `${1}`.
/// Unset variables and malformed references are errors with their place; no message shows a value.
Node fill_variables(const Node& node, const Environment& environment, Problems& problems);

}  // namespace vigie::config
