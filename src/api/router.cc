#include "api/router.h"

#include <algorithm>

#include "base/json.h"
#include "net/wire.h"

namespace vigie::api {

namespace {

std::string_view take_part(std::string_view& path) {
  if (!path.empty() && path.front() == '/') { path.remove_prefix(1); }
  const size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end);
  return part;
}

}  // namespace

std::string_view sent_path(const net::HttpRequest& request) {
  std::string_view target = request.raw_target;
  // The absolute form is for proxies: http://host/path.
  if (const size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
  }
  target = target.substr(0, target.find_first_of("?#"));
  return target.empty() ? std::string_view("/") : target;
}

bool fits(std::string_view pattern, std::string_view path,
          std::map<std::string, std::string, std::less<>>& params) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view want = take_part(pattern);
    if (want.size() > 5 && want.ends_with("...}")) {
      if (path.front() == '/') { path.remove_prefix(1); }
      params.emplace(want.substr(1, want.size() - 5), net::path_decode(path));
      return true;
    }
    const std::string got = net::path_decode(take_part(path));
    if (want.size() > 2 && want.front() == '{') {
      if (got.empty()) { return false; }
      params.emplace(want.substr(1, want.size() - 2), got);
    } else if (want != got) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 400;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::denied:
      return 403;
    case Code::timeout:
      return 504;
    case Code::unavailable:
      return 503;
    case Code::exhausted:
      return 507;
    case Code::cancelled:
      return 503;
    case Code::corrupt:
    case Code::io:
    case Code::bug:
      return 500;
  }
  return 500;
}

net::HttpReply error_reply(const Error& error, std::string_view field) {
  return error_reply(status_of(error.code), name_of(error.code), error.what, field);
}

net::HttpReply error_reply(int status, std::string_view code, std::string_view message,
                           std::string_view field) {
  json::object inner;
  inner["code"] = code;
  inner["message"] = message;
  inner["field"] = field.empty() ? json::value(nullptr) : json::value(field);
  json::object out;
  out["error"] = std::move(inner);
  return net::json_reply(status, to_text(out));
}

net::HttpReply prometheus_error(const Error& error) {
  // Prometheus' words for what went wrong (web/api/v1: errorBadData and its neighbours).
  std::string_view type = "internal";
  int status = 500;
  switch (error.code) {
    case Code::invalid:
      type = "bad_data";
      status = 400;
      break;
    case Code::not_found:
      type = "not_found";
      status = 404;
      break;
    case Code::timeout:
      type = "timeout";
      status = 503;
      break;
    case Code::cancelled:
      type = "canceled";
      status = 499;
      break;
    case Code::exhausted:
    case Code::conflict:
      type = "execution";
      status = 422;
      break;
    case Code::unavailable:
      type = "unavailable";
      status = 503;
      break;
    default:
      break;
  }
  json::object out;
  out["status"] = "error";
  out["errorType"] = type;
  out["error"] = error.what;
  return net::json_reply(status, to_text(out));
}

}  // namespace vigie::api
