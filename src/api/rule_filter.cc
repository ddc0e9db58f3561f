#include "api/rule_filter.h"

#include <fmt/core.h>

namespace vigie::api {

namespace {

bool wants(const std::set<std::string, std::less<>>& asked, std::string_view word) {
  return asked.empty() || asked.contains(word);
}

std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || !value->is_string() ? std::string_view()
                                                 : std::string_view(value->get_string());
}

}  // namespace

Result<RuleFilter> RuleFilter::read(const net::HttpRequest& request) {
  RuleFilter out;
  const std::string_view type = request.param("type");
  if (type == "alert") { out.type = "alerting"; }
  if (type == "record") { out.type = "recording"; }
  if (!type.empty() && out.type.empty()) {
    return error(Code::invalid, fmt::format("invalid parameter \"type\": not supported value "
                                            "\"{}\": alert or record",
                                            type));
  }
  for (const auto& [key, value] : request.query) {
    if (key == "rule_name[]") { out.names.insert(value); }
    if (key == "rule_group[]") { out.groups.insert(value); }
    if (key == "file[]") { out.files.insert(value); }
  }
  return out;
}

void RuleFilter::apply(json::object& data) const {
  json::array kept;
  for (json::value& item : data["groups"].get_array()) {
    json::object& group = item.get_object();
    if (!wants(groups, text_of(group, "name")) || !wants(files, text_of(group, "file"))) {
      continue;
    }
    json::array rules;
    for (json::value& rule : group["rules"].get_array()) {
      const json::object& one = rule.get_object();
      if (!type.empty() && text_of(one, "type") != type) { continue; }
      if (wants(names, text_of(one, "name"))) { rules.push_back(std::move(rule)); }
    }
    if (rules.empty()) { continue; }
    group["rules"] = std::move(rules);
    kept.push_back(std::move(item));
  }
  data["groups"] = std::move(kept);
}

}  // namespace vigie::api
