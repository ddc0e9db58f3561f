#include "config/book.h"

namespace vigie::config {

namespace {

constexpr std::string_view kLogLevels[] = {"debug", "info", "warn", "error"};
constexpr std::string_view kLogFormats[] = {"text", "json"};

constexpr Field kTls[] = {
    {.name = "certificate",
     .help = "PEM file with the certificate and its chain, relative to the book",
     .required = true},
    {.name = "key",
     .help = "PEM file with the private key, relative to the book",
     .required = true},
};

constexpr Field kRetention[] = {
    {.name = "metrics",
     .type = FieldType::duration,
     .help = "samples older than this are dropped",
     .fallback = "15d",
     .least = 3600},
    {.name = "events",
     .type = FieldType::duration,
     .help = "how long the record of incidents, pages and runs is kept",
     .later = true},
};

constexpr Field kLog[] = {
    {.name = "level",
     .type = FieldType::enumeration,
     .help = "the least that is logged",
     .fallback = "info",
     .choices = kLogLevels},
    {.name = "format",
     .type = FieldType::enumeration,
     .help = "lines for people or for machines",
     .fallback = "text",
     .choices = kLogFormats},
};

// In the order of the reference: what Vigie is, who is on call, what is watched, what Prometheus'
// and Alertmanager's files bring, what happens when.
constexpr Field kBookFields[] = {
    {.name = "name",
     .help = "what this watch is called in pages and on the console",
     .fallback = "vigie"},
    {.name = "timezone",
     .help = "IANA zone of every wall-clock time that names none",
     .fallback = "UTC",
     .example = "Europe/Paris"},
    {.name = "listen",
     .type = FieldType::host_port,
     .help = "the console and all APIs; beyond loopback it needs tls and a login",
     .fallback = "127.0.0.1:9797"},
    {.name = "external-url",
     .type = FieldType::url,
     .help = "how people reach the console, for links in pages",
     .example = "https://vigie.example.org"},
    {.name = "tls",
     .type = FieldType::section,
     .help = "certificate of the listener",
     .fields = kTls},
    {.name = "data",
     .help = "directory of the embedded store, relative to the book",
     .fallback = "./data"},
    {.name = "include",
     .type = FieldType::strings,
     .help = "further pages of the book: YAML merges, Markdown is a runbook",
     .example = "[oncall.yml, services/*.yml, runbooks/*.md]"},
    {.name = "retention",
     .type = FieldType::section,
     .help = "how long what is kept",
     .fields = kRetention},
    {.name = "log",
     .type = FieldType::section,
     .help = "Vigie's own log, on standard error",
     .fields = kLog},

    {.name = "people", .type = FieldType::map, .help = "who can be paged, and how"},
    {.name = "contacts", .type = FieldType::map, .help = "who is told but never on call"},
    {.name = "teams", .type = FieldType::map, .help = "people who own services together"},
    {.name = "schedules", .type = FieldType::map, .help = "who is on call when"},
    {.name = "escalations",
     .type = FieldType::map,
     .help = "who is paged next when nobody answers"},
    {.name = "last-resort",
     .type = FieldType::strings,
     .help = "who is paged when every other path is empty",
     .example = "[ana, cho]"},
    {.name = "urgency",
     .type = FieldType::map,
     .help = "which pages may wait for the morning",
     .later = true},

    {.name = "services",
     .type = FieldType::map,
     .help = "what runs, what it needs and how its health is judged"},
    {.name = "compose",
     .type = FieldType::list,
     .help = "compose files whose services are watched",
     .later = true},
    {.name = "chains", .type = FieldType::map, .help = "stages a message passes, with their flows"},
    {.name = "fleets", .type = FieldType::map, .help = "devices that report in by heartbeats"},
    {.name = "probes", .type = FieldType::list, .help = "checks from outside, of no service"},
    {.name = "collectors",
     .type = FieldType::map,
     .help = "built-in exporters; host runs unless it is switched off"},

    {.name = "global",
     .type = FieldType::map,
     .help = "Prometheus' and Alertmanager's global settings"},
    {.name = "scrape_configs", .type = FieldType::list, .help = "Prometheus' grammar"},
    {.name = "scrape_config_files",
     .type = FieldType::strings,
     .help = "files with more scrape_configs"},
    {.name = "rule_files", .type = FieldType::strings, .help = "files in Prometheus' rule grammar"},
    {.name = "rule_groups",
     .type = FieldType::list,
     .help = "rule groups written in the book itself"},
    {.name = "route", .type = FieldType::map, .help = "Alertmanager's grammar, with escalation"},
    {.name = "receivers", .type = FieldType::list, .help = "Alertmanager's grammar"},
    {.name = "templates",
     .type = FieldType::strings,
     .help = "files with named templates for receivers"},
    {.name = "inhibit_rules", .type = FieldType::list, .help = "Alertmanager's grammar"},
    {.name = "time_intervals", .type = FieldType::list, .help = "Alertmanager's grammar"},
    {.name = "mute_time_intervals",
     .type = FieldType::list,
     .help = "Alertmanager's older name for time_intervals"},

    {.name = "windows",
     .type = FieldType::map,
     .help = "maintenance that comes again and again",
     .later = true},
    {.name = "jobs", .type = FieldType::map, .help = "runbooks on a calendar", .later = true},
    {.name = "status-page", .type = FieldType::map, .help = "what the public sees", .later = true},

    // Prometheus' other keys, so that its file opens unmodified.
    {.name = "alerting",
     .type = FieldType::any,
     .help = "Prometheus' Alertmanagers; alerts are routed here",
     .later = true},
    {.name = "remote_write",
     .type = FieldType::any,
     .help = "where samples are sent on",
     .later = true},
    {.name = "remote_read",
     .type = FieldType::any,
     .help = "stores that are asked too",
     .later = true},
    {.name = "storage",
     .type = FieldType::any,
     .help = "Prometheus' store settings; see retention",
     .later = true},
    {.name = "otlp",
     .type = FieldType::any,
     .help = "OpenTelemetry intake settings",
     .later = true},
    {.name = "tracing",
     .type = FieldType::any,
     .help = "where Prometheus sends its own traces",
     .later = true},
    {.name = "runtime",
     .type = FieldType::any,
     .help = "settings of Prometheus' own runtime",
     .later = true},

    // What the loader adds; nobody writes them.
    {.name = "runbook_files", .type = FieldType::list, .help = "filled from include"},
    {.name = "template_files", .type = FieldType::list, .help = "filled from templates"},
};

}  // namespace

std::span<const Field> book_fields() {
  return kBookFields;
}

void check_top_level(const Node& root, Problems& problems) {
  std::vector<Node::Entry> entries;
  for (const Node::Entry& entry : root.entries()) {
    if (!entry.key.text().starts_with("x-")) { entries.push_back(entry); }
  }
  const Node known = Node::map(std::move(entries), root.place());
  (void)Settings::read(known, book_fields(), problems);
}

}  // namespace vigie::config
