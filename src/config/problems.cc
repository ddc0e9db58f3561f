#include "config/problems.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace vigie::config {

namespace {

constexpr size_t kProblemsMax = 1000;
// Longer words are not compared letter by letter: the cost is their product.
constexpr size_t kWordMax = 64;

}  // namespace

std::string_view name_of(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

std::string Problem::text() const {
  std::string out = place.text();
  if (!out.empty()) { out += ": "; }
  if (severity == Severity::warning) { out += "warning: "; }
  out += what;
  if (!hint.empty()) { out += fmt::format(" ({})", hint); }
  return out;
}

void Problems::error(Place place, std::string what, std::string hint) {
  add({Severity::error, std::move(place), std::move(what), std::move(hint)});
}

void Problems::warn(Place place, std::string what, std::string hint) {
  add({Severity::warning, std::move(place), std::move(what), std::move(hint)});
}

void Problems::add(Problem problem) {
  ++(problem.severity == Severity::error ? errors_ : warnings_);
  if (list_.size() < kProblemsMax) { list_.push_back(std::move(problem)); }
}

std::vector<Problem> Problems::sorted() const {
  std::vector<Problem> out = list_;
  std::ranges::stable_sort(out, [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  return out;
}

std::string Problems::text() const {
  std::string out;
  for (const Problem& problem : sorted()) { out += problem.text() + "\n"; }
  const size_t dropped = errors_ + warnings_ - list_.size();
  if (dropped > 0) { out += fmt::format("and {} more\n", dropped); }
  return out;
}

json::array Problems::to_json() const {
  json::array out;
  for (const Problem& problem : sorted()) {
    out.push_back(json::object{{"severity", name_of(problem.severity)},
                               {"file", problem.place.file},
                               {"line", problem.place.line},
                               {"column", problem.place.column},
                               {"what", problem.what},
                               {"hint", problem.hint}});
  }
  return out;
}

void Problems::append(const Problems& more) {
  const size_t errors = errors_ + more.errors_;
  const size_t warnings = warnings_ + more.warnings_;
  for (const Problem& problem : more.list_) { add(problem); }
  errors_ = errors;
  warnings_ = warnings;
}

namespace {

/// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::array<size_t, kWordMax + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) { rows[0][j] = j; }
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) { row[j] = std::min(row[j], two_above[j - 2] + 1); }
    }
  }
  return rows[a.size() % 3][b.size()];
}

/// Case and the choice between "-" and "_" are the commonest slips; they count as nothing.
std::string folded(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
    if (c == '-') { c = '_'; }
  }
  return out;
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kWordMax) { return {}; }
  const std::string wanted = folded(word);
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, wanted.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kWordMax || candidate == word) { continue; }
    // Of one or two letters any word of that length would be near.
    const size_t distance = edit_distance(wanted, folded(candidate));
    if (distance >= std::max(wanted.size(), candidate.size())) { continue; }
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view found = nearest(word, candidates);
  return found.empty() ? "" : fmt::format("did you mean \"{}\"?", found);
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return did_you_mean(word, std::span<const std::string_view>(views));
}

std::string did_you_mean(std::string_view word,
                         std::initializer_list<std::string_view> candidates) {
  return did_you_mean(word,
                      std::span<const std::string_view>(candidates.begin(), candidates.size()));
}

}  // namespace vigie::config
