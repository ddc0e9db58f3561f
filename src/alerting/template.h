#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/template_value.h"
#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"

namespace vigie::alerting {

struct TemplateProgram;

/// Bounds of one expansion; beyond them it fails instead of filling memory or time.
struct TemplateLimits {
  size_t output_max = 64 * 1024;  ///< Bytes.
  size_t steps_max = 100'000;     ///< Actions and rounds of loops.
  size_t depth_max = 50;          ///< Templates inside templates.
};

/// A series and its value, as a template's `query` gives it.
struct TemplateSample {
  Labels labels;
  double value = 0;
};

/// What one expansion sees.
struct TemplateContext {
  Value dot;
  std::map<std::string, Value> variables;  ///< Without the $.
  /// Runs an instant query; absent: `query` is an error.
  std::function<Result<std::vector<TemplateSample>>(const std::string& expr)> query;
  std::string external_url;
  WallTime now{};  ///< What `now` and `since` answer.
  TemplateLimits limits;
};

/// A template in Go's text/template language with the functions of Prometheus and Alertmanager.
/// Immutable, cheap to copy, any thread.
///
/// Not built: methods beyond those of Alertmanager's data and of times, complex numbers, `call`.
/// An absent label prints as nothing (Prometheus' missingkey=zero).
class Template {
 public:
  /// `variables` are those the context will bring. Definitions of `base` can be used and replaced.
  /// Errors: `invalid`, "line:column: what".
  static Result<Template> parse(std::string_view text,
                                std::span<const std::string_view> variables = {},
                                const Template* base = nullptr);
  /// Errors: `invalid`, "line:column: what"; `exhausted` beyond the limits.
  Result<std::string> expand(const TemplateContext& context) const;
  /// No action in it: the text is the result.
  bool is_plain() const;
  const std::string& text() const;

 private:
  explicit Template(std::shared_ptr<const TemplateProgram> program)
      : program_(std::move(program)) {}
  std::shared_ptr<const TemplateProgram> program_;
};

}  // namespace vigie::alerting
