#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigie::collect {

/// Names of devices that were first heard after the newest image of their fleet: written before
/// the heartbeat is answered, so that a crash of Vigie forgets none. A file IMAGE.new.N holds
/// records of one byte, the length, and the name; the next image makes it needless.
///
/// Lives on: edge, `drop` on any thread. Durable: handed to the system, not synced.
class FleetLog {
 public:
  /// `image`: the path of the fleet's image.
  explicit FleetLog(std::string image) : image_(std::move(image)) {}
  FleetLog(const FleetLog&) = delete;
  FleetLog& operator=(const FleetLog&) = delete;
  ~FleetLog();

  /// Reads what earlier lives left; a record that is cut is the last one.
  Status read(const std::function<void(std::string_view device)>& take);
  /// `io` when the disk does not take it.
  Status add(std::string_view device);
  /// An image is about to be made: what is added from now on is not in it. The files that it makes
  /// needless.
  std::vector<std::string> turn();
  static void drop(const std::vector<std::string>& files);

 private:
  Status open();

  const std::string image_;
  std::vector<std::string> files_;  ///< Oldest first; the newest is open when fd_ is.
  uint64_t number_ = 0;
  int fd_ = -1;
};

}  // namespace vigie::collect
