#pragma once

#include <string_view>

#include "base/result.h"
#include "model/sample.h"

namespace vigie::api {

/// Reads a remote write 1.0 request: a snappy block around prometheus.WriteRequest (prompb).
/// Histograms and exemplars are refused (`invalid`); metadata is passed over. `conflict` for an
/// encoding or a message we do not read (answer 415). Limits: 64 MiB unpacked, 1,000,000 samples.
Result<SampleBatch> read_remote_write(std::string_view content_encoding,
                                      std::string_view content_type, std::string_view body);

}  // namespace vigie::api
