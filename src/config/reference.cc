#include "config/reference.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace vigie::config {

namespace {

/// So many neighbours of one meaning are one row.
constexpr size_t kSameMeaning = 3;

std::string_view top_of(std::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

/// A bar would end the table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') { out += '\\'; }
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

/// As words: what looks like a tag would vanish.
std::string words_cell(std::string_view text) {
  std::string out;
  for (const char c : cell(text)) {
    if (c == '<') { out += '\\'; }
    out += c;
  }
  return out;
}

/// As code; a text with a backquote in it would end it.
std::string code(std::string_view text) {
  return fmt::format("`{}`", cell(text));
}

std::string without_code(std::string_view heading) {
  std::string out(heading);
  std::erase(out, '`');
  return out;
}

std::string link_to(std::string_view title, std::string_view words) {
  return fmt::format("[{}](#{})", words, anchor_of(title));
}

std::string bytes_text(double bytes) {
  constexpr std::string_view kUnits[] = {"", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; unit + 1 < std::size(kUnits) && bytes >= 1024 && std::fmod(bytes, 1024) == 0; ++unit) {
    bytes /= 1024;
  }
  return fmt::format("{:.0f}{}", bytes, kUnits[unit]);
}

std::string bound_text(FieldType type, double bound) {
  if (type == FieldType::duration) {
    return format_duration(Millis{static_cast<int64_t>(std::llround(bound * 1000))});
  }
  if (type == FieldType::bytes) { return bytes_text(bound); }
  return type == FieldType::integer ? fmt::format("{:.0f}", bound) : fmt::format("{}", bound);
}

/// "1s to 1w", "from 1", "up to 1d"; a bound that says nothing is left out.
std::string bounds_of(const Field& field) {
  const bool low = std::isfinite(field.least);
  const bool high = std::isfinite(field.most);
  if (low && high) {
    return fmt::format("{} to {}", bound_text(field.type, field.least),
                       bound_text(field.type, field.most));
  }
  if (low) { return "from " + bound_text(field.type, field.least); }
  return high ? "up to " + bound_text(field.type, field.most) : "";
}

std::string plain_type(const Field& field) {
  if (field.choices.empty()) { return std::string(name_of(field.type)); }
  std::string out;
  for (const std::string_view choice : field.choices) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", code(choice));
  }
  return out;
}

std::string_view below(FieldType type) {
  if (type == FieldType::list) { return "[]"; }
  return type == FieldType::map ? ".NAME" : "";
}

/// The link to what stands below a key, worded by the shape of its value.
std::string link_below(FieldType type, std::string_view title) {
  switch (type) {
    case FieldType::list:
      return "list of " + link_to(title, "maps");
    case FieldType::map:
      return "map of " + link_to(title, "maps");
    case FieldType::section:
      return link_to(title, "map");
    default:
      return link_to(title, "see there");
  }
}

/// Copied from table to table.
bool same_row(const Field& one, const Field& other) {
  const std::span<const Field> below_one = one.fields;
  const std::span<const Field> below_other = other.fields;
  return one.name == other.name && one.type == other.type && one.help == other.help &&
         below_one.data() == below_other.data();
}

/// Paragraphs with lines of even length; tables and lists as they are.
std::string reflow(std::string_view text) {
  constexpr size_t kColumns = 100;
  std::string out;
  size_t column = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.starts_with('|') || line.starts_with('-')) {
      out += fmt::format("{}{}\n", column > 0 ? "\n" : "", line);
      column = 0;
      continue;
    }
    for (size_t from = 0; from < line.size();) {
      const size_t blank = std::min(line.find(' ', from), line.size());
      const std::string_view word = line.substr(from, blank - from);
      from = blank + 1;
      const bool fits = column + 1 + word.size() <= kColumns;
      if (column > 0) { out += fits ? ' ' : '\n'; }
      column = column > 0 && fits ? column + 1 + word.size() : word.size();
      out += word;
    }
  }
  while (out.ends_with('\n')) { out.pop_back(); }
  return out;
}

