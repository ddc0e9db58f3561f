#pragma once

namespace vigie::cli {
struct Deps;
struct Arguments;
class Session;
}  // namespace vigie::cli
