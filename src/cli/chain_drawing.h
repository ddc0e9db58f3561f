#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "cli/session.h"

namespace vigie::cli {

/// A chain as lines of text, upstream first, coloured: in a row, with what one stage feeds below
/// each other, when that fits into `width` columns; else one stage a line.
///
///   gateways ─▶ reporter ─┬▶ event
///                         └▶ camunda ─▶ offre
std::vector<std::string> draw_chain(const json::object& chain, size_t width);

/// Its name, its state, why, and the drawing.
void print_chain(Session& session, const json::object& chain);

}  // namespace vigie::cli
