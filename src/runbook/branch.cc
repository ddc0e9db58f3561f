#include "runbook/branch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vigie::runbook {

namespace {

constexpr std::string_view kWords =
    "write [text](#anchor), escalate, done or continue, then once, twice or N times, then "
    "`, otherwise: …`";

constexpr config::Field kBranches[] = {
    {.name = "on failure:",
     .help = "where the run goes when a step of the section fails or takes too long; without it a "
             "run that began by itself escalates, and a person's ends as failed",
     .example = "on failure: [empty the queue](#empty) once, otherwise: escalate"},
    {.name = "then:",
     .help = "where it goes when every step of the section succeeded",
     .fallback = "continue",
     .example = "then: [look again](#look) 3 times, otherwise: escalate"},
    {.name = "otherwise:",
     .help = "as a line of its own: where the section's other lines go when their count is used "
             "up, and where a failure goes without on failure",
     .fallback = "escalate",
     .example = "otherwise: escalate"},
};

/// A line as words in lower case; links are one word each, beginning with '#'.
std::vector<std::string> words_of(const std::vector<Piece>& pieces) {
  std::vector<std::string> out;
  for (const Piece& piece : pieces) {
    if (!piece.link.empty()) {
      out.push_back(piece.link.starts_with('#') ? piece.link : "#" + piece.link);
      continue;
    }
    std::string word;
    const auto flush = [&] {
      if (!word.empty()) { out.push_back(std::exchange(word, "")); }
    };
    for (const char c : piece.text) {
      if (c == ' ' || c == '\t') {
        flush();
      } else if (c == ',' || c == ':' || c == '.') {
        flush();
        if (c != '.') { out.emplace_back(1, c); }
      } else {
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
    flush();
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::vector<std::string> words) : words_(std::move(words)) {}

  bool take(std::initializer_list<std::string_view> wanted) {
    if (words_.size() - at_ < wanted.size()) { return false; }
    size_t i = at_;
    for (const std::string_view word : wanted) {
      if (words_[i++] != word) { return false; }
    }
    at_ = i;
    return true;
  }
  bool at_end() const { return at_ >= words_.size(); }
  std::string next() { return at_end() ? "" : words_[at_++]; }

  Result<Target> target() {
    const std::string word = next();
    if (word.starts_with('#') && word.size() > 1) { return Target{Goto::section, word.substr(1)}; }
    if (word == "escalate") { return Target{Goto::escalate, ""}; }
    if (word == "done" || word == "stop") { return Target{Goto::done, ""}; }
    if (word == "continue" || word == "next") { return Target{Goto::next, ""}; }
    return error(Code::invalid, fmt::format("\"{}\" is nowhere to go: {}", word, kWords));
  }
  Result<int64_t> times() {
    if (take({"once"})) { return 1; }
    if (take({"twice"})) { return 2; }
    if (at_end() || words_[at_] == ",") { return 0; }
    const std::string word = next();
    int64_t count = 0;
    const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), count);
    const bool whole = failed == std::errc{} && end == word.data() + word.size();
    if (!whole || count < 1 || count > 20 || !take({"times"})) {
      return error(Code::invalid, fmt::format("\"{}\" is no count: {}", word, kWords));
    }
    return count;
  }

 private:
  std::vector<std::string> words_;
  size_t at_ = 0;
};

}  // namespace

std::span<const config::Field> branch_fields() {
  return kBranches;
}

Result<std::optional<BranchLine>> parse_branch(const std::vector<Piece>& pieces) {
  Reader reader(words_of(pieces));
  BranchLine out;
  if (reader.take({"on", "failure", ":"})) {
    out.when = BranchLine::When::failure;
  } else if (reader.take({"then", ":"})) {
    out.when = BranchLine::When::success;
  } else if (reader.take({"otherwise", ":"})) {
    out.when = BranchLine::When::otherwise;
  } else {
    return std::optional<BranchLine>{};
  }
  VIGIE_TRY(out.branch.target, reader.target());
  VIGIE_TRY(out.branch.times, reader.times());
  reader.take({","});
  if (reader.take({"otherwise", ":"}) || reader.take({"otherwise"})) {
    VIGIE_TRY(Target otherwise, reader.target());
    out.branch.otherwise = std::move(otherwise);
  }
  if (!reader.at_end()) {
    return error(Code::invalid, fmt::format("\"{}\" is too much here: {}", reader.next(), kWords));
  }
  return std::optional<BranchLine>(std::move(out));
}

}  // namespace vigie::runbook
