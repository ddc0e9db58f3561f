#include "oncall/alert_text.h"

#include <fmt/core.h>

#include "base/html.h"

namespace vigie::oncall {

namespace {

constexpr size_t kAlertsMax = 50;

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(view_of(value.get_string())) : to_text(value);
}

/// `a="1", b="2"`.
std::string labels_line(const json::object* labels) {
  std::string out;
  if (labels == nullptr) { return out; }
  for (const auto& pair : *labels) {
    const std::string_view name{pair.key().data(), pair.key().size()};
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ", ", name, text_of(pair.value()));
  }
  return out;
}

std::string value_of(const json::object* object, std::string_view key) {
  return object == nullptr ? "" : get_string(*object, key);
}

struct OneAlert {
  std::string name, status, labels, summary, description, runbook, since, source;
};

OneAlert read_alert(const json::object& alert) {
  const json::object* labels = get_object(alert, "labels");
  const json::object* annotations = get_object(alert, "annotations");
  return {.name = value_of(labels, "alertname"),
          .status = get_string(alert, "status"),
          .labels = labels_line(labels),
          .summary = value_of(annotations, "summary"),
          .description = value_of(annotations, "description"),
          .runbook = value_of(annotations, "runbook_url"),
          .since = get_string(alert, "startsAt"),
          .source = get_string(alert, "generatorURL")};
}

void add_text(std::string& out, const OneAlert& alert) {
  out += fmt::format("\n{}: {}\n", alert.status == "resolved" ? "Resolved" : "Firing",
                     alert.summary.empty() ? alert.name : alert.summary);
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) { out += fmt::format("  {:<8}{}\n", name, value); }
  };
  line("since", alert.since);
  line("what", alert.description);
  line("labels", alert.labels);
  line("runbook", alert.runbook);
  line("source", alert.source);
}

void add_html(std::string& out, const OneAlert& alert) {
  const bool resolved = alert.status == "resolved";
  out += fmt::format(
      "<div style=\"border-left:4px solid {};padding:4px 12px;margin:12px 0\">"
      "<b>{}: {}</b><br>since {}<br>",
      resolved ? "#2e7d32" : "#c62828", resolved ? "Resolved" : "Firing",
      escape_html(alert.summary.empty() ? alert.name : alert.summary), escape_html(alert.since));
  if (!alert.description.empty()) { out += escape_html(alert.description) + "<br>"; }
  out += "<code>" + escape_html(alert.labels) + "</code></div>\n";
}

}  // namespace

AlertWords alert_words(const json::object& payload) {
  AlertWords words;
  const json::array* alerts = get_array(payload, "alerts");
  const size_t count = alerts == nullptr ? 0 : alerts->size();
  size_t firing = 0;
  for (size_t i = 0; i < count; ++i) {
    const json::object* alert = (*alerts)[i].if_object();
    firing += alert != nullptr && get_string(*alert, "status") == "firing" ? 1 : 0;
  }
  const json::object* common = get_object(payload, "commonLabels");
  std::string what = value_of(common, "alertname");
  if (what.empty()) { what = labels_line(get_object(payload, "groupLabels")); }
  if (what.empty()) { what = fmt::format("{} alerts", count); }
  const bool resolved = get_string(payload, "status") == "resolved";
  words.subject =
      resolved ? fmt::format("[RESOLVED] {}", what) : fmt::format("[FIRING:{}] {}", firing, what);
  words.text = fmt::format("{} of {} alerts firing, for {}\n", firing, count,
                           get_string(payload, "receiver"));
  words.html = "<!doctype html><html><body style=\"font-family:sans-serif\">\n<p>" +
               escape_html(words.text) + "</p>\n";
  for (size_t i = 0; i < count && i < kAlertsMax; ++i) {
    const json::object* alert = (*alerts)[i].if_object();
    if (alert == nullptr) { continue; }
    const OneAlert one = read_alert(*alert);
    add_text(words.text, one);
    add_html(words.html, one);
  }
  if (count > kAlertsMax) {
    const std::string more = fmt::format("\n... and {} more\n", count - kAlertsMax);
    words.text += more;
    words.html += "<p>" + more + "</p>\n";
  }
  const std::string url = get_string(payload, "externalURL");
  if (!url.empty()) {
    words.text += "\nOpen: " + url + "\n";
    words.html += fmt::format("<p><a href=\"{0}\">{0}</a></p>\n", escape_html(url));
  }
  words.html += "</body></html>\n";
  return words;
}

}  // namespace vigie::oncall
