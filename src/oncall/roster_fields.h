#pragma once

#include "config/field.h"

/// The tables of the book's sections about people.
namespace vigie::oncall {

using config::Field;
using config::FieldType;

inline constexpr Field kNotifyFields[] = {
    {.name = "via",
     .help = "the way: email, webhook or terminal",
     .required = true,
     .example = "email"},
    {.name = "after",
     .type = FieldType::duration,
     .help = "how long after being called for, unless somebody acknowledged",
     .fallback = "0s",
     .most = 86400},
};

inline constexpr Field kPersonFields[] = {
    {.name = "name", .help = "as others know this person"},
    {.name = "email", .help = "where mail goes", .example = "ana@example.org"},
    {.name = "phone", .help = "in international form", .example = "\"+33600000001\""},
    {.name = "webhook",
     .type = FieldType::url,
     .help = "where a page is posted as JSON",
     .example = "https://example.org/ana"},
    {.name = "webhook-secret",
     .type = FieldType::secret,
     .help = "signs what is posted (Vigie-Signature)"},
    {.name = "terminal", .help = "a file that terminal pages are appended to"},
    {.name = "notify",
     .type = FieldType::list,
     .help = "the person's own rules; without any, mail at once",
     .fields = kNotifyFields},
};

inline constexpr Field kContactFields[] = {
    {.name = "name", .help = "as others know them"},
    {.name = "email", .help = "where mail goes"},
    {.name = "phone", .help = "in international form"},
    {.name = "webhook", .type = FieldType::url, .help = "where a message is posted"},
    {.name = "teams", .type = FieldType::secret, .help = "the address of a Teams channel"},
};

inline constexpr Field kTeamFields[] = {
    {.name = "members", .type = FieldType::strings, .help = "people of this book"},
    {.name = "escalation", .help = "the path its incidents take unless a route says otherwise"},
};

inline constexpr Field kLayerFields[] = {
    {.name = "every",
     .type = FieldType::duration,
     .help = "length of a turn; a multiple of 24h counts civil days, others elapsed time",
     .required = true,
     .example = "72h",
     .least = 60},
    {.name = "from",
     .type = FieldType::time,
     .help = "when the first person's first turn starts; nobody before",
     .required = true,
     .example = "\"2026-01-05 09:00\""},
    {.name = "people",
     .type = FieldType::strings,
     .help = "who takes turns, in order",
     .required = true},
    {.name = "between",
     .type = FieldType::strings,
     .help = "on duty only then; without it always",
     .example = "[\"Mon..Fri 08:00..18:00\"]"},
};

inline constexpr Field kCoverFields[] = {
    {.name = "from", .type = FieldType::time, .help = "start, included", .required = true},
    {.name = "to", .type = FieldType::time, .help = "end, not included", .required = true},
    {.name = "person", .help = "who steps in", .required = true},
    {.name = "for", .help = "only in place of this person"},
};

inline constexpr Field kScheduleFields[] = {
    {.name = "timezone", .help = "IANA zone of this schedule; without it the book's"},
    {.name = "layers",
     .type = FieldType::list,
     .help = "rotations; the first that has somebody on duty wins",
     .fields = kLayerFields},
    {.name = "covers",
     .type = FieldType::list,
     .help = "who steps in for whom; the later written wins",
     .fields = kCoverFields},
};

inline constexpr Field kLevelFields[] = {
    {.name = "page",
     .type = FieldType::strings,
     .help = "schedule X, schedule X next, team X, or a person",
     .required = true},
    {.name = "wait",
     .type = FieldType::duration,
     .help = "how long before the next level when nobody acknowledges",
     .fallback = "5m",
     .least = 1,
     .most = 604800},
};

inline constexpr Field kPathFields[] = {
    {.name = "levels",
     .type = FieldType::list,
     .help = "who is paged, one level after the other",
     .required = true,
     .fields = kLevelFields},
    {.name = "repeat",
     .type = FieldType::integer,
     .help = "how often the levels are gone through again before the last resort",
     .fallback = "0",
     .least = 0,
     .most = 100},
};

inline constexpr Field kUrgencyFields[] = {
    {.name = "defer",
     .type = FieldType::strings,
     .help = "weekly spans in which a page waits for their end",
     .required = true},
    {.name = "unless", .help = "matchers of alerts that never wait"},
};

inline constexpr Field kRosterFields[] = {
    {.name = "people", .type = FieldType::map, .help = "people", .fields = kPersonFields},
    {.name = "contacts", .type = FieldType::map, .help = "contacts", .fields = kContactFields},
    {.name = "teams", .type = FieldType::map, .help = "teams", .fields = kTeamFields},
    {.name = "schedules", .type = FieldType::map, .help = "rotas", .fields = kScheduleFields},
    {.name = "escalations", .type = FieldType::map, .help = "paths", .fields = kPathFields},
    {.name = "last-resort", .type = FieldType::strings, .help = "who is paged at last"},
    {.name = "urgency", .type = FieldType::map, .help = "what may wait", .fields = kUrgencyFields},
};

}  // namespace vigie::oncall
