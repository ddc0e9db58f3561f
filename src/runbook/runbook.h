#pragma once

#include <memory>
#include <vector>

#include "config/fwd.h"
#include "model/decider.h"
#include "runbook/executors.h"
#include "runbook/fwd.h"

/// Runbooks: Markdown pages whose fences are steps, run by themselves when an incident matches or
/// by a person, one step at a time, every intent and every outcome recorded.
///
/// The decider (`make_decider`) chooses, guards, steps and asks; `Executors` does the steps.
/// Lives on: the decider on core, Executors on edge. Owned by: the daemon.
/// Time: wall clock for cooldowns and limits, monotonic for the steps' own timeouts.
/// Durable: the decider's state through the journal; a command's pid, output and exit status in
/// data/runs/<effect id>/, so that a step is settled whatever crashed when.
/// Limits: 100 steps a runbook, 60 moves a run, 64 KiB of output a step, the newest 200 runs.
/// Never: repeats a step silently; starts a run past its guard; lets an unmuted incident go
/// without a run or a page.
namespace vigie::runbook {

/// Views: "runbooks", "runbooks/ID", "runs", "runs/ID", "suggest/INCIDENT", "next/INCIDENT",
/// "dry-run/ID?incident=12&param.namespace=prod" (docs/formats/console-api.md). A manual's single
/// step is run as "ID#step".
std::unique_ptr<Decider> make_decider();

/// Everything wrong with the book's runbooks: front matter, fences, branches, references.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

}  // namespace vigie::runbook
