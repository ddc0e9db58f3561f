#include "tsdb/matcher.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace vigie::tsdb {

struct Matcher::Pattern {
  explicit Pattern(const std::string& text, const RE2::Options& options) : re(text, options) {}
  RE2 re;
};

namespace {

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  // Prometheus compiles with the `s` flag: a dot matches a line break too.
  options.set_dot_nl(true);
  options.set_max_mem(8 << 20);
  return options;
}

bool is_plain(std::string_view text) {
  return text.find_first_of("\\.+*?()[]{}^$") == std::string_view::npos;
}

std::vector<std::string> split_alternation(std::string_view text) {
  std::vector<std::string> parts;
  size_t from = 0;
  while (true) {
    const size_t bar = text.find('|', from);
    parts.emplace_back(text.substr(from, bar == std::string_view::npos ? bar : bar - from));
    if (bar == std::string_view::npos) { return parts; }
    from = bar + 1;
  }
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') { out += '\\'; }
    out += c;
  }
  out += '"';
}

bool is_plain_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), good);
}

}  // namespace

std::string_view symbol_of(MatchOp op) {
  switch (op) {
    case MatchOp::equal:
      return "=";
    case MatchOp::not_equal:
      return "!=";
    case MatchOp::regex:
      return "=~";
    case MatchOp::not_regex:
      return "!~";
  }
  return "=";
}

Result<Matcher> Matcher::make(MatchOp op, std::string name, std::string value) {
  Matcher made;
  made.op_ = op;
  made.name_ = std::move(name);
  made.value_ = std::move(value);
  if (op == MatchOp::regex || op == MatchOp::not_regex) {
    auto pattern = std::make_shared<Pattern>(made.value_, pattern_options());
    if (!pattern->re.ok()) {
      return vigie::error(Code::invalid, fmt::format("the pattern \"{}\" does not compile: {}",
                                                     made.value_, pattern->re.error()));
    }
    made.pattern_ = std::move(pattern);
    if (op == MatchOp::regex && is_plain(made.value_)) {
      made.literals_ = split_alternation(made.value_);
    }
  } else if (op == MatchOp::equal) {
    made.literals_ = {made.value_};
  }
  made.matches_empty_ = made.matches("");
  return made;
}

Matcher Matcher::equal(std::string name, std::string value) {
  return *make(MatchOp::equal, std::move(name), std::move(value));
}

bool Matcher::matches(std::string_view value) const {
  switch (op_) {
    case MatchOp::equal:
      return value == value_;
    case MatchOp::not_equal:
      return value != value_;
    case MatchOp::regex:
    case MatchOp::not_regex:
      break;
  }
  const bool positive = op_ == MatchOp::regex;
  if (!literals_.empty()) {
    return (std::find(literals_.begin(), literals_.end(), value) != literals_.end()) == positive;
  }
  return RE2::FullMatch(re2::StringPiece(value.data(), value.size()), pattern_->re) == positive;
}

std::string Matcher::text() const {
  std::string out;
  if (is_plain_name(name_)) {
    out = name_;
  } else {
    append_quoted(out, name_);
  }
  out += symbol_of(op_);
  append_quoted(out, value_);
  return out;
}

bool all_match(const Matchers& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

}  // namespace vigie::tsdb
