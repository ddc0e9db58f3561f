#pragma once

#include "base/subprocess.h"

namespace vigie {

/// Where a child's outputs go; both above descriptor 2, both the caller's.
struct ChildOutput {
  int out = -1;
  int err = -1;
};

/// The one place where processes are made; see subprocess.h for what callers want.
Result<Spawned> spawn(const Command& command, ChildOutput output);

}  // namespace vigie
