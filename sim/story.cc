#include "sim/story.h"

#include <fmt/core.h>

#include <fstream>

#include "base/zone.h"
#include "daemon/book.h"
#include "sim/invariants.h"

namespace vigie::sim {

std::vector<std::string> split_words(const std::string& line) {
  std::vector<std::string> out;
  std::string word;
  bool quoted = false;
  bool started = false;
  int braces = 0;
  for (const char c : line) {
    if (c == '#' && !quoted && braces == 0) { break; }
    if (c == '{') { ++braces; }
    if (c == '}') { --braces; }
    if (c == '"' && braces == 0) {
      quoted = !quoted;
      started = true;
      continue;
    }
    if (c == ' ' && !quoted && braces == 0) {
      if (started) { out.push_back(std::exchange(word, {})); }
      started = false;
      continue;
    }
    word += c;
    started = true;
  }
  if (started) { out.push_back(word); }
  return out;
}

Error Story::wrong(const std::string& what) const {
  return error(Code::invalid, what);
}

Status Story::read() {
  std::ifstream file(path_);
  if (!file) { return wrong("cannot be read"); }
  std::string text;
  std::string* book = nullptr;
  for (size_t number = 1; std::getline(file, text); ++number) {
    if (book != nullptr && (text.empty() || text.front() == ' ')) {
      *book += text + "\n";
      continue;
    }
    book = nullptr;
    std::vector<std::string> words = split_words(text);
    if (words.empty()) { continue; }
    if (words[0] == "book" && book_text_.empty()) {
      book = &book_text_;
      continue;
    }
    const bool reload = words[0] == "book";
    lines_.push_back({.number = number, .words = std::move(words), .text = text});
    if (reload) { book = &lines_.back().book; }
  }
  return ok();
}

Result<config::Node> Story::book_of(const std::string& text) const {
  config::Problems problems;
  config::Book book;
  book.root = config::parse_yaml(text, "book", problems);
  if (problems.ok()) { config::check_top_level(book.root, problems); }
  if (problems.ok()) { daemon::check_rooms(book, problems); }
  if (!problems.ok()) { return wrong(problems.text()); }
  return book.root;
}

Status Story::begin() {
  VIGIE_TRY(config::Node book, book_of(book_text_));
  if (!start_) { return wrong("a story begins with `at`"); }
  world_ = std::make_unique<World>(std::move(book), *start_, 7);
  world_->after_step = [this] {
    if (!broken_.empty()) { return; }
    const std::string broken = broken_invariant(*world_);
    if (!broken.empty()) { broken_ = fmt::format("at {}: {}", rfc3339(world_->now()), broken); }
  };
  return ok();
}

Status Story::run() {
  VIGIE_CHECK(read());
  for (const Line& line : lines_) {
    Status played = play(line);
    if (played && !broken_.empty()) { played = wrong("invariant broken " + broken_); }
    if (!played) {
      return std::move(played).error().context(
          fmt::format("{}:{}: {}", path_, line.number, line.text));
    }
  }
  return world_ ? ok() : Status(wrong("an empty story"));
}

Status Story::play(const Line& line) {
  const std::string& verb = line.words[0];
  if (verb == "at") {
    if (world_ || line.words.size() != 4) { return wrong("at DATE TIME ZONE, once, first"); }
    VIGIE_TRY(const Zone zone, find_zone(line.words[3]));
    VIGIE_TRY(const WallTime local,
              parse_rfc3339(fmt::format("{}T{}:00Z", line.words[1], line.words[2])));
    start_ = wall_of(LocalTime{local.time_since_epoch()}, zone, Fold::first);
    return begin();
  }
  if (!world_) { return wrong("the story has not begun (at …)"); }
  if (verb == "expect") { return expect(line); }
  if (verb == "book") {
    VIGIE_TRY(config::Node book, book_of(line.book));
    world_->adopt(std::move(book));
    return ok();
  }
  if (verb == "forward") {
    VIGIE_TRY(const Millis by, parse_duration(line.words.at(1)));
    world_->forward(by);
    return ok();
  }
  if (verb == "restart" && line.words.size() == 1) {
    world_->crash();
    return ok();
  }
  for (const char* act : {"ack", "take", "resolve", "declare", "run", "answer"}) {
    if (verb == act) { return person_acts(line); }
  }
  return happen(line);
}

}  // namespace vigie::sim
