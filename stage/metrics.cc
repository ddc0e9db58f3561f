#include "stage/metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/subprocess.h"

namespace vigie::stage {

namespace {

std::string label_text(const MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out += out.empty() ? "{" : ",";
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        out += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') { out += '\\'; }
      out += c;
    }
    out += '"';
  }
  return out.empty() ? out : out + "}";
}

}  // namespace

Metrics::Family& Metrics::family(std::string_view name, std::string_view type,
                                 std::string_view help) {
  const auto found = families_.find(name);
  if (found != families_.end()) { return found->second; }
  return families_.emplace(name, Family{.type = type, .help = std::string(help)}).first->second;
}

void Metrics::count(std::string_view name, std::string_view help, const MetricLabels& labels,
                    double by) {
  family(name, "counter", help).series[label_text(labels)] += by;
}

void Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
                    double value) {
  family(name, "gauge", help).series[label_text(labels)] = value;
}

void Metrics::forget(std::string_view name, const MetricLabels& labels) {
  const auto found = families_.find(name);
  if (found != families_.end()) { found->second.series.erase(label_text(labels)); }
}

double Metrics::value(std::string_view name, const MetricLabels& labels) const {
  const auto found = families_.find(name);
  if (found == families_.end()) { return 0; }
  const auto series = found->second.series.find(label_text(labels));
  return series == found->second.series.end() ? 0 : series->second;
}

std::string Metrics::text() {
  if (const Result<ProcessStat> stat = process_stat(::getpid())) {
    gauge("process_resident_memory_bytes", "Memory in RAM.", {},
          static_cast<double>(stat->resident_bytes));
  }
  gauge("process_start_time_seconds", "When it started, since 1970.", {}, to_seconds(started_));
  std::string out;
  for (const auto& [name, family] : families_) {
    if (family.series.empty()) { continue; }
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, family.type);
    for (const auto& [labels, value] : family.series) {
      out += fmt::format("{}{} {}\n", name, labels, value);
    }
  }
  return out;
}

}  // namespace vigie::stage
