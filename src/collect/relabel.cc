#include "collect/relabel.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include "collect/relabel_pattern.h"

namespace vigie::collect {

namespace {

/// The last eight bytes of the MD5, big-endian: what Prometheus' hashmod takes, so that shards
/// agree with a Prometheus beside us.
uint64_t md5_tail(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr) != 1 || size < 16) {
    BUG(false, "MD5 is not available");
    return 0;
  }
  uint64_t tail = 0;
  for (int i = 8; i < 16; ++i) { tail = tail << 8 | digest[i]; }
  return tail;
}

std::string joined_sources(const RelabelRule& rule, const Labels& labels) {
  std::string out;
  bool first = true;
  for (const std::string& name : rule.source_labels) {
    if (!first) { out += rule.separator; }
    first = false;
    out += labels.get(name);
  }
  return out;
}

std::string in_case(std::string text, char first, char last) {
  for (char& c : text) {
    if (c >= first && c <= last) { c = static_cast<char>(c ^ 0x20); }
  }
  return text;
}

void replace(const RelabelRule& rule, const std::string& value, Labels& labels) {
  if (rule.regex->always_whole() && rule.replacement == "$1") {
    labels.set(rule.target_label, value);
    return;
  }
  PatternMatch match;
  if (!rule.regex->match(value, match)) { return; }
  const std::string target = rule.regex->expand(rule.target_label, match);
  if (target.empty()) { return; }
  labels.set(target, rule.regex->expand(rule.replacement, match));
}

void map_labels(const RelabelRule& rule, Labels& labels) {
  const Labels before = labels;
  PatternMatch match;
  for (const auto& [name, value] : before) {
    if (!rule.regex->match(name, match)) { continue; }
    const std::string target = rule.regex->expand(rule.replacement, match);
    if (!target.empty()) { labels.set(target, value); }
  }
}

void filter_labels(const RelabelRule& rule, bool keep_matching, Labels& labels) {
  std::vector<Labels::Pair> kept;
  for (const auto& pair : labels) {
    if (rule.regex->matches(pair.first) == keep_matching) { kept.push_back(pair); }
  }
  labels = Labels(std::move(kept));
}

bool apply_rule(const RelabelRule& rule, Labels& labels) {
  const std::string value = joined_sources(rule, labels);
  switch (rule.action) {
    case RelabelAction::replace:
      replace(rule, value, labels);
      return true;
    case RelabelAction::keep:
      return rule.regex->matches(value);
    case RelabelAction::drop:
      return !rule.regex->matches(value);
    case RelabelAction::keepequal:
      return labels.get(rule.target_label) == value;
    case RelabelAction::dropequal:
      return labels.get(rule.target_label) != value;
    case RelabelAction::hashmod:
      labels.set(rule.target_label, std::to_string(md5_tail(value) % rule.modulus));
      return true;
    case RelabelAction::labelmap:
      map_labels(rule, labels);
      return true;
    case RelabelAction::labeldrop:
      filter_labels(rule, false, labels);
      return true;
    case RelabelAction::labelkeep:
      filter_labels(rule, true, labels);
      return true;
    case RelabelAction::lowercase:
      labels.set(rule.target_label, in_case(value, 'A', 'Z'));
      return true;
    case RelabelAction::uppercase:
      labels.set(rule.target_label, in_case(value, 'a', 'z'));
      return true;
  }
  return true;
}

}  // namespace

bool relabel(const RelabelRules& rules, Labels& labels) {
  for (const RelabelRule& rule : rules) {
    if (!apply_rule(rule, labels)) { return false; }
  }
  return true;
}

}  // namespace vigie::collect
