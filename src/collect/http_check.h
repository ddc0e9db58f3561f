#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collect/http_access.h"
#include "collect/probe_kind.h"
#include "collect/relabel_pattern.h"

namespace vigie::collect {

/// One HTTP request and what its answer must be; the http probe and a robot's stages use it.
struct HttpCheck {
  std::string url, method = "GET", body;
  std::vector<std::pair<std::string, config::Node>> headers;  ///< Values may be secrets.
  HttpAccess access;
  std::vector<std::pair<int, int>> statuses;  ///< Ranges, both ends included.
  std::shared_ptr<const SearchPattern> body_matches, body_lacks;
  using HeaderPatterns = std::vector<std::pair<std::string, std::shared_ptr<const SearchPattern>>>;
  HeaderPatterns headers_match, headers_lack;             ///< Of the answer.
  std::vector<std::pair<std::string, std::string>> json;  ///< Pointer, text.
  Millis within{0};                                       ///< 0: only the timeout counts.
  Millis expires_after{0};  ///< The certificate must live at least this long.
  size_t body_bytes_max = 1 << 20;
};

std::span<const config::Field> http_check_fields();
HttpCheck read_http_check(const config::Settings& settings, config::Problems& problems);

/// Changes text before it is used; a robot puts its message's id in.
using Substitute = std::function<std::string(std::string)>;

/// Asks once and judges. The outcome's samples carry blackbox_exporter's names.
Task<ProbeOutcome> run_http_check(const HttpCheck* check, ProbeContext context,
                                  Substitute substitute, MonoTime deadline);

}  // namespace vigie::collect
