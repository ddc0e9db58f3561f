#include "config/difference.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/secrets.h"

namespace vigie::config {

namespace {

constexpr size_t kChangesMax = 10'000;

/// Fit for a log line; whether it differs was decided on the true values.
std::string shown(const Node& node) {
  return to_text(redacted(node).to_json());
}

/// The key by which people tell the items of these lists apart; "" when there is none.
std::string_view naming_key(const Node& a, const Node& b) {
  constexpr std::array<std::string_view, 5> kNames{"name", "job_name", "alert", "record", "path"};
  const auto names_all = [](const Node& list, std::string_view key) {
    std::set<std::string> names;
    return std::ranges::all_of(list.items(), [&](const Node& item) {
      return item[key].is_scalar() && names.insert(item[key].text()).second;
    });
  };
  for (const std::string_view key : kNames) {
    if (names_all(a, key) && names_all(b, key)) { return key; }
  }
  return {};
}

/// A list of named items as a map from "[name]".
Node as_map(const Node& list, std::string_view key) {
  std::vector<Node::Entry> entries;
  size_t position = 0;
  for (const Node& item : list.items()) {
    const std::string name = key.empty() ? fmt::format("{}", position++) : item[key].text();
    entries.push_back({Node::scalar(fmt::format("[{}]", name)), item});
  }
  return Node::map(std::move(entries), list.place());
}

class Comparer {
 public:
  std::vector<Change> take() && { return std::move(changes_); }

  /// Both maps; `secret`: the values below are not for showing.
  void compare_maps(const Node& before, const Node& after, const std::string& path, bool secret) {
    for (const Node::Entry& entry : after.entries()) {
      const std::string& key = entry.key.text();
      compare(before[key], entry.value, joined(path, key), secret || is_secret_key(key),
              !before.has(key));
    }
    for (const Node::Entry& entry : before.entries()) {
      const std::string& key = entry.key.text();
      if (after.has(key)) { continue; }
      const bool hidden = secret || is_secret_key(key);
      add({joined(path, key), value(entry.value, hidden), "", entry.key.place()});
    }
  }

 private:
  static std::string joined(const std::string& path, const std::string& key) {
    if (path.empty() || key.starts_with('[')) { return path + key; }
    return path + "." + key;
  }

  static std::string value(const Node& node, bool secret) {
    return secret && node.is_scalar() ? fmt::format("\"{}\"", kRedacted) : shown(node);
  }

  void compare(const Node& before, const Node& after, const std::string& path, bool secret,
               bool is_new) {
    if (is_new) { return add({path, "", value(after, secret), after.place()}); }
    if (before.same_as(after)) { return; }
    if (before.is_map() && after.is_map()) { return compare_maps(before, after, path, secret); }
    if (before.is_sequence() && after.is_sequence()) {
      const std::string_view key = naming_key(before, after);
      return compare_maps(as_map(before, key), as_map(after, key), path, secret);
    }
    // A book from the journal has forgotten which of its values came from variables.
    const bool variable = before.expanded() || after.expanded();
    add({path, value(before, secret || (variable && !before.expanded())),
         value(after, secret || (variable && !after.expanded())), after.place()});
  }

  void add(Change change) {
    if (changes_.size() < kChangesMax) { changes_.push_back(std::move(change)); }
  }

  std::vector<Change> changes_;
};

}  // namespace

std::string Change::text() const {
  if (before.empty()) { return fmt::format("{}: {} (new)", path, after); }
  if (after.empty()) { return fmt::format("{}: {} (removed)", path, before); }
  if (before == after) { return fmt::format("{}: {} (has a new value)", path, after); }
  return fmt::format("{}: {} → {}", path, before, after);
}

std::vector<Change> difference(const Node& before, const Node& after) {
  Comparer comparer;
  comparer.compare_maps(before, after, "", false);
  return std::move(comparer).take();
}

json::array to_json(const std::vector<Change>& changes) {
  json::array out;
  for (const Change& change : changes) {
    out.push_back(json::object{{"path", change.path},
                               {"before", change.before},
                               {"after", change.after},
                               {"file", change.place.file},
                               {"line", change.place.line},
                               {"column", change.place.column}});
  }
  return out;
}

}  // namespace vigie::config
