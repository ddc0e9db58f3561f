#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "stage/fwd.h"

namespace vigie::stage {

/// A flag of a role: --name VALUE.
struct Option {
  std::string_view name, fallback, help;
};

/// The command line of one role. Other roles are found by --ROLE (a port, host:port or URL), else
/// by the variable STAGE_ROLE, else at their usual port.
class Options {
 public:
  /// `arguments` after the role's name. Errors: `invalid` with what was expected.
  static Result<Options> parse(const RoleKind& kind, const std::vector<std::string>& arguments);

  const std::string& text(std::string_view name) const;
  int64_t number(std::string_view name) const;  ///< Checked in parse when the fallback is one.
  Millis duration(std::string_view name) const;
  /// "http://127.0.0.1:19112"; "" when `off` was given.
  std::string peer(std::string_view role) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// For --help.
std::string describe(const RoleKind& kind);

}  // namespace vigie::stage
