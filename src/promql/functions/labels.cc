// label_replace, label_join: labels made of labels.
#include <fmt/core.h>
#include <re2/re2.h>

#include <map>

#include "base/utf8.h"
#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

bool is_label_name(std::string_view name) {
  return !name.empty() && is_utf8(name);
}

Error bad_label(std::string_view function, std::string_view what, std::string_view name) {
  return error(Code::invalid,
               fmt::format("invalid {} label name in {}(): {}", what, function, name));
}

struct Replacement {
  RE2 pattern;
  std::map<std::string, int> names;
  std::string text;
};

bool is_group_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int group_of(const Replacement& r, std::string_view name) {
  if (name.find_first_not_of("0123456789") == std::string_view::npos && name.size() < 4) {
    return std::stoi(std::string(name));
  }
  const auto named = r.names.find(std::string(name));
  return named == r.names.end() ? -1 : named->second;
}

// Go's template: $1, ${1}, $name, ${name}, $$; a group that does not exist is empty.
std::string expand(const Replacement& r, const std::vector<re2::StringPiece>& groups) {
  std::string out;
  const std::string_view text = r.text;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const bool braced = i + 1 < text.size() && text[i + 1] == '{';
    const size_t from = i + (braced ? 2 : 1);
    size_t to = from;
    while (to < text.size() && is_group_char(text[to])) { ++to; }
    const bool closed = !braced || (to < text.size() && text[to] == '}');
    if (to == from || !closed) {
      out += '$';
      continue;
    }
    const int group = group_of(r, text.substr(from, to - from));
    if (group >= 0 && static_cast<size_t>(group) < groups.size()) {
      const re2::StringPiece& piece = groups[static_cast<size_t>(group)];
      if (piece.data() != nullptr) { out.append(piece.data(), piece.size()); }
    }
    i = braced ? to : to - 1;
  }
  return out;
}

void set_label(Column& column, const std::string& name, const std::string& value) {
  column.labels.set(name, value);
  // A name that was set on purpose is not dropped at the end.
  if (name == kMetricName) { column.drop_name = false; }
}

Result<Value> label_replace(const Call& call) {
  const std::string& target = call.text(1);
  const std::string& source = call.text(3);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  Replacement r{.pattern = RE2(call.text(4), options), .text = call.text(2)};
  if (!r.pattern.ok()) {
    return error(Code::invalid,
                 fmt::format("invalid regular expression in label_replace(): {}", call.text(4)));
  }
  if (!is_label_name(target)) { return bad_label("label_replace", "destination", target); }
  r.names = r.pattern.NamedCapturingGroups();
  std::vector<re2::StringPiece> groups(static_cast<size_t>(r.pattern.NumberOfCapturingGroups()) +
                                       1);
  VIGIE_TRY(Value value, call.arg(0));
  for (Column& column : value.columns) {
    const std::string from(column.labels.get(source));
    if (!r.pattern.Match(from, 0, from.size(), RE2::ANCHOR_BOTH, groups.data(),
                         static_cast<int>(groups.size()))) {
      continue;
    }
    set_label(column, target, expand(r, groups));
  }
  VIGIE_CHECK(merge_same(value.columns));
  return value;
}

Result<Value> label_join(const Call& call) {
  const std::string& target = call.text(1);
  const std::string& separator = call.text(2);
  if (!is_label_name(target)) { return bad_label("label_join", "destination", target); }
  for (size_t i = 3; i < call.arg_count(); ++i) {
    if (!is_label_name(call.text(i))) { return bad_label("label_join", "source", call.text(i)); }
  }
  VIGIE_TRY(Value value, call.arg(0));
  for (Column& column : value.columns) {
    std::string joined;
    for (size_t i = 3; i < call.arg_count(); ++i) {
      if (i > 3) { joined += separator; }
      joined += column.labels.get(call.text(i));
    }
    set_label(column, target, joined);
  }
  VIGIE_CHECK(merge_same(value.columns));
  return value;
}

constexpr ValueType kReplaceArgs[] = {ValueType::vector, ValueType::string, ValueType::string,
                                      ValueType::string, ValueType::string};
constexpr ValueType kJoinArgs[] = {ValueType::vector, ValueType::string, ValueType::string,
                                   ValueType::string};

constexpr Function kRows[] = {
    {.name = "label_replace",
     .args = kReplaceArgs,
     .doc = "Sets a label from another by a pattern that matches all of it.",
     .body = {.whole = &label_replace}},
    {.name = "label_join",
     .args = kJoinArgs,
     .optional = 1,
     .variadic = true,
     .doc = "Sets a label to the values of others with a separator between them.",
     .body = {.whole = &label_join}},
};

}  // namespace

extern const FunctionKind labels_function;
constinit const FunctionKind labels_function{kRows};

}  // namespace vigie::promql
