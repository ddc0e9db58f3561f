#pragma once

#include <string>

#include "base/json.h"
#include "engine/heart.h"

/// Puts the rooms' views together to the documents of docs/formats/console-api.md.
/// Pure functions over the heart; called on core.
namespace vigie::api {

/// A room's view, or null.
json::value view_of(const engine::Heart& heart, std::string_view room, std::string_view path,
                    WallTime now);

/// What of Now the deciders know; the caller adds version, book and what is measured live.
json::object now_document(const engine::Heart& heart, WallTime now);
/// Null when there is no such incident.
json::value incident_document(const engine::Heart& heart, std::string_view id, WallTime now);
/// A page with its reasons; null when there is none of that number.
json::value page_document(const engine::Heart& heart, std::string_view id, WallTime now);
json::array incident_list(const engine::Heart& heart, bool open_only, size_t limit, uint64_t before,
                          WallTime now);
json::array service_list(const engine::Heart& heart, WallTime now);
/// Null when there is no such service.
json::value service_named(const engine::Heart& heart, std::string_view name, WallTime now);
/// there is no service "dataj" (did you mean "datajs"?)
std::string no_service(const engine::Heart& heart, std::string_view name, WallTime now);
/// there is no runbook "restart-dataj" (did you mean "restart-datajs"?)
std::string no_runbook(const engine::Heart& heart, std::string_view id, WallTime now);
/// Every alert, with the incident it is attached to.
json::array alert_list(const engine::Heart& heart, WallTime now);

/// Who is on call then; `not_found` for a team that there is not, with the nearest.
Result<json::array> duty_list(const engine::Heart& heart, std::string_view team, WallTime at);
/// Unowned first, then the soonest to page, then by severity (worst first), then the newest.
void order_by_need(json::array& incidents, const json::array& severities);

/// The world in one sentence, and "ok", "warn" or "bad".
struct Sentence {
  std::string mood, text;
};
/// The first incident is taken for the one that needs somebody most.
Sentence sentence_of(const json::object& now_document);

}  // namespace vigie::api
