#include "incident/words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace vigie::incident {

namespace {

constexpr std::string_view kService = "service/";
constexpr std::string_view kStage = "stage/";

std::string summary_of(const KnownAlert& alert) {
  for (const char* name : {"summary", "description", "message"}) {
    const auto found = alert.annotations.find(name);
    if (found == alert.annotations.end() || found->second.empty()) { continue; }
    return found->second.substr(0, found->second.find('\n'));
  }
  return "";
}

bool balanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(' || c == '[' || c == '{') { ++depth; }
    if (c == ')' || c == ']' || c == '}') { --depth; }
    if (depth < 0) { return false; }
  }
  return depth == 0;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == 'e' || c == '-' ||
           c == '+' || c == ' ';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::string service_of_key(const std::string& key) {
  return key.starts_with(kService) ? key.substr(kService.size()) : "";
}

std::pair<std::string, std::string> stage_of_key(const std::string& key) {
  if (!key.starts_with(kStage)) { return {}; }
  const std::string rest = key.substr(kStage.size());
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) { return {}; }
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

std::string title_of(const State& state, const KnownAlert& alert) {
  if (!alert.chain.empty() && !alert.stage.empty()) {
    const auto flow = state.flow.find(alert.chain + "/" + alert.stage);
    if (flow != state.flow.end() && flow->second == Flow::dead) {
      return fmt::format("{}: {} passes nothing on", alert.chain, alert.stage);
    }
  }
  if (std::string summary = summary_of(alert); !summary.empty()) { return summary; }
  const std::string name(alert.labels.get("alertname"));
  if (!alert.chain.empty() && !alert.stage.empty()) {
    return fmt::format("{}: {} at {}", alert.chain, name, alert.stage);
  }
  if (!alert.service.empty()) { return fmt::format("{} on {}", name, alert.service); }
  const std::string instance(alert.labels.get("instance"));
  return instance.empty() ? name : fmt::format("{} on {}", name, instance);
}

std::string title_of_cause(const std::string& key) {
  if (const std::string service = service_of_key(key); !service.empty()) {
    return service + " is down";
  }
  const auto [chain, stage] = stage_of_key(key);
  if (!chain.empty()) { return fmt::format("{}: {} passes nothing on", chain, stage); }
  return key + " is broken";
}

namespace {

constexpr Severity kSeverities[] = {{"critical", 4}, {"page", 4},    {"emergency", 4}, {"error", 3},
                                    {"major", 3},    {"warning", 2}, {"warn", 2},      {"minor", 2},
                                    {"info", 0},     {"none", 0},    {"debug", 0}};

}  // namespace

std::span<const Severity> severities() {
  return kSeverities;
}

int severity_rank(const std::string& severity) {
  std::string low;
  for (const char c : severity) {
    low += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (const Severity& known : kSeverities) {
    if (known.word == low) { return known.rank; }
  }
  return 1;
}

bool makes_incident(const Labels& labels) {
  return severity_rank(severity_of(labels)) > 0;
}

std::string severity_of(const Labels& labels) {
  const std::string severity(labels.get("severity"));
  return severity.empty() ? "warning" : severity;
}

std::string drawable(const std::string& expr) {
  const std::string_view whole = trimmed(expr);
  for (const std::string_view word : {" and ", " or ", " unless ", " bool "}) {
    if (whole.find(word) != std::string_view::npos) { return std::string(whole); }
  }
  constexpr std::array<std::string_view, 6> kOperators{"==", "!=", ">=", "<=", ">", "<"};
  for (const std::string_view op : kOperators) {
    const size_t at = whole.rfind(op);
    if (at == std::string_view::npos) { continue; }
    const std::string_view left = trimmed(whole.substr(0, at));
    const std::string_view right = trimmed(whole.substr(at + op.size()));
    if (is_number(right) && !left.empty() && balanced(left)) { return std::string(left); }
  }
  return std::string(whole);
}

}  // namespace vigie::incident
