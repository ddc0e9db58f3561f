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

int64_t Incident::firing() const {
  return std::ranges::count_if(alerts, [](const auto& item) { return item.second.firing; });
}

int64_t Incident::victims() const {
  return std::ranges::count_if(
      alerts, [](const auto& item) { return item.second.firing && item.second.victim; });
}

}  // namespace vigie::incident
