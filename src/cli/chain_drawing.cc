#include "cli/chain_drawing.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/terminal.h"

namespace vigie::cli {

namespace {

struct Piece;
/// A stretch of a chain: stages one behind the other, with forks where one feeds several.
using Lane = std::vector<Piece>;
struct Piece {
  const json::object* stage = nullptr;
  std::vector<Lane> fork;
};

/// How stages hang together. Every stage is drawn exactly once, whatever the book says.
class Layout {
 public:
  explicit Layout(const json::object& chain) {
    const json::array* stages = get_array(chain, "stages");
    if (stages == nullptr) { return; }
    for (const json::value& item : *stages) {
      if (const json::object* stage = item.if_object()) { stages_.push_back(stage); }
    }
    for (size_t i = 0; i < stages_.size(); ++i) { read_feeders(i); }
  }

  Lane whole() {
    std::vector<const json::object*> sources;
    for (const json::object* stage : stages_) {
      if (feeders_[stage].empty()) { sources.push_back(stage); }
    }
    std::set<std::string> above;
    Lane lane = behind(sources, above);
    for (const json::object* stage : stages_) {
      if (!drawn_.contains(stage)) { lane.push_back({.stage = stage, .fork = {}}); }
    }
    return lane;
  }

 private:
  using Above = std::set<std::string>;  ///< The stages upstream on a lane.

  void read_feeders(size_t index) {
    const json::object* stage = stages_[index];
    std::vector<std::string>& feeders = feeders_[stage];
    const json::array* after = get_array(*stage, "after");
    if (after == nullptr) {
      if (index > 0) { feeders.push_back(get_string(*stages_[index - 1], "name")); }
      return;
    }
    for (const json::value& name : *after) {
      if (!name.is_string()) { continue; }
      std::string text(view_of(name.get_string()));
      const bool known = std::ranges::any_of(
          stages_, [&](const json::object* other) { return get_string(*other, "name") == text; });
      if (known) { feeders.push_back(std::move(text)); }
    }
  }

  Lane behind(const std::vector<const json::object*>& next, Above& above) {
    std::vector<const json::object*> ready;
    for (const json::object* stage : next) {
      const bool fed = std::ranges::all_of(
          feeders_[stage], [&](const std::string& name) { return above.contains(name); });
      if (fed && !drawn_.contains(stage)) { ready.push_back(stage); }
    }
    if (ready.empty()) { return {}; }
    if (ready.size() == 1) { return from(ready.front(), above); }
    Piece fork;
    Above all = above;
    for (const json::object* stage : ready) {
      Above own = above;
      fork.fork.push_back(from(stage, own));
      all.merge(own);
    }
    above = std::move(all);
    // What waited for more than one of the lanes comes behind them all.
    std::vector<const json::object*> met;
    for (const json::object* stage : stages_) {
      if (feeders_[stage].size() > 1) { met.push_back(stage); }
    }
    Lane out{std::move(fork)};
    std::ranges::move(behind(met, above), std::back_inserter(out));
    return out;
  }

  Lane from(const json::object* stage, Above& above) {
    const std::string name = get_string(*stage, "name");
    drawn_.insert(stage);
    above.insert(name);
    std::vector<const json::object*> fed;
    for (const json::object* other : stages_) {
      if (std::ranges::find(feeders_[other], name) != feeders_[other].end()) {
        fed.push_back(other);
      }
    }
    Lane out{{.stage = stage, .fork = {}}};
    std::ranges::move(behind(fed, above), std::back_inserter(out));
    return out;
  }

