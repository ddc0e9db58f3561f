#include "collect/relabel_pattern.h"

#include <fmt/core.h>
#include <re2/re2.h>

namespace vigie::collect {

namespace {

constexpr int64_t kPatternMemoryMax = 8 << 20;

re2::RE2::Options options() {
  re2::RE2::Options chosen;
  chosen.set_log_errors(false);
  chosen.set_dot_nl(true);
  chosen.set_max_mem(kPatternMemoryMax);
  return chosen;
}

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The name behind a `$` and how many bytes it takes; 0 bytes when there is none.
size_t reference_at(std::string_view rest, std::string_view& name) {
  if (rest.starts_with('{')) {
    const size_t end = rest.find('}');
    if (end == std::string_view::npos || end == 1) { return 0; }
    name = rest.substr(1, end - 1);
    for (const char c : name) {
      if (!is_name_char(c)) { return 0; }
    }
    return end + 1;
  }
  size_t end = 0;
  while (end < rest.size() && is_name_char(rest[end])) { ++end; }
  name = rest.substr(0, end);
  return end;
}

}  // namespace

struct AnchoredPattern::Compiled {
  explicit Compiled(const std::string& regex) : re(regex, options()) {}
  re2::RE2 re;
};

struct SearchPattern::Compiled {
  explicit Compiled(const std::string& regex) : re(regex, options()) {}
  re2::RE2 re;
};

AnchoredPattern::AnchoredPattern(std::string text, std::unique_ptr<Compiled> compiled)
    : text_(std::move(text)), always_whole_(text_ == "(.*)"), compiled_(std::move(compiled)) {}
AnchoredPattern::~AnchoredPattern() = default;

Result<std::shared_ptr<const AnchoredPattern>> AnchoredPattern::compile(std::string_view regex) {
  std::string text(regex);
  auto compiled = std::make_unique<Compiled>(text);
  if (!compiled->re.ok()) {
    return error(Code::invalid,
                 fmt::format("the regular expression is wrong: {}", compiled->re.error()));
  }
  return std::shared_ptr<const AnchoredPattern>(
      new AnchoredPattern(std::move(text), std::move(compiled)));
}

bool AnchoredPattern::matches(std::string_view text) const {
  return always_whole_ || compiled_->re.Match(re2::StringPiece(text.data(), text.size()), 0,
                                              text.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

bool AnchoredPattern::match(std::string_view text, PatternMatch& out) const {
  const int count = compiled_->re.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> pieces(static_cast<size_t>(count));
  if (!compiled_->re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                           re2::RE2::ANCHOR_BOTH, pieces.data(), count)) {
    return false;
  }
  out.groups.clear();
  for (const re2::StringPiece& piece : pieces) {
    out.groups.emplace_back(piece.data() == nullptr ? "" : piece.data(), piece.size());
  }
  return true;
}

std::string AnchoredPattern::expand(std::string_view tmpl, const PatternMatch& match) const {
  std::string out;
  while (true) {
    const size_t dollar = tmpl.find('$');
    out += tmpl.substr(0, dollar);
    if (dollar == std::string_view::npos) { return out; }
    tmpl.remove_prefix(dollar + 1);
    if (tmpl.starts_with('$')) {
      out += '$';
      tmpl.remove_prefix(1);
      continue;
    }
    std::string_view name;
    const size_t taken = reference_at(tmpl, name);
    if (taken == 0) {
      out += '$';
      continue;
    }
    tmpl.remove_prefix(taken);
    size_t index = match.groups.size();
    if (name.find_first_not_of("0123456789") == std::string_view::npos && name.size() < 6) {
      index = std::stoul(std::string(name));
    } else {
      const auto& named = compiled_->re.NamedCapturingGroups();
      const auto it = named.find(std::string(name));
      if (it != named.end()) { index = static_cast<size_t>(it->second); }
    }
    if (index < match.groups.size()) { out += match.groups[index]; }
  }
}

SearchPattern::SearchPattern(std::string text, std::unique_ptr<Compiled> compiled)
    : text_(std::move(text)), compiled_(std::move(compiled)) {}
SearchPattern::~SearchPattern() = default;

Result<std::shared_ptr<const SearchPattern>> SearchPattern::compile(std::string_view regex) {
  std::string text(regex);
  auto compiled = std::make_unique<Compiled>(text);
  if (!compiled->re.ok()) {
    return error(Code::invalid,
                 fmt::format("the regular expression is wrong: {}", compiled->re.error()));
  }
  return std::shared_ptr<const SearchPattern>(
      new SearchPattern(std::move(text), std::move(compiled)));
}

bool SearchPattern::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->re);
}

}  // namespace vigie::collect
