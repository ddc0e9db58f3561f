#pragma once

#include "base/json.h"

namespace vigie::daemon {

/// Every kind of every family with its fields, as docs/formats/console-api.md shapes it.
json::value describe_kinds();

}  // namespace vigie::daemon
