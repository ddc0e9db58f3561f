#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/sample.h"

namespace vigie::api {

/// One remote write request. A series that cannot be taken (without a name, a label twice or not
/// in UTF-8, native histograms) is left out and counted, so that it does not take the others with
/// it.
struct WriteRequest {
  SampleBatch samples;
  size_t series_refused = 0;
  size_t samples_refused = 0;  ///< Of those series.
  std::string why;             ///< Of the first of them.
};

/// Reads a remote write 1.0 request: a snappy block around prometheus.WriteRequest (prompb).
/// Exemplars and metadata are passed over. `invalid` when the request as a whole cannot be read,
/// `conflict` for an encoding or a message we do not read (answer 415). Limits: 64 MiB unpacked,
/// 1,000,000 samples.
Result<WriteRequest> read_remote_write(std::string_view content_encoding,
                                       std::string_view content_type, std::string_view body);

}  // namespace vigie::api
