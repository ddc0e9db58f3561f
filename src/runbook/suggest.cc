#include "runbook/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runbook/matcher.h"

namespace vigie::runbook {

namespace {

constexpr size_t kSuggestionsMax = 10;
constexpr size_t kWordMin = 4;
constexpr int64_t kWeightOfMatch = 1000;
constexpr int64_t kWeightOfName = 10;

bool is_word_byte(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::vector<std::string> shared(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  std::vector<std::string> out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) { out += (out.empty() ? "" : ", ") + word; }
  return out;
}

/// The best line of symptoms, or the title: two words in common, or all that it has.
void weigh_words(const KnownIncident& incident, Suggestion& out) {
  std::vector<std::string> lines = out.runbook->symptoms;
  lines.push_back(out.runbook->title);
  for (const std::string& line : lines) {
    const std::vector<std::string> words = words_of(line);
    const std::vector<std::string> common = shared(words, incident.words);
    const auto weight = static_cast<int64_t>(common.size());
    if (common.empty() || (weight < 2 && common.size() < words.size())) { continue; }
    if (weight <= out.weight) { continue; }
    out.weight = weight;
    out.why = fmt::format("speaks of {}", joined(common));
  }
}

/// For what it was opened for, or for what joined it.
const std::vector<Matcher>* matching_any(const Runbook& runbook, const KnownIncident& incident) {
  if (const std::vector<Matcher>* matchers = matching(runbook, incident.labels)) {
    return matchers;
  }
  for (const Labels& labels : incident.joined) {
    if (const std::vector<Matcher>* matchers = matching(runbook, labels)) { return matchers; }
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::set<std::string> out;
  std::string word;
  const auto flush = [&] {
    if (word.size() > kWordMin && word.ends_with('s')) { word.pop_back(); }
    if (word.size() >= kWordMin) { out.insert(word); }
    word.clear();
  };
  for (const char c : text) {
    if (is_word_byte(c)) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else {
      flush();
    }
  }
  flush();
  return {out.begin(), out.end()};
}

const Runbook* automatic_for(const std::vector<Runbook>& runbooks, const Labels& labels) {
  const Runbook* best = nullptr;
  size_t most = 0;
  for (const Runbook& runbook : runbooks) {
    if (!runbook.automatic || count_steps(runbook) == 0) { continue; }
    const std::vector<Matcher>* matchers = matching(runbook, labels);
    if (matchers == nullptr || (best != nullptr && matchers->size() <= most)) { continue; }
    best = &runbook;
    most = matchers->size();
  }
  return best;
}

std::vector<Suggestion> suggest(const std::vector<Runbook>& runbooks,
                                const KnownIncident& incident) {
  std::vector<Suggestion> out;
  for (const Runbook& runbook : runbooks) {
    Suggestion one{.runbook = &runbook};
    if (const std::vector<Matcher>* matchers = matching_any(runbook, incident)) {
      one.weight = kWeightOfMatch + static_cast<int64_t>(matchers->size());
      one.why = "for " + text_of(*matchers);
    } else {
      weigh_words(incident, one);
      const std::vector<std::string> id_words = words_of(runbook.id + " " + runbook.title);
      const std::vector<std::string> service_words = words_of(incident.service);
      const bool named =
          !service_words.empty() && shared(id_words, service_words).size() == service_words.size();
      if (named) {
        one.weight += kWeightOfName;
        one.why =
            fmt::format("names {}{}{}", incident.service, one.why.empty() ? "" : "; ", one.why);
      }
    }
    if (one.weight > 0) { out.push_back(std::move(one)); }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Suggestion& a, const Suggestion& b) { return a.weight > b.weight; });
  if (out.size() > kSuggestionsMax) { out.resize(kSuggestionsMax); }
  return out;
}

}  // namespace vigie::runbook
