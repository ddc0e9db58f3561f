#pragma once

#include <string>

#include "collect/text_writer.h"

namespace vigie::collect {

/// Vigie's own `process_*` families, with the names of Prometheus' client libraries.
void append_self_process(const std::string& proc, TextWriter& out);

}  // namespace vigie::collect
