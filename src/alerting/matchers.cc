#include "alerting/matchers.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "alerting/rule.h"

namespace vigie::alerting {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kMatchersMax = 100;

Error wrong(std::string_view text, std::string_view why) {
  return error(Code::invalid, fmt::format("\"{}\" is no matcher: {}", text, why));
}

void trim(std::string_view& text) {
  const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

Result<tsdb::MatchOp> take_op(std::string_view& rest) {
  constexpr std::pair<std::string_view, tsdb::MatchOp> kOps[] = {{"=~", tsdb::MatchOp::regex},
                                                                 {"!~", tsdb::MatchOp::not_regex},
                                                                 {"!=", tsdb::MatchOp::not_equal},
                                                                 {"=", tsdb::MatchOp::equal}};
  for (const auto& [symbol, op] : kOps) {
    if (rest.starts_with(symbol)) {
      rest.remove_prefix(symbol.size());
      return op;
    }
  }
  return wrong(rest, "one of = != =~ !~ is missing");
}

/// A value in quotes, with \" \\ and \n inside; stops behind the closing quote.
Result<std::string> take_quoted(std::string_view& rest) {
  const std::string_view whole = rest;
  rest.remove_prefix(1);
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') { return out; }
    if (c != '\\' || rest.empty()) {
      out += c;
      continue;
    }
    const char escaped = rest.front();
    rest.remove_prefix(1);
    if (escaped == 'n') {
      out += '\n';
    } else if (escaped == '"' || escaped == '\\') {
      out += escaped;
    } else {
      out += '\\';
      out += escaped;
    }
  }
  return wrong(whole, "the closing quote is missing");
}

Result<std::string> take_name(std::string_view& rest) {
  trim(rest);
  if (rest.starts_with('"')) { return take_quoted(rest); }
  const size_t stop = std::min(rest.find_first_of("=!~ \t{},"), rest.size());
  std::string name(rest.substr(0, stop));
  if (name.empty()) { return wrong(rest, "the label's name is missing"); }
  if (!is_label_name(name)) { return wrong(name, "letters, digits and _ make a label's name"); }
  rest.remove_prefix(stop);
  return name;
}

Result<std::string> take_value(std::string_view& rest) {
  trim(rest);
  if (rest.starts_with('"')) { return take_quoted(rest); }
  std::string_view value = rest.substr(0, rest.find(','));
  rest.remove_prefix(value.size());
  trim(value);
  if (value.find_first_of("\"{}") != std::string_view::npos) {
    return wrong(value, "put the value in quotes");
  }
  return std::string(value);
}

bool before(const tsdb::Matcher& a, const tsdb::Matcher& b) {
  return std::make_tuple(a.name(), a.value(), a.op()) <
         std::make_tuple(b.name(), b.value(), b.op());
}

}  // namespace

Result<tsdb::Matchers> parse_matchers(std::string_view text) {
  std::string_view rest = text;
  trim(rest);
  if (rest.starts_with('{')) {
    if (!rest.ends_with('}')) { return wrong(text, "the closing } is missing"); }
    rest = rest.substr(1, rest.size() - 2);
    trim(rest);
  }
  tsdb::Matchers out;
  while (!rest.empty()) {
    if (out.size() == kMatchersMax) { return wrong(text, "too many matchers"); }
    VIGIE_TRY(std::string name, take_name(rest));
    trim(rest);
    VIGIE_TRY(const tsdb::MatchOp op, take_op(rest));
    VIGIE_TRY(std::string value, take_value(rest));
    VIGIE_TRY(tsdb::Matcher matcher, tsdb::Matcher::make(op, std::move(name), std::move(value)));
    out.push_back(std::move(matcher));
    trim(rest);
    if (rest.empty()) { break; }
    if (rest.front() != ',') { return wrong(text, "a comma is missing between matchers"); }
    rest.remove_prefix(1);
    trim(rest);
  }
  return out;
}

tsdb::Matchers read_matchers(const config::Node& node, config::Problems& problems) {
  tsdb::Matchers out;
  if (node.is_null()) { return out; }
  const auto one = [&](const config::Node& item) {
    Result<tsdb::Matchers> parsed = parse_matchers(item.text());
    if (!item.is_scalar() || !parsed) {
      problems.error(item.place(), item.is_scalar()
                                       ? parsed.error().what
                                       : "a matcher is a text such as severity=\"critical\"");
      return;
    }
    for (tsdb::Matcher& matcher : *parsed) { out.push_back(std::move(matcher)); }
  };
  if (node.is_scalar()) { one(node); }
  if (node.is_map()) { problems.error(node.place(), "matchers are a list of texts"); }
  for (const config::Node& item : node.items()) { one(item); }
  return out;
}

tsdb::Matchers read_match_map(const config::Node& node, tsdb::MatchOp op,
                              config::Problems& problems) {
  tsdb::Matchers out;
  if (!node.is_null() && !node.is_map()) {
    problems.error(node.place(), "a map from label to value is needed");
  }
  for (const config::Node::Entry& entry : node.entries()) {
    if (!is_label_name(entry.key.text())) {
      problems.error(entry.key.place(),
                     fmt::format("\"{}\" can't be the name of a label", entry.key.text()));
      continue;
    }
    if (entry.value.is_null() && op == tsdb::MatchOp::regex) {
      problems.error(entry.key.place(), "the pattern is missing");
      continue;
    }
    Result<tsdb::Matcher> made = tsdb::Matcher::make(op, entry.key.text(), entry.value.text());
    if (!made) {
      problems.error(entry.value.place(), made.error().what);
      continue;
    }
    out.push_back(*std::move(made));
  }
  return out;
}

std::string text_of(tsdb::Matchers matchers) {
  std::ranges::sort(matchers, before);
  std::string out = "{";
  for (const tsdb::Matcher& matcher : matchers) {
    out += (out.size() > 1 ? "," : "") + matcher.text();
  }
  return out + "}";
}

}  // namespace vigie::alerting
