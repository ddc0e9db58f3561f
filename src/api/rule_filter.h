#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "net/net.h"

namespace vigie::api {

/// What of /api/v1/rules is asked for, in Prometheus' words: type=alert|record, and rule_name[],
/// rule_group[] and file[] as often as one likes.
struct RuleFilter {
  std::string type;  ///< "alerting", "recording" or "" for both.
  std::set<std::string, std::less<>> names, groups, files;

  /// Errors: `invalid` for a type that is none.
  static Result<RuleFilter> read(const net::HttpRequest& request);
  bool takes_all() const {
    return type.empty() && names.empty() && groups.empty() && files.empty();
  }
  /// Leaves the groups that were asked for, and of those what has rules that were.
  void apply(json::object& data) const;
};

}  // namespace vigie::api
