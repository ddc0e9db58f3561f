#include "config/node.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "config/values.h"

namespace vigie::config {

std::string Place::text() const {
  if (line == 0) { return file; }
  return fmt::format("{}:{}:{}", file, line, column);
}

struct Node::Data {
  Kind kind = Kind::null;
  bool quoted = false;
  bool expanded = false;
  uint32_t line = 0;
  uint32_t column = 0;
  // Shared by the nodes of a file: a book has far more values than files.
  std::shared_ptr<const std::string> file;
  std::string text;
  // As written; only when a variable was filled in.
  std::string written;
  std::vector<Node> items;
  std::vector<Entry> entries;
  // Positions in `entries` sorted by key; only for maps large enough to profit.
  std::vector<uint32_t> order;
  size_t weight = 1;
  size_t depth = 1;
};

namespace {

const std::string kNothing;

constexpr size_t kScanMax = 16;

/// The last file's name again when it is the same one: nodes are made file by file.
std::shared_ptr<const std::string> shared_name(std::string name) {
  thread_local std::weak_ptr<const std::string> last;
  std::shared_ptr<const std::string> known = last.lock();
  if (known != nullptr && *known == name) { return known; }
  known = std::make_shared<const std::string>(std::move(name));
  last = known;
  return known;
}

}  // namespace

Node Node::null(Place place) {
  auto data = std::make_shared<Data>();
  data->line = place.line;
  data->column = place.column;
  data->file = shared_name(std::move(place.file));
  return Node(std::move(data));
}

Node Node::scalar(std::string text, bool quoted, Place place) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::scalar;
  data->quoted = quoted;
  data->text = std::move(text);
  data->line = place.line;
  data->column = place.column;
  data->file = shared_name(std::move(place.file));
  return Node(std::move(data));
}

Node Node::sequence(std::vector<Node> items, Place place) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::sequence;
  for (const Node& item : items) {
    data->weight += item.weight();
    data->depth = std::max(data->depth, item.depth() + 1);
  }
  data->items = std::move(items);
  data->line = place.line;
  data->column = place.column;
  data->file = shared_name(std::move(place.file));
  return Node(std::move(data));
}

Node Node::map(std::vector<Entry> entries, Place place) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::map;
  for (const Entry& entry : entries) {
    data->weight += 1 + entry.value.weight();
    data->depth = std::max(data->depth, entry.value.depth() + 1);
  }
  data->entries = std::move(entries);
  if (data->entries.size() > kScanMax) {
    data->order.resize(data->entries.size());
    std::iota(data->order.begin(), data->order.end(), 0);
    std::ranges::sort(data->order, {}, [&](uint32_t i) -> const std::string& {
      return data->entries[i].key.text();
    });
  }
  data->line = place.line;
  data->column = place.column;
  data->file = shared_name(std::move(place.file));
  return Node(std::move(data));
}

Node::Kind Node::kind() const {
  return data_ == nullptr || absent_ ? Kind::null : data_->kind;
}

