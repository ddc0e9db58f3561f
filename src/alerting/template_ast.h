#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerting/template_value.h"

/// A parsed template: plain data that the parser makes and the runner walks.
namespace vigie::alerting {

/// Bytes from the start of the template's text.
using TextOffset = uint32_t;

struct Pipeline;
using PipelinePtr = std::shared_ptr<const Pipeline>;

enum class OperandKind : uint8_t { dot, variable, function, literal, group };

/// One word of a command; `.a.b` behind it are its fields.
struct Operand {
  OperandKind kind = OperandKind::dot;
  TextOffset at = 0;
  std::string name;  ///< Of a variable (without $, "" for the root) or function.
  Value literal;
  PipelinePtr group;
  std::vector<std::string> fields;
};

/// A function or method with its arguments, or a lone value.
struct Command {
  std::vector<Operand> words;
};

struct Pipeline {
  std::vector<std::string> declares;  ///< One name; two in `range $i, $x := …`.
  bool assigns = false;               ///< `=` rather than `:=`.
  std::vector<Command> commands;
};

enum class PartKind : uint8_t { text, action, branch, scope, loop, include, leave, next };

struct Part;
using Parts = std::vector<Part>;

/// One piece of a template, in the order of the text.
struct Part {
  PartKind kind = PartKind::text;
  TextOffset at = 0;
  std::string text;  ///< Of a text; the name of an included template.
  PipelinePtr pipeline;
  Parts body, otherwise;
};

/// A template and everything it defines; "" names the text itself.
struct TemplateProgram {
  std::string text;
  std::map<std::string, Parts> parts;
  std::map<std::string, std::string> sources;  ///< Whose offsets those are, per definition.
};

}  // namespace vigie::alerting
