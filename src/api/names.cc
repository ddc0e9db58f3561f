#include "api/names.h"

#include <fmt/core.h>

#include <span>

#include "config/config.h"

namespace vigie::api {

std::vector<std::string> names_in(const json::array& list, std::string_view key) {
  std::vector<std::string> out;
  for (const json::value& item : list) {
    const std::string name = item.is_object() ? get_string(item.get_object(), key) : "";
    if (!name.empty()) { out.push_back(name); }
  }
  return out;
}

std::string no_such(std::string_view what, std::string_view name,
                    const std::vector<std::string>& known) {
  const std::string hint = config::did_you_mean(name, std::span<const std::string>(known));
  return fmt::format("there is no {} \"{}\"{}", what, name,
                     hint.empty() ? "" : fmt::format(" ({})", hint));
}

}  // namespace vigie::api
