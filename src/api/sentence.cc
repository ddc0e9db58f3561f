#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "api/now.h"

namespace vigie::api {

namespace {

size_t count_where(const json::array& items, std::string_view key, std::string_view value) {
  size_t count = 0;
  for (const json::value& item : items) {
    if (item.is_object() && get_string(item.get_object(), key) == value) { ++count; }
  }
  return count;
}

std::string plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string owner_of(const json::object& incident) {
  return get_string(incident, "owner_name", get_string(incident, "owner"));
}

std::string next_of(const json::object& incident) {
  const json::object* next = get_object(incident, "next");
  return next == nullptr ? "" : get_string(*next, "what");
}

/// One incident: what is wrong, then "Ana has it" or what happens next.
std::string about_one(const json::object& incident) {
  const std::string owner = owner_of(incident);
  const std::string next = next_of(incident);
  return fmt::format("{}; {}.", get_string(incident, "title"),
                     !owner.empty()  ? owner + " has it"
                     : !next.empty() ? "next: " + next
                                     : "nobody has it yet");
}

/// Several: how many, then the one that needs somebody most.
std::string about_several(const json::array& incidents) {
  const json::object& first = incidents.front().get_object();
  const std::string name =
      fmt::format("#{} \"{}\"", get_int(first, "id"), get_string(first, "title"));
  const std::string owner = owner_of(first);
  const std::string next = next_of(first);
  const std::string count = plural(incidents.size(), "open incident");
  if (!owner.empty()) {
    return fmt::format("{}, all in somebody's hands; {} has {}.", count, owner, name);
  }
  return fmt::format("{}; nobody has {} yet{}.", count, name,
                     next.empty() ? "" : ", next: " + next);
}

int64_t rank_of(const json::array& severities, const std::string& word) {
  for (const json::value& item : severities) {
    const json::object& known = item.get_object();
    if (get_string(known, "word") == word) { return get_int(known, "rank"); }
  }
  return 1;
}

}  // namespace

void order_by_need(json::array& incidents, const json::array& severities) {
  const auto need = [&](const json::value& item) {
    const json::object& incident = item.get_object();
    const json::object* next = get_object(incident, "next");
    // RFC 3339 in UTC sorts as text; what has no time comes behind all that have one.
    std::string at = next == nullptr ? "" : get_string(*next, "at");
    if (at.empty()) { at = "~"; }
    return std::tuple(!owner_of(incident).empty(), std::move(at),
                      -rank_of(severities, get_string(incident, "severity")),
                      -get_int(incident, "id"));
  };
  std::sort(
      incidents.begin(), incidents.end(),
      [&](const json::value& one, const json::value& other) { return need(one) < need(other); });
}

Sentence sentence_of(const json::object& document) {
  const json::array none;
  const auto list = [&](std::string_view key) -> const json::array& {
    const json::array* found = get_array(document, key);
    return found == nullptr ? none : *found;
  };
  const json::array& incidents = list("incidents");
  if (incidents.size() == 1) { return {"bad", about_one(incidents.front().get_object())}; }
  if (!incidents.empty()) { return {"bad", about_several(incidents)}; }
  const json::array& services = list("services");
  const size_t unhealthy = count_where(services, "health", "unhealthy");
  const size_t broken = count_where(list("chains"), "state", "broken");
  if (unhealthy + broken > 0) {
    std::string what;
    if (broken > 0) { what = plural(broken, "chain") + " broken"; }
    if (unhealthy > 0) {
      what += (what.empty() ? "" : " and ") + plural(unhealthy, "service") + " unhealthy";
    }
    return {"warn", fmt::format("No open incident, but {}.", what)};
  }
  return {"ok",
          fmt::format("All is well: {}, {}, nobody is being paged.",
                      plural(services.size(), "service"), plural(list("chains").size(), "chain"))};
}

}  // namespace vigie::api
