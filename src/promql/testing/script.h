#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "promql/promql.h"
#include "tsdb/testing/memory_store.h"

namespace vigie::promql {

enum class CaseOutcome : uint8_t {
  passed,
  failed,
  native,  ///< Failed, but reads or expects native histograms, which are not built.
};

/// One `eval` of a script.
struct ScriptCase {
  int line = 0;
  std::string expr;
  CaseOutcome outcome = CaseOutcome::passed;
  std::string why;
};

struct ScriptReport {
  std::vector<ScriptCase> cases;
  size_t count(CaseOutcome outcome) const;
};

/// Runs a test script in Prometheus' own grammar: `load`, `clear`, `eval instant`, `eval range`,
/// `eval_fail`, with `expect` lines. Names are removed at the end, as Prometheus' own tests do.
ScriptReport run_script(std::string_view text);

/// Where the peers' scripts lie: $VIGIE_PEERS, else `fallback`, or the folder `promql` in it. Empty
/// when there are none.
std::filesystem::path peers_folder(const std::filesystem::path& fallback);

}  // namespace vigie::promql
