#include "config/yaml.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/source.h"

namespace vigie::config {

namespace {

/// Thrown through yaml-cpp, which offers no other way to stop it; caught in this file.
struct LimitReached {};

/// A map or a list whose end has not come yet.
struct Frame {
  bool is_map = false;
  YAML::anchor_t anchor = 0;
  Place place;
  std::vector<Node> items;
  std::vector<Node::Entry> entries;
  std::unordered_map<std::string, size_t> keys;
  // The key whose value comes next.
  Node key;
  bool has_key = false;
  bool key_is_merge = false;
  // A value whose key was unusable or a duplicate is read and dropped.
  bool drop_value = false;
  std::vector<Node> merges;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, const YamlLimits& limits, Problems& problems)
      : file_(file), limits_(limits), problems_(problems) {}

  const Node& root() const { return root_; }
  /// Where the last scalar was.
  int line_reached() const { return line_reached_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place place = place_of(mark);
    // yaml-cpp gives the place of whatever follows; people look for the key.
    if (!frames_.empty() && frames_.back().has_key) { place = frames_.back().key.place(); }
    finish(Node::null(std::move(place)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      problems_.error(place_of(mark), "this alias stands inside its own anchor");
      accept(Node::null(place_of(mark)), "");
      return;
    }
    count(known->second.weight(), place_of(mark));
    check_depth(known->second.depth(), place_of(mark));
    accept(known->second, "");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    line_reached_ = mark.line;
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    count(1, place_of(mark));
    Node node = Node::scalar(value, quoted, place_of(mark));
    if (anchor != 0) { anchors_.insert_or_assign(anchor, node); }
    accept(std::move(node), tag);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, false);
  }

  void OnSequenceEnd() override {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(Node::sequence(std::move(frame.items), frame.place), frame.anchor);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, true);
  }

  void OnMapEnd() override {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    for (const Node& merge : frame.merges) { merge_into(frame, merge); }
    finish(Node::map(std::move(frame.entries), frame.place), frame.anchor);
  }

 private:
  Place place_of(const YAML::Mark& mark) const {
    return {.file = file_,
            .line = static_cast<uint32_t>(mark.line + 1),
            .column = static_cast<uint32_t>(mark.column + 1)};
  }

  void count(size_t nodes, const Place& place) {
    nodes_ += nodes;
    if (nodes_ <= limits_.nodes_max) { return; }
    problems_.error(place, fmt::format("the book has more than {} values here", kBookNodesMax),
                    "aliases count at their full size");
    throw LimitReached{};
  }

  void check_depth(size_t more, const Place& place) {
    if (frames_.size() + more <= limits_.depth_max) { return; }
    problems_.error(place, fmt::format("nested deeper than {} levels", limits_.depth_max));
    throw LimitReached{};
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
    count(1, place_of(mark));
    check_depth(1, place_of(mark));
    Frame frame;
    frame.is_map = is_map;
    frame.anchor = anchor;
    frame.place = place_of(mark);
    frames_.push_back(std::move(frame));
  }

  void finish(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) { anchors_.insert_or_assign(anchor, node); }
    accept(std::move(node), "");
  }

  /// Puts a finished value where it belongs. `tag` is "?" for an unquoted scalar.
  void accept(Node node, std::string_view tag) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (!frame.is_map) {
      frame.items.push_back(std::move(node));
    } else if (!frame.has_key) {
      take_key(frame, std::move(node), tag);
    } else {
      take_value(frame, std::move(node));
    }
  }

  void take_key(Frame& frame, Node node, std::string_view tag) {
    frame.has_key = true;
    frame.key_is_merge = tag == "?" && node.text() == "<<";
    frame.drop_value = false;
    if (!node.is_scalar()) {
      problems_.error(node.place(), fmt::format("a key must be text, not {}", node.kind_name()));
      frame.drop_value = true;
    } else if (!frame.key_is_merge) {
      const auto [first, is_new] = frame.keys.emplace(node.text(), frame.entries.size());
      if (!is_new) {
        const Place before = frame.entries[first->second].key.place();
        problems_.error(node.place(), fmt::format("key \"{}\" is already here", node.text()),
                        fmt::format("first at {}", before.text()));
        frame.drop_value = true;
      }
    }
    frame.key = std::move(node);
  }

  void take_value(Frame& frame, Node node) {
    frame.has_key = false;
    if (frame.drop_value) { return; }
    if (frame.key_is_merge) {
      frame.merges.push_back(std::move(node));
    } else {
      frame.entries.push_back({std::move(frame.key), std::move(node)});
    }
  }

  /// `<<: *base` or `<<: [*a, *b]`: what the map says itself wins, then the first that says it.
  void merge_into(Frame& frame, const Node& source) {
    if (source.is_sequence()) {
      for (const Node& item : source.items()) { merge_into(frame, item); }
      return;
    }
    if (!source.is_map()) {
      problems_.error(source.place(),
                      fmt::format("\"<<\" merges maps, and this is {}", source.kind_name()));
      return;
    }
    for (const Node::Entry& entry : source.entries()) {
      if (frame.keys.emplace(entry.key.text(), frame.entries.size()).second) {
        count(1 + entry.value.weight(), frame.place);
        frame.entries.push_back(entry);
      }
    }
  }

  const std::string& file_;
  const YamlLimits& limits_;
  Problems& problems_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  size_t nodes_ = 0;
  int line_reached_ = 0;
  Node root_;
};

