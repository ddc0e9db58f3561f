#include "stage/seen.h"

namespace vigie::stage {

namespace {
constexpr size_t kKept = 4096;
constexpr size_t kIdMax = 256;
}  // namespace

void Seen::add(std::string_view id, WallTime at) {
  if (id.empty() || id.size() > kIdMax) { return; }
  const auto [place, fresh] = at_.insert_or_assign(std::string(id), at);
  if (!fresh) { return; }
  order_.push_back(place->first);
  if (order_.size() <= kKept) { return; }
  at_.erase(order_.front());
  order_.pop_front();
}

std::optional<WallTime> Seen::find(std::string_view id) const {
  const auto found = at_.find(std::string(id));
  if (found == at_.end()) { return std::nullopt; }
  return found->second;
}

}  // namespace vigie::stage
