#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/events.h"
#include "model/labels.h"

/// Values from an alert and from people, put into the texts of steps without ever being read as
/// code.
///
/// `{{ labels.stage }}` is a label of the incident, `{{ namespace }}` (also `{{ params.namespace
/// }}`) a parameter. `<namespace>`, as manuals write it, is a parameter too, when the runbook has
/// one of that name. Commands also have the environment: `$namespace`, `$VIGIE_LABEL_stage`.
namespace vigie::runbook {

/// How a value stands in a text of its kind.
enum class Quoting : uint8_t {
  shell,   ///< As a reference to the environment: a shell never reads an expansion as code.
  promql,  ///< Escaped inside quotes; outside of them only names, numbers and the like.
  url,     ///< Percent-encoded.
  word,    ///< Letters, digits, dot, dash, underscore only; `invalid` otherwise.
};

struct Values {
  Labels labels;
  StringMap params;
};

/// Errors: `not_found` for a label or parameter without a value, `invalid` for a value that cannot
/// stand where it should and for an unknown reference.
Result<std::string> fill(std::string_view text, Quoting quoting, const Values& values);
/// For people to read: every value in place, quoted as its kind needs; what has none stays.
std::string fill_for_reading(std::string_view text, Quoting quoting, const Values& values);

/// Every reference in a text that needs a value: "labels.stage", "namespace".
/// Errors: `invalid` for `{{` that is never closed or holds no reference.
Result<std::vector<std::string>> references(std::string_view text);
/// Names written as `<name>`, each once.
std::vector<std::string> placeholders(std::string_view text);

/// What a command finds in its environment: labels as VIGIE_LABEL_x, parameters under their names.
StringMap environment_of(const Values& values);

/// Lower-case letters, digits and underscores: such a name cannot be PATH or LD_PRELOAD.
bool is_parameter_name(std::string_view name);
/// 'it'\''s': one word for a POSIX shell.
std::string quote_for_shell(std::string_view value);

}  // namespace vigie::runbook
