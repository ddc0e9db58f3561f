#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigie::net {

/// Decompresses gzip (several members too) and deflate (with or without zlib's header) as it
/// comes. Limits: the output never grows beyond the bound given, whatever the input promises.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  /// Appends to `out`. `exhausted` when out would exceed `out_max`; `invalid` for broken data.
  Status add(std::string_view bytes, std::string& out, size_t out_max);
  /// Nothing was given, or a whole stream.
  bool complete() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Level 1 (fast) to 9 (small).
std::string gzip_compress(std::string_view bytes, int level);

}  // namespace vigie::net
