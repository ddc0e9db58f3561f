#include "model/view.h"

#include <algorithm>

namespace vigie {

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value time_or_null(const std::optional<WallTime>& at) {
  return at ? json::value(rfc3339(*at)) : json::value(nullptr);
}

std::string_view view_param(std::string_view path, std::string_view name) {
  size_t at = path.find('?');
  while (at != std::string_view::npos) {
    const size_t end = std::min(path.find('&', at + 1), path.size());
    const std::string_view part = path.substr(at + 1, end - at - 1);
    const size_t equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) {
      return part.substr(equals + 1);
    }
    at = path.find('&', at + 1);
  }
  return "";
}

}  // namespace vigie