std::string_view Node::kind_name() const {
  switch (kind()) {
    case Kind::null:
      return "null";
    case Kind::scalar:
      return "text";
    case Kind::sequence:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "null";
}

Place Node::place() const {
  if (data_ == nullptr) { return {}; }
  return {.file = *data_->file, .line = data_->line, .column = data_->column};
}

const std::string& Node::text() const {
  return is_scalar() ? data_->text : kNothing;
}

const std::string& Node::shown() const {
  if (!is_scalar()) { return kNothing; }
  return data_->expanded ? data_->written : data_->text;
}

bool Node::quoted() const {
  return is_scalar() && data_->quoted;
}

bool Node::expanded() const {
  return data_ != nullptr && !absent_ && data_->expanded;
}

const Node::Entry* Node::find(std::string_view key) const {
  const std::span<const Entry> all = entries();
  if (all.empty()) { return nullptr; }
  if (data_->order.empty()) {
    const auto found = std::ranges::find(
        all, key, [](const Entry& e) -> std::string_view { return e.key.text(); });
    return found == all.end() ? nullptr : &*found;
  }
  const auto position = std::ranges::lower_bound(
      data_->order, key, {}, [&](uint32_t i) -> std::string_view { return all[i].key.text(); });
  const bool found = position != data_->order.end() && all[*position].key.text() == key;
  return found ? &all[*position] : nullptr;
}

Node Node::operator[](std::string_view key) const {
  const Entry* entry = find(key);
  if (entry != nullptr) { return entry->value; }
  Node absent = *this;
  absent.absent_ = true;
  return absent;
}

bool Node::has(std::string_view key) const {
  return find(key) != nullptr;
}

Place Node::place_of_key(std::string_view key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? place() : entry->key.place();
}

std::span<const Node> Node::items() const {
  if (!is_sequence()) { return {}; }
  return data_->items;
}

std::span<const Node::Entry> Node::entries() const {
  if (!is_map()) { return {}; }
  return data_->entries;
}

size_t Node::size() const {
  return items().size() + entries().size();
}

size_t Node::weight() const {
  return data_ == nullptr || absent_ ? 1 : data_->weight;
}

size_t Node::depth() const {
  return data_ == nullptr || absent_ ? 1 : data_->depth;
}

Node Node::with_text(std::string expanded_text) const {
  auto data = std::make_shared<Data>(*data_);
  data->written = shown();
  data->expanded = true;
  data->text = std::move(expanded_text);
  // As in the shell, an unquoted variable that holds nothing leaves nothing.
  if (data->text.empty() && !data->quoted) { data->kind = Kind::null; }
  return Node(std::move(data));
}

namespace {

/// The text is exactly what JSON would print for a whole number, so that nothing is lost.
bool is_json_integer(std::string_view text) {
  const Result<int64_t> number = parse_integer(text);
  return number.has_value() && fmt::format("{}", *number) == text;
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

json::value scalar_to_json(const std::string& text, bool quoted) {
  if (!quoted && text == "true") { return true; }
  if (!quoted && text == "false") { return false; }
  if (!quoted && is_json_integer(text)) { return *parse_integer(text); }
  return json::string(text);
}

}  // namespace

bool looks_typed(std::string_view text) {
  return is_null_word(text) || parse_boolean(text).has_value() || parse_number(text).has_value() ||
         parse_integer(text).has_value();
}

json::value Node::to_json() const {
  switch (kind()) {
    case Kind::null:
      return nullptr;
    case Kind::scalar:
      return scalar_to_json(data_->text, data_->quoted);
    case Kind::sequence: {
      json::array array;
      array.reserve(items().size());
      for (const Node& item : items()) { array.push_back(item.to_json()); }
      return array;
    }
    case Kind::map: {
      json::object object;
      object.reserve(entries().size());
      for (const Entry& entry : entries()) {
        object.insert_or_assign(entry.key.text(), entry.value.to_json());
      }
      return object;
    }
  }
  return nullptr;
}

Node Node::from_json(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return null();
    case json::kind::bool_:
      return scalar(value.get_bool() ? "true" : "false");
    case json::kind::int64:
      return scalar(fmt::format("{}", value.get_int64()));
    case json::kind::uint64:
      return scalar(fmt::format("{}", value.get_uint64()));
    case json::kind::double_:
      return scalar(fmt::format("{}", value.get_double()));
    case json::kind::string: {
      std::string text(view_of(value.get_string()));
      const bool quoted = looks_typed(text);
      return scalar(std::move(text), quoted);
    }
    case json::kind::array: {
      std::vector<Node> items;
      items.reserve(value.get_array().size());
      for (const json::value& item : value.get_array()) { items.push_back(from_json(item)); }
      return sequence(std::move(items));
    }
    case json::kind::object: {
      std::vector<Entry> entries;
      entries.reserve(value.get_object().size());
      for (const auto& member : value.get_object()) {
        entries.push_back({scalar(std::string(member.key_c_str(), member.key().size())),
                           from_json(member.value())});
      }
      return map(std::move(entries));
    }
  }
  return {};
}

bool Node::same_as(const Node& other) const {
  if (is_same_node(other)) { return true; }
  if (kind() != other.kind() || size() != other.size() || text() != other.text()) { return false; }
  for (size_t i = 0; i < items().size(); ++i) {
    if (!items()[i].same_as(other.items()[i])) { return false; }
  }
  return std::ranges::all_of(entries(), [&](const Entry& entry) {
    const Entry* twin = other.find(entry.key.text());
    return twin != nullptr && entry.value.same_as(twin->value);
  });
}

}  // namespace vigie::config
