#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/field.h"
#include "runbook/definition.h"
#include "runbook/markdown.h"

namespace vigie::runbook {

/// A line of prose that says where a run goes: "on failure: [empty](#empty) once, otherwise:
/// escalate". Words in any case.
struct BranchLine {
  enum class When : uint8_t { failure, success, otherwise };
  When when = When::failure;
  Branch branch;
};

/// nullopt: an ordinary line. Errors: `invalid` for one that begins like a branch and goes wrong.
Result<std::optional<BranchLine>> parse_branch(const std::vector<Piece>& pieces);

/// The words that such a line begins with, for the reference.
std::span<const config::Field> branch_fields();

}  // namespace vigie::runbook
