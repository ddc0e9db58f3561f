#pragma once

namespace vigie::topology {

struct Chain;
struct Service;
struct Settings;

}  // namespace vigie::topology
