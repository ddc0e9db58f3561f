#pragma once

#include <memory>

#include "config/node.h"
#include "config/problems.h"
#include "incident/fwd.h"
#include "model/decider.h"

/// Incidents: the human story around what broke, from the first alert to the last word.
///
/// Alerts with equal placement keys are one incident; a tentative placement joins one, but opens
/// none. A victim is attached to the incident of its cause, which is opened when there is none; an
/// incident whose alerts all turn out to be victims is merged there. A person may declare one. It
/// is acknowledged, taken and resolved by people, and resolved by itself when its last alert has
/// ended and no run of it is in progress. An alert with the same key within ten minutes of the
/// resolution opens the same incident again, under the new alert's name; later ones a new one.
/// IncidentOpened is said again for an incident that is reopened (`by` is "reopened") or no longer
/// muted (`by` is "unmuted"), so that runbooks and pages begin anew. Whoever had answered still has
/// it when it ended by itself, is back within five minutes and is no worse: then the answer is said
/// again, too. One declared with severity info is listed and pages nobody.
///
/// Lives on: core. Owned by: the engine. Time: wall clock. Durable: yes; state equals the fold of
/// its events.
/// Limits: per incident the first 200 and newest 800 timeline entries and 500 ended alerts; the
/// newest 500 resolved incidents (the journal keeps all).
/// Never: loses an alert of severity other than info or none; merges what a person declared.
namespace vigie::incident {

/// Views: "" (counts), "incidents?state=open|all&limit=N&before=ID", "incidents/ID", "alerts"
/// (the incident of each firing alert, by fingerprint), "alerts/ended" (of each that ended),
/// "severities" (the words with a meaning, worst first).
std::unique_ptr<Decider> make_decider();
void check_book(const config::Node& root, config::Problems& problems);

}  // namespace vigie::incident
