#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "runbook/definition.h"
#include "runbook/state.h"

namespace vigie::runbook {

/// The book's `runbook_files` as they are.
std::vector<SourceFile> runbook_files(const config::Node& root);
/// Parsed, sorted by id; of two with one id the first counts.
std::vector<Runbook> parse_runbooks(const std::vector<SourceFile>& files,
                                    config::Problems& problems);
const Runbook* find_runbook(const std::vector<Runbook>& runbooks, std::string_view id);

}  // namespace vigie::runbook
