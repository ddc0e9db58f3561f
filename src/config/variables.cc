#include "config/variables.h"

#include <fmt/core.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace vigie::config {

namespace {

constexpr int kNestingMax = 4;

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t name_length(std::string_view text) {
  if (text.empty() || !starts_name(text.front())) { return 0; }
  size_t length = 1;
  while (length < text.size() &&
         (starts_name(text[length]) || (text[length] >= '0' && text[length] <= '9'))) {
    ++length;
  }
  return length;
}

/// The position of the `}` that closes the reference whose inside starts at `text`.
size_t closing_brace(std::string_view text) {
  int depth = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) { ++depth; }
    if (text[i] == '}' && --depth == 0) { return i; }
  }
  return std::string_view::npos;
}

class Filler {
 public:
  Filler(const Environment& environment, Problems& problems)
      : environment_(environment), problems_(problems) {}

  Node fill(const Node& node, bool verbatim) {
    switch (node.kind()) {
      case Node::Kind::null:
        return node;
      case Node::Kind::scalar:
        return verbatim ? node : fill_scalar(node);
      case Node::Kind::sequence:
        return fill_sequence(node, verbatim);
      case Node::Kind::map:
        return fill_map(node, verbatim);
    }
    return node;
  }

 private:
  // Trees without variables come back as they are, so that aliases stay shared.
  Node fill_sequence(const Node& node, bool verbatim) {
    std::vector<Node> items;
    items.reserve(node.items().size());
    bool changed = false;
    for (const Node& item : node.items()) {
      items.push_back(fill(item, verbatim));
      changed = changed || !items.back().is_same_node(item);
    }
    return changed ? Node::sequence(std::move(items), node.place()) : node;
  }

  Node fill_map(const Node& node, bool verbatim) {
    std::vector<Node::Entry> entries;
    entries.reserve(node.entries().size());
    bool changed = false;
    for (const Node::Entry& entry : node.entries()) {
      const bool inside = verbatim || entry.key.text().ends_with("relabel_configs");
      entries.push_back({entry.key, fill(entry.value, inside)});
      changed = changed || !entries.back().value.is_same_node(entry.value);
    }
    return changed ? Node::map(std::move(entries), node.place()) : node;
  }

  Node fill_scalar(const Node& node) {
    if (node.text().find("${") == std::string::npos) { return node; }
    place_ = node.place();
    const std::optional<std::string> filled = fill_text(node.text(), 0);
    return filled && *filled != node.text() ? node.with_text(*filled) : node;
  }

  /// Nothing after an error, which has then been reported.
  std::optional<std::string> fill_text(std::string_view text, int nesting) {
    std::string out;
    while (!text.empty()) {
      const size_t dollar = text.find("${");
      if (dollar == std::string_view::npos) { return out.append(text); }
      const bool escaped = dollar > 0 && text[dollar - 1] == '$';
      out.append(text.substr(0, escaped ? dollar - 1 : dollar));
      text.remove_prefix(dollar + 2);
      if (escaped || name_length(text) == 0) {
        out.append("${");
      } else if (!take_reference(text, out, nesting)) {
        return std::nullopt;
      }
    }
    return out;
  }

  /// `text` starts behind "${"; what the reference stands for goes to `out`.
  bool take_reference(std::string_view& text, std::string& out, int nesting) {
    const size_t end = closing_brace(text);
    if (end == std::string_view::npos) { return complain("\"${\" without its \"}\""); }
    const std::string_view inside = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string_view name = inside.substr(0, name_length(inside));
    const std::string_view rest = inside.substr(name.size());
    if (!rest.empty() && !rest.starts_with(":-")) {
      return complain(fmt::format("\"${{{}}}\" is no variable", inside));
    }
    const std::optional<std::string_view> value = environment_.get(name);
    // As in the shell, ":-" also stands in for a variable that is set but empty.
    if (value && (rest.empty() || !value->empty())) {
      out.append(*value);
      return true;
    }
    if (rest.empty()) { return unset(name); }
    if (nesting >= kNestingMax) { return complain("defaults within defaults are too deep"); }
    const std::optional<std::string> fallback = fill_text(rest.substr(2), nesting + 1);
    if (!fallback) { return false; }
    out.append(*fallback);
    return true;
  }

  bool complain(std::string what) {
    problems_.error(place_, std::move(what),
                    "write ${NAME} or ${NAME:-default}; $${ stands for ${ itself");
    return false;
  }

  bool unset(std::string_view name) {
    // An alias brings the same place again.
    if (!reported_.insert({place_.text(), std::string(name)}).second) { return false; }
    problems_.error(
        place_, fmt::format("variable {} is not set", name),
        fmt::format("set it in the environment or in .env, or write ${{{}:-default}}", name));
    return false;
  }

  const Environment& environment_;
  Problems& problems_;
  Place place_;
  std::set<std::pair<std::string, std::string>> reported_;
};

}  // namespace

Node fill_variables(const Node& node, const Environment& environment, Problems& problems) {
  return Filler(environment, problems).fill(node, false);
}

}  // namespace vigie::config
