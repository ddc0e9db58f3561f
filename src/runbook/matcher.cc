#include "runbook/matcher.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

namespace vigie::runbook {

namespace {

constexpr size_t kPatternMax = 256;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) { return false; }
    at_ += word.size();
    return true;
  }
  bool at_end() const { return at_ >= text_.size(); }
  std::string name() {
    const size_t begin = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      const bool digit = c >= '0' && c <= '9' && at_ > begin;
      if (!letter && !digit) { break; }
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }
  Result<std::string> quoted() {
    const char quote = at_end() ? '\0' : text_[at_];
    if (quote != '"' && quote != '\'') { return wrong("a quoted value"); }
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return out;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        // Escapes of regular expressions pass through: \d, \. and the like.
        if (c == 'n') {
          c = '\n';
        } else if (c != quote && c != '\\') {
          out += '\\';
        }
      }
      out += c;
    }
    return wrong("the closing quote");
  }
  Error wrong(std::string_view wanted) const {
    return error(Code::invalid,
                 fmt::format("expected {} at character {} of `{}`", wanted, at_ + 1, text_));
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

Result<std::unique_ptr<re2::RE2>> compile(const std::string& pattern) {
  if (pattern.size() > kPatternMax) {
    return error(Code::invalid, fmt::format("a pattern has at most {} characters", kPatternMax));
  }
  auto compiled = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
  if (!compiled->ok()) {
    return error(Code::invalid, fmt::format("`{}` is no pattern: {}", pattern, compiled->error()));
  }
  return compiled;
}

bool matches_pattern(const std::string& pattern, const std::string& value) {
  const Result<std::unique_ptr<re2::RE2>> compiled = compile(pattern);
  return compiled && re2::RE2::FullMatch(value, **compiled);
}

Result<Matcher> parse_one(Reader& reader) {
  Matcher out;
  reader.skip_blanks();
  out.label = reader.name();
  if (out.label.empty()) { return reader.wrong("a label"); }
  reader.skip_blanks();
  for (const std::string_view op : {"=~", "!~", "!=", "="}) {
    if (!reader.take(op)) { continue; }
    out.op = op;
    break;
  }
  if (out.op.empty()) { return reader.wrong("one of = != =~ !~"); }
  reader.skip_blanks();
  VIGIE_TRY(out.value, reader.quoted());
  if (out.op.ends_with('~')) { VIGIE_CHECK(compile(out.value)); }
  return out;
}

}  // namespace

Result<std::vector<Matcher>> parse_matchers(std::string_view text) {
  Reader reader(text);
  std::vector<Matcher> out;
  reader.skip_blanks();
  const bool braces = reader.take("{");
  while (true) {
    reader.skip_blanks();
    if (reader.at_end() && !out.empty() && !braces) { break; }
    if (braces && !out.empty() && reader.take("}")) { break; }
    VIGIE_TRY(Matcher one, parse_one(reader));
    out.push_back(std::move(one));
    reader.skip_blanks();
    if (reader.take(",")) { continue; }
    if (braces && !reader.take("}")) { return reader.wrong("`,` or `}`"); }
    break;
  }
  reader.skip_blanks();
  if (!reader.at_end()) { return reader.wrong("`,` or the end"); }
  return out;
}

bool matches(const Matcher& matcher, const Labels& labels) {
  const std::string_view name =
      matcher.label == "alert" ? std::string_view("alertname") : std::string_view(matcher.label);
  const std::string value{labels.get(name)};
  if (matcher.op == "=") { return value == matcher.value; }
  if (matcher.op == "!=") { return value != matcher.value; }
  return matches_pattern(matcher.value, value) == (matcher.op == "=~");
}

bool matches(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& matcher) { return matches(matcher, labels); });
}

const std::vector<Matcher>* matching(const Runbook& runbook, const Labels& labels) {
  for (const std::vector<Matcher>& matchers : runbook.when) {
    if (matches(matchers, labels)) { return &matchers; }
  }
  return nullptr;
}

std::string text_of(const std::vector<Matcher>& matchers) {
  std::string out;
  for (const Matcher& matcher : matchers) {
    out += fmt::format("{}{}{}\"{}\"", out.empty() ? "" : ", ", matcher.label, matcher.op,
                       matcher.value);
  }
  return out;
}

}  // namespace vigie::runbook
