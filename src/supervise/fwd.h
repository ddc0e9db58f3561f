#pragma once

namespace vigie::supervise {

struct UnitSettings;
struct Unit;
struct State;
struct RuntimeKind;
class Units;

}  // namespace vigie::supervise