  std::vector<const json::object*> stages_;
  std::map<const json::object*, std::vector<std::string>> feeders_;
  std::set<const json::object*> drawn_;
};

/// The stage that a lane begins with; null for a fork at once.
const json::object* first_of(const Lane& lane) {
  return lane.empty() ? nullptr : lane.front().stage;
}

std::string state_of(const json::object* stage) {
  return stage == nullptr ? std::string() : get_string(*stage, "state");
}

/// Nothing arrives over a line into a starved stage; what arrives at a broken one stays there.
bool is_dry(const std::string& state) {
  return state == "starved" || state == "broken";
}

std::string arrow_into(const json::object* stage, std::string_view whole, std::string_view dry) {
  const std::string state = state_of(stage);
  return is_dry(state) ? paint(dry, colour_of(state)) : paint(whole, Colour::dim);
}

std::string name_of(const json::object& stage) {
  const std::string state = get_string(stage, "state");
  const std::string name = get_string(stage, "name");
  return paint(is_dry(state) ? fmt::format("{} {}", mark_of(state), name) : name, colour_of(state));
}

std::string blanks(size_t count) {
  return std::string(count, ' ');
}

/// Lines side by side; the first is the one that a lane enters and leaves by.
using Block = std::vector<std::string>;

Block row_of(const Lane& lane, bool fed);

/// The last piece of a lane's line in a fork that meets again behind it.
void join(Block& out, const std::vector<size_t>& entries) {
  size_t widest = 0;
  for (const std::string& line : out) { widest = std::max(widest, width_of(line)); }
  for (size_t i = entries.front(); i <= entries.back(); ++i) {
    const bool entry = std::ranges::find(entries, i) != entries.end();
    std::string tail = " ";
    for (size_t w = width_of(out[i]); w < widest; ++w) { tail += entry ? "─" : " "; }
    tail += i == entries.front() ? "─┬" : i == entries.back() ? "─┘" : entry ? "─┤" : " │";
    out[i] += paint(tail, Colour::dim);
  }
}

/// Puts the lanes of a fork behind what `out` holds; the lines where lanes begin.
std::vector<size_t> add_fork(Block& out, const std::vector<Lane>& lanes, bool fed) {
  const size_t column = width_of(out.front());
  std::vector<size_t> entries;
  for (size_t i = 0; i < lanes.size(); ++i) {
    const bool last = i + 1 == lanes.size();
    const Block block = row_of(lanes[i], false);
    for (size_t line = 0; line < block.size(); ++line) {
      if (i + line > 0) { out.push_back(blanks(column)); }
      std::string lead;
      if (fed && line > 0) { lead = last ? "     " : paint("  │  ", Colour::dim); }
      if (fed && line == 0) {
        const std::string_view bend = i == 0 ? " ─┬" : last ? "  └" : "  ├";
        lead = paint(bend, Colour::dim) + arrow_into(first_of(lanes[i]), "▶ ", "▷ ");
      }
      if (line == 0) { entries.push_back(out.size() - 1); }
      out.back() += lead + block[line];
    }
  }
  return entries;
}

Block row_of(const Lane& lane, bool fed) {
  Block out{""};
  bool joined = false;
  for (size_t i = 0; i < lane.size(); ++i) {
    const Piece& piece = lane[i];
    if (piece.stage != nullptr) {
      if (fed) {
        out.front() += joined ? arrow_into(piece.stage, "─▶ ", "┄▷ ")
                              : arrow_into(piece.stage, " ─▶ ", " ┄▷ ");
      }
      out.front() += name_of(*piece.stage);
      joined = false;
    } else {
      const std::vector<size_t> entries = add_fork(out, piece.fork, fed);
      joined = i + 1 < lane.size();
      if (joined) { join(out, entries); }
    }
    fed = true;
  }
  return out;
}

void add_downwards(const Lane& lane, const std::string& indent, Block& out) {
  for (const Piece& piece : lane) {
    if (piece.stage != nullptr) {
      const std::string state = get_string(*piece.stage, "state");
      out.push_back(indent +
                    paint(fmt::format("{} {}", mark_of(state), get_string(*piece.stage, "name")),
                          colour_of(state)));
      continue;
    }
    for (size_t i = 0; i < piece.fork.size(); ++i) {
      const bool last = i + 1 == piece.fork.size();
      Block below;
      add_downwards(piece.fork[i], "", below);
      for (size_t line = 0; line < below.size(); ++line) {
        const std::string_view lead = line == 0 ? (last ? "└▶ " : "├▶ ") : last ? "   " : "│  ";
        out.push_back(indent + paint(lead, Colour::dim) + below[line]);
      }
    }
  }
}

}  // namespace

std::vector<std::string> draw_chain(const json::object& chain, size_t width) {
  const Lane lane = Layout(chain).whole();
  Block row = row_of(lane, false);
  const bool fits =
      std::ranges::all_of(row, [&](const std::string& line) { return width_of(line) <= width; });
  if (fits) { return row; }
  Block down;
  add_downwards(lane, "", down);
  return down;
}

void print_chain(Session& session, const json::object& chain) {
  session.print_line(fmt::format("{}  {}", paint(get_string(chain, "name"), Colour::bold),
                                 painted_state(get_string(chain, "state"))));
  const size_t width = std::max<size_t>(terminal_width(), 12) - 2;
  for (const std::string& line : draw_chain(chain, width)) { session.print_line("  " + line); }
  const std::string why = get_string(chain, "why");
  if (why.empty()) { return; }
  for (const std::string& line : wrapped(why, width)) {
    session.print_line("  " + paint(line, Colour::dim));
  }
}

}  // namespace vigie::cli
