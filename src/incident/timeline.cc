#include <algorithm>

#include "incident/state.h"

namespace vigie::incident {

namespace {

constexpr size_t kFirstMax = 200;
constexpr size_t kNewestMax = 800;
constexpr size_t kTextMax = 2000;

void shorten(std::string& text) {
  if (text.size() <= kTextMax) { return; }
  size_t end = kTextMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) { --end; }
  text.resize(end);
  text += "...";
}

}  // namespace

void Timeline::add(TimelineEntry entry) {
  shorten(entry.text);
  shorten(entry.why);
  if (first.size() < kFirstMax) {
    first.push_back(std::move(entry));
    return;
  }
  newest.push_back(std::move(entry));
  if (newest.size() > kNewestMax) {
    newest.erase(newest.begin());
    ++dropped;
  }
}

void Incident::set_firing(AttachedAlert& alert, bool firing, bool victim) {
  firing_now += (firing ? 1 : 0) - (alert.firing ? 1 : 0);
  victims_now += (firing && victim ? 1 : 0) - (alert.firing && alert.victim ? 1 : 0);
  alert.firing = firing;
  alert.victim = victim;
}

void Incident::forget_ended_alerts() {
  std::erase_if(alerts, [](const auto& item) { return !item.second.firing; });
}

void Incident::recount() {
  firing_now = victims_now = 0;
  for (const auto& [fingerprint, alert] : alerts) {
    firing_now += alert.firing ? 1 : 0;
    victims_now += alert.firing && alert.victim ? 1 : 0;
  }
}

}  // namespace vigie::incident