std::string default_cell(const Field& field) {
  if (field.required) { return "**required**"; }
  return field.fallback.empty() ? "" : code(field.fallback);
}

std::string meaning_cell(const Field& field) {
  std::string out = words_cell(field.help);
  if (field.later) { out += "; not acted on yet"; }
  if (!field.example.empty()) { out += "; such as " + code(field.example); }
  return out;
}

class Reference {
 public:
  Reference(std::span<const Field> top, std::vector<Chapter> chapters);
  std::string text() const;

 private:
  void add(const Chapter& chapter);
  void append_top(std::string& out) const;
  void append(const Chapter& chapter, bool first, std::string& out) const;
  void append_table(const Chapter& chapter, std::string& out) const;
  bool is_key(std::string_view name) const;
  std::string type_cell(const Chapter& chapter, const Field& field) const;
  /// The title of the chapter about this field; "" when there is none.
  std::string title_of(const Chapter& chapter, const Field& field) const;
  /// The chapter that explains this row for every table that has it; nullptr when there is none.
  const Chapter* shared_with(const Field& field, const Chapter& here) const;

  const std::span<const Field> top_;
  std::vector<Chapter> given_;                  ///< With titles, in the order of the page.
  std::vector<Chapter> chapters_;               ///< The same, and those of nested tables.
  std::map<const Field*, std::string> titles_;  ///< By table.
  std::map<std::string, std::string> titles_by_path_;
};

Reference::Reference(std::span<const Field> top, std::vector<Chapter> chapters)
    : top_(top), given_(std::move(chapters)) {
  for (const Field& field : top_) {
    const bool described = std::ranges::any_of(
        given_, [&](const Chapter& chapter) { return top_of(chapter.path) == field.name; });
    if (described || field.fields.empty()) { continue; }
    given_.push_back({.path = std::string(field.name), .fields = field.fields});
  }
  std::ranges::stable_sort(given_, {}, [&](const Chapter& chapter) {
    return std::ranges::find(top_, top_of(chapter.path), &Field::name) - top_.begin();
  });
  std::string_view before;
  for (Chapter& chapter : given_) {
    // A part begins with its key, wherever below it the first table stands.
    const std::string_view name = top_of(chapter.path);
    const bool first = name != before && is_key(name);
    if (chapter.title.empty()) { chapter.title = code(first ? name : chapter.path); }
    before = name;
    titles_by_path_.emplace(chapter.path, chapter.title);
    if (!chapter.fields.empty()) { titles_.emplace(chapter.fields.data(), chapter.title); }
  }
  for (const Chapter& chapter : given_) { add(chapter); }
}

/// And, behind it, the tables nested in it that stand nowhere yet.
void Reference::add(const Chapter& chapter) {
  chapters_.push_back(chapter);
  for (const Field& field : chapter.fields) {
    const std::span<const Field> nested = field.fields;
    if (nested.empty() || shared_with(field, chapter) != nullptr) { continue; }
    const std::string name = fmt::format("{}{}", field.name, below(field.type));
    const std::string path = fmt::format("{}.{}", chapter.path, name);
    // A chapter with a title of its own stands for no place in the book.
    const bool place =
        chapter.title == code(chapter.path) || chapter.title == code(top_of(chapter.path));
    const std::string title = place ? code(path) : fmt::format("{}: {}", chapter.title, code(name));
    if (titles_.emplace(nested.data(), title).second) {
      add({.path = path, .title = title, .fields = nested});
    }
  }
}

bool Reference::is_key(std::string_view name) const {
  return std::ranges::find(top_, name, &Field::name) != top_.end();
}

const Chapter* Reference::shared_with(const Field& field, const Chapter& here) const {
  for (const Chapter& chapter : given_) {
    if (!chapter.shared || chapter.path == here.path) { continue; }
    for (const Field& known : chapter.fields) {
      if (same_row(known, field)) { return &chapter; }
    }
  }
  return nullptr;
}

