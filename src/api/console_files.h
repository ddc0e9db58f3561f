#pragma once

#include <span>
#include <string_view>

namespace vigie::api {

/// One file of the console, compressed; made from web/dist by tools/embed_console.py.
struct ConsoleFile {
  std::string_view path;  ///< "/assets/index-1a2b.js".
  std::string_view type;  ///< Content type.
  std::string_view etag;
  std::string_view gzip;
};
std::span<const ConsoleFile> console_files();

}  // namespace vigie::api
