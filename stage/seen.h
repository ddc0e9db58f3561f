#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace vigie::stage {

/// The newest 4,096 messages that passed, so that a robot can follow its own. Lives on: the loop.
class Seen {
 public:
  void add(std::string_view id, WallTime at);
  std::optional<WallTime> find(std::string_view id) const;
  size_t size() const { return at_.size(); }

 private:
  std::unordered_map<std::string, WallTime> at_;
  std::deque<std::string> order_;
};

}  // namespace vigie::stage