std::string_view line_at(std::string_view content, int line) {
  for (; line > 0; --line) {
    const size_t end = content.find('\n');
    if (end == std::string_view::npos) { return {}; }
    content.remove_prefix(end + 1);
  }
  return content.substr(0, content.find('\n'));
}

/// What usually is behind a syntax error, judged by the line it was found in.
std::string syntax_hint(std::string_view content, const YAML::Mark& mark) {
  const std::string_view line = line_at(content, mark.line);
  const size_t text = line.find_first_not_of(" \t");
  if (text != std::string_view::npos && line.substr(0, text).find('\t') != std::string_view::npos) {
    return "YAML indents with spaces, not tabs";
  }
  const std::string_view rest = text == std::string_view::npos ? line : line.substr(text);
  if (line.find("{{") != std::string_view::npos && line.find('"') == std::string_view::npos) {
    return "put a value that starts with {{ in quotes";
  }
  if (rest.find(": ") != rest.rfind(": ")) { return "put a value that has \": \" in it in quotes"; }
  return "look at the indentation and the quotes of this line and the one above";
}

void report(const YAML::Exception& failure, std::string_view content, const std::string& file,
            int line_reached, Problems& problems) {
  Place place{.file = file};
  if (failure.msg == YAML::ErrorMsg::EOF_IN_SCALAR) {
    place.line = static_cast<uint32_t>(line_reached + 1);
    place.column = 1;
    problems.error(std::move(place), "YAML: a quote that is opened from here on is never closed");
    return;
  }
  std::string hint;
  if (!failure.mark.is_null()) {
    place.line = static_cast<uint32_t>(failure.mark.line + 1);
    place.column = static_cast<uint32_t>(failure.mark.column + 1);
    hint = syntax_hint(content, failure.mark);
  }
  problems.error(std::move(place), fmt::format("YAML: {}", failure.msg), std::move(hint));
}

/// yaml-cpp 0.7 takes an unclosed quote for closed when the file ends in a line feed, and with it
/// swallows the rest of the file in silence. A last line without one makes it complain.
std::string with_closing_comment(std::string_view content) {
  std::string out(content);
  out += content.empty() || content.back() == '\n' ? "#" : "\n#";
  return out;
}

/// Takes the events of a document nobody asked for.
class Ignorer final : public YAML::EventHandler {
 public:
  YAML::Mark start = YAML::Mark::null_mark();

  void OnDocumentStart(const YAML::Mark& mark) override { start = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

Node parse_yaml_within(std::string_view content, const std::string& file, const YamlLimits& limits,
                       Problems& problems) {
  if (!check_characters(content, file, problems)) { return Node::null({.file = file}); }
  TreeBuilder builder(file, limits, problems);
  try {
    std::istringstream stream{with_closing_comment(content)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) { return Node::null({file, 1, 1}); }
    Ignorer second;
    if (parser.HandleNextDocument(second)) {
      const auto line = static_cast<uint32_t>(second.start.line + 1);
      problems.warn({file, line, 1}, "only the first document of the file is read",
                    "remove the \"---\" between them, or put them in files of their own");
    }
    return builder.root();
  } catch (const YAML::Exception& failure) {
    report(failure, content, file, builder.line_reached(), problems);
  } catch (const LimitReached&) {
    // Already reported where it happened.
  } catch (const std::exception& failure) {
    problems.error({.file = file}, fmt::format("YAML: {}", failure.what()));
  }
  return Node::null({.file = file});
}

Node parse_yaml(std::string_view content, const std::string& file, Problems& problems) {
  return parse_yaml_within(content, file, {}, problems);
}

Node load_yaml_file(const std::string& path, Problems& problems) {
  const Result<std::string> content = read_source(path, kBookBytesMax);
  if (!content) {
    problems.error({.file = path}, content.error().what);
    return Node::null({.file = path});
  }
  return parse_yaml(*content, path, problems);
}

}  // namespace vigie::config
