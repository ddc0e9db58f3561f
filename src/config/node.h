#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace vigie::config {

/// Where a value was written. Lines and columns count from 1; 0 means "the whole file".
struct Place {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;

  /// "oncall.yml:12:3", "oncall.yml" without a line, "" for a value that came from no file.
  std::string text() const;
  bool operator==(const Place&) const = default;
};

/// One value of the watch book and everything below it: immutable, cheap to copy (a shared
/// pointer into the tree), readable from any thread. A Node keeps its whole subtree alive; spans
/// and references it hands out live as long as any node above them.
class Node {
 public:
  enum class Kind : uint8_t { null, scalar, sequence, map };
  struct Entry;

  /// Null, from nowhere.
  Node() = default;
  static Node null(Place place = {});
  static Node scalar(std::string text, bool quoted = false, Place place = {});
  static Node sequence(std::vector<Node> items, Place place = {});
  /// Keys must be unique; whoever builds a map has already complained about the others.
  static Node map(std::vector<Entry> entries, Place place = {});

  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }
  bool is_scalar() const { return kind() == Kind::scalar; }
  bool is_sequence() const { return kind() == Kind::sequence; }
  bool is_map() const { return kind() == Kind::map; }
  /// "null", "text", "a list", "a map": for messages.
  std::string_view kind_name() const;

  /// The place of the value; of an absent value, the place of the map that lacks it.
  Place place() const;
  /// A scalar's text after variables were filled in; "" for every other kind.
  const std::string& text() const;
  /// A scalar's text as it stands in the file, so "${DB_PASSWORD}" and never its value: the only
  /// text that may appear in a message.
  const std::string& shown() const;
  /// The scalar was quoted, so that "5" is text. After a journey through JSON it is true only
  /// where the quotes made a difference (numbers, booleans, null); typed getters ignore quotes.
  bool quoted() const;
  /// A variable was filled in.
  bool expanded() const;

  /// The value under `key`; null when absent or when this is no map.
  Node operator[](std::string_view key) const;
  /// The key is written, even if its value is null.
  bool has(std::string_view key) const;
  /// Where the key itself is written; place() when absent.
  Place place_of_key(std::string_view key) const;
  /// Items of a sequence; empty for every other kind.
  std::span<const Node> items() const;
  /// Entries of a map in the order of the file; empty for every other kind.
  std::span<const Entry> entries() const;
  /// Items of a sequence, entries of a map.
  size_t size() const;
  /// Nodes in this tree, aliases counted at their full size.
  size_t weight() const;
  /// Levels in this tree: 1 for a scalar or null, 1 more than the deepest child otherwise.
  size_t depth() const;

  /// The same scalar with its variables filled in; shown() stays what the file says.
  Node with_text(std::string expanded_text) const;

  /// Unquoted whole numbers and booleans become JSON's, everything else text, so that the text of
  /// every scalar survives: to_json(from_json(j)) == j for every j this function made. Places do
  /// not travel.
  json::value to_json() const;
  static Node from_json(const json::value& value);

  /// Same kinds, texts, items in order, keys in any order. Places and quotes do not matter.
  bool same_as(const Node& other) const;
  /// The very same node, not merely an equal one; costs nothing.
  bool is_same_node(const Node& other) const {
    return data_ == other.data_ && absent_ == other.absent_;
  }

 private:
  struct Data;
  explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  const Entry* find(std::string_view key) const;

  std::shared_ptr<const Data> data_;
  // A value that is not there: data_ is then the map that lacks it, kept for its place.
  bool absent_ = false;
};

struct Node::Entry {
  Node key;
  Node value;
};

/// The text reads as a whole number, a boolean or null when it is not quoted.
bool looks_typed(std::string_view text);

}  // namespace vigie::config