std::string Reference::title_of(const Chapter& chapter, const Field& field) const {
  for (const auto& [name, title] : chapter.see) {
    if (name == field.name) { return title; }
  }
  const std::span<const Field> nested = field.fields;
  if (!nested.empty()) {
    const auto known = titles_.find(nested.data());
    if (known != titles_.end()) { return known->second; }
  }
  for (const std::string_view end : {"", "[]", ".NAME"}) {
    const auto found = titles_by_path_.find(fmt::format("{}.{}{}", chapter.path, field.name, end));
    if (found != titles_by_path_.end()) { return found->second; }
  }
  return "";
}

std::string Reference::type_cell(const Chapter& chapter, const Field& field) const {
  const std::string title = title_of(chapter, field);
  if (!title.empty()) { return link_below(field.type, title); }
  const std::string bounds = bounds_of(field);
  return bounds.empty() ? plain_type(field) : fmt::format("{}, {}", plain_type(field), bounds);
}

void Reference::append_top(std::string& out) const {
  out += "| key | type | default | what it does |\n|---|---|---|---|\n";
  for (const Field& field : top_) {
    const auto chapter = std::ranges::find(chapters_, field.name,
                                           [](const Chapter& one) { return top_of(one.path); });
    const std::string key =
        chapter == chapters_.end() ? code(field.name) : link_to(chapter->title, code(field.name));
    out += fmt::format("| {} | {} | {} | {} |\n", key, plain_type(field), default_cell(field),
                       meaning_cell(field));
  }
}

void Reference::append_table(const Chapter& chapter, std::string& out) const {
  const std::span<const Field> fields = chapter.fields;
  std::vector<const Chapter*> joining;
  out += "\n| key | type | default | what it does |\n|---|---|---|---|\n";
  for (size_t i = 0; i < fields.size();) {
    const Field& field = fields[i];
    if (const Chapter* shared = shared_with(field, chapter); shared != nullptr) {
      if (std::ranges::find(joining, shared) == joining.end()) { joining.push_back(shared); }
      ++i;
      continue;
    }
    size_t end = i + 1;
    while (end < fields.size() && fields[end].help == field.help) { ++end; }
    if (end - i < kSameMeaning) { end = i + 1; }
    std::string keys;
    for (size_t k = i; k < end; ++k) { keys += (k == i ? "" : ", ") + code(fields[k].name); }
    const bool mixed = std::ranges::any_of(
        fields.subspan(i, end - i), [&](const Field& one) { return one.type != field.type; });
    out += fmt::format("| {} | {} | {} | {} |\n", keys, mixed ? "" : type_cell(chapter, field),
                       default_cell(field), meaning_cell(field));
    i = end;
  }
  for (const Chapter* shared : joining) {
    out += fmt::format("| | | | and the keys of {} |\n",
                       link_to(shared->title, without_code(shared->title)));
  }
}

void Reference::append(const Chapter& chapter, bool first, std::string& out) const {
  out += fmt::format("\n{} {}\n", first ? "##" : "###", chapter.title);
  if (first && chapter.path != top_of(chapter.path) && is_key(top_of(chapter.path))) {
    out += fmt::format("\nWhat stands in {}:\n", code(chapter.path));
  }
  if (!chapter.words.empty()) { out += fmt::format("\n{}\n", reflow(chapter.words)); }
  if (!chapter.fields.empty()) { append_table(chapter, out); }
  if (chapter.example.empty()) { return; }
  // A runbook has fences of its own.
  const std::string_view fence = chapter.language == "yaml" ? "```" : "````";
  out += fmt::format("\n{}{}\n{}\n{}\n", fence, chapter.language, chapter.example, fence);
}

std::string Reference::text() const {
  std::string out;
  append_top(out);
  std::string_view before;
  for (const Chapter& chapter : chapters_) {
    append(chapter, top_of(chapter.path) != before, out);
    before = top_of(chapter.path);
  }
  return out;
}

}  // namespace

std::string anchor_of(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (upper) { out += static_cast<char>(c | 0x20); }
    if (kept) { out += c; }
    if (c == ' ') { out += '-'; }
  }
  return out;
}

std::string describe_reference(std::span<const Field> top, std::vector<Chapter> chapters) {
  return Reference(top, std::move(chapters)).text();
}

}  // namespace vigie::config
