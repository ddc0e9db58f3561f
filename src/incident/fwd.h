#pragma once

namespace vigie::incident {

struct Incident;
struct State;

}  // namespace vigie::incident
