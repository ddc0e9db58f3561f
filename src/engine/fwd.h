#pragma once

namespace vigie::engine {
class Heart;
class Engine;
struct Decided;
}  // namespace vigie::engine
