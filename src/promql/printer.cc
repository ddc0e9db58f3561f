#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "promql/function_kind.h"
#include "promql/promql.h"
#include "promql/result_json.h"

namespace vigie::promql {

namespace {

std::string print(const Node& node);

bool is_plain_name(std::string_view name, bool colons) {
  const auto good = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colons && c == ':');
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), good);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string print_span(const Span& span) {
  if (span.expr) { return print(*span.expr); }
  return span.value < Millis{0} ? "-" + format_duration(-span.value) : format_duration(span.value);
}

std::string print_shift(const Shift& shift) {
  std::string out;
  switch (shift.anchor) {
    case Shift::Anchor::none:
      break;
    case Shift::Anchor::time:
      out += fmt::format(" @ {:.3f}", static_cast<double>(shift.anchor_ms) / 1000);
      break;
    case Shift::Anchor::start:
      out += " @ start()";
      break;
    case Shift::Anchor::end:
      out += " @ end()";
      break;
  }
  if (shift.has_offset) { out += " offset " + print_span(shift.offset); }
  return out;
}

std::string print_selector(const SelectorNode& node, std::string_view range) {
  const bool plain = is_plain_name(node.name, true);
  std::string inside;
  const auto add = [&](const std::string& text) {
    if (!inside.empty()) { inside += ','; }
    inside += text;
  };
  if (!node.name.empty() && !plain) { add(quoted(node.name)); }
  for (const tsdb::Matcher& m : node.matchers) {
    const bool the_name = m.name() == kMetricName && m.op() == tsdb::MatchOp::equal &&
                          !node.name.empty() && m.value() == node.name;
    if (!the_name) { add(m.text()); }
  }
  std::string out = plain ? node.name : "";
  if (!inside.empty() || out.empty()) { out += "{" + inside + "}"; }
  return out + std::string(range) + print_shift(node.shift);
}

std::string print_labels(const std::vector<std::string>& labels) {
  std::string out = "(";
  for (const std::string& label : labels) {
    if (out.size() > 1) { out += ", "; }
    out += is_plain_name(label, false) ? label : quoted(label);
  }
  return out + ")";
}

std::string print_aggregate(const AggregateNode& node) {
  std::string out(name_of(node.op));
  if (node.grouped) {
    out += (node.without ? " without " : " by ") + print_labels(node.labels) + " ";
  }
  out += "(";
  if (node.param) { out += print(*node.param) + ", "; }
  return out + print(*node.expr) + ")";
}

std::string print_binary(const BinaryNode& node) {
  std::string op = fmt::format(" {} ", symbol_of(node.op));
  if (node.returns_bool) { op += "bool "; }
  const Matching& m = node.matching;
  if (m.written) { op += (m.on ? "on " : "ignoring ") + print_labels(m.labels) + " "; }
  if (m.cardinality == Cardinality::many_to_one) {
    op += "group_left " + print_labels(m.include) + " ";
  }
  if (m.cardinality == Cardinality::one_to_many) {
    op += "group_right " + print_labels(m.include) + " ";
  }
  return print(*node.left) + op + print(*node.right);
}

std::string print_call(const CallNode& node) {
  std::string out(node.function->name);
  out += '(';
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (i > 0) { out += ", "; }
    out += print(*node.args[i]);
  }
  return out + ')';
}

std::string print_number(const NumberNode& node) {
  if (node.is_duration) {
    const Millis length{std::llround(std::abs(node.value) * 1000)};
    return (node.value < 0 ? "-" : "") + format_duration(length);
  }
  return format_value(node.value);
}

std::string print(const Node& node) {
  if (const auto* n = as<NumberNode>(node)) { return print_number(*n); }
  if (const auto* n = as<StringNode>(node)) { return quoted(n->value); }
  if (const auto* n = as<SelectorNode>(node)) { return print_selector(*n, ""); }
  if (const auto* n = as<RangeNode>(node)) {
    return print_selector(*as<SelectorNode>(*n->selector), "[" + print_span(n->range) + "]");
  }
  if (const auto* n = as<SubqueryNode>(node)) {
    const bool has_step = n->step.expr || n->step.value > Millis{0};
    return fmt::format("{}[{}:{}]{}", print(*n->expr), print_span(n->range),
                       has_step ? print_span(n->step) : "", print_shift(n->shift));
  }
  if (const auto* n = as<CallNode>(node)) { return print_call(*n); }
  if (const auto* n = as<AggregateNode>(node)) { return print_aggregate(*n); }
  if (const auto* n = as<BinaryNode>(node)) { return print_binary(*n); }
  if (const auto* n = as<UnaryNode>(node)) { return (n->negates ? "-" : "+") + print(*n->expr); }
  return "(" + print(*as<ParenNode>(node)->expr) + ")";
}

}  // namespace

std::string format(const Expr& expr) {
  return print(expr.root());
}

}  // namespace vigie::promql
