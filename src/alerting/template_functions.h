#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "alerting/template.h"

namespace vigie::alerting {

struct TemplateCall {
  const TemplateContext& context;
  std::span<const Value> args;
};

/// One function of the template language.
struct TemplateFunction {
  std::string_view name;
  size_t least = 0, most = 0;  ///< Arguments.
  Result<Value> (*run)(const TemplateCall& call);
};

/// nullptr when there is none. `and`, `or` and `tmpl` are the runner's own.
const TemplateFunction* find_template_function(std::string_view name);

/// Go's Sprintf for the values of templates; a wrong verb prints as Go prints it.
std::string go_printf(std::string_view format, std::span<const Value> args);

// Prometheus' ways of writing a number for people.
std::string humanize(double v);
std::string humanize_1024(double v);
std::string humanize_seconds(double v);
std::string humanize_percentage(double v);

/// As application/x-www-form-urlencoded, a space becoming "+".
std::string query_escape(std::string_view text);

}  // namespace vigie::alerting
