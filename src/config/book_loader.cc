#include "config/book_loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "config/source.h"
#include "config/variables.h"
#include "config/yaml.h"

namespace vigie::config {

namespace {

constexpr size_t kIncludeDepthMax = 16;

/// The path with links and dots resolved, so that one file has one name.
std::string canonical(const std::string& path) {
  std::error_code failure;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, failure);
  return failure ? path : resolved.string();
}

bool has_extension(const std::string& path, std::initializer_list<std::string_view> extensions) {
  return std::ranges::any_of(extensions, [&](std::string_view e) { return path.ends_with(e); });
}

Node text_node(std::string text, Place place) {
  return Node::scalar(std::move(text), true, std::move(place));
}

}  // namespace

std::string BookLoader::name_of(const std::string& path) const {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  const std::filesystem::path base = std::filesystem::path(dir_).lexically_normal();
  const std::filesystem::path relative = normal.lexically_relative(base);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : normal.string();
}

std::string BookLoader::dir_of(const Place& place) const {
  const std::filesystem::path file(place.file);
  const std::filesystem::path whole = file.is_absolute() ? file : dir_ / file;
  return whole.parent_path().string();
}

std::optional<BookLoader::Source> BookLoader::open(const std::string& path, const Place& named_at) {
  if (exhausted_) { return std::nullopt; }
  if (files_.size() >= kBookFilesMax) {
    exhausted_ = true;
    problems_.error(named_at, fmt::format("the book has more than {} files", kBookFilesMax));
    return std::nullopt;
  }
  std::string name = name_of(path);
  Result<std::string> content = read_source(path, bytes_left_);
  if (!content) {
    exhausted_ = content.error().code == Code::exhausted;
    const std::string why =
        exhausted_ ? fmt::format("the book is larger than {}", format_bytes(kBookBytesMax))
                   : content.error().what;
    problems_.error(named_at, fmt::format("\"{}\": {}", name, why));
    return std::nullopt;
  }
  bytes_left_ -= content->size();
  files_.push_back(name);
  return Source{std::move(name), *std::move(content)};
}

Node BookLoader::parse(const Source& source, bool with_variables) {
  const YamlLimits limits{.nodes_max = nodes_left_};
  const Node node = parse_yaml_within(source.content, source.name, limits, problems_);
  nodes_left_ -= std::min(nodes_left_, node.weight());
  return with_variables ? fill_variables(node, environment_, problems_) : node;
}

void BookLoader::load_first_page(const std::string& path) {
  seen_.insert(canonical(path));
  load_page(path, {.file = name_of(path)});
}

void BookLoader::load_page(const std::string& path, const Place& named_at) {
  const std::optional<Source> source = open(path, named_at);
  if (!source) { return; }
  const size_t errors_before = problems_.errors();
  const Node page = parse(*source, true);
  if (page.is_null()) {
    if (problems_.errors() == errors_before) { problems_.warn(page.place(), "this page is empty"); }
    return;
  }
  if (!page.is_map()) {
    problems_.error(page.place(),
                    fmt::format("a page of the book is a map, not {}", page.kind_name()));
    return;
  }
  merge_page(page);
  open_pages_.push_back(canonical(path));
  load_includes(page["include"]);
  open_pages_.pop_back();
}

void BookLoader::load_includes(const Node& list) {
  each_file(list, &BookLoader::include_file);
}

void BookLoader::each_file(const Node& list, EachFile load) {
  const std::span<const Node> several = list.items();
  const std::span<const Node> names = list.is_scalar() ? std::span<const Node>(&list, 1) : several;
  for (const Node& name : names) {
    // What is no text at all is reported by the table of fields.
    if (!name.is_scalar()) { continue; }
    if (name.text().empty()) {
      problems_.error(name.place(), "a file's name is missing here");
      continue;
    }
    const std::vector<std::string> paths = matching_files(dir_of(name.place()), name.text());
    if (paths.empty()) {
      problems_.warn(name.place(), fmt::format("\"{}\" matches no file", name.shown()));
    }
    for (const std::string& path : paths) { (this->*load)(path, name); }
  }
}

void BookLoader::include_file(const std::string& path, const Node& named_by) {
  const std::string identity = canonical(path);
  const bool named_itself = !is_pattern(named_by.text());
  if (std::ranges::find(open_pages_, identity) != open_pages_.end()) {
    // "*.yml" also means the page it stands in; naming that page is a mistake.
    if (named_itself) {
      problems_.error(named_by.place(), fmt::format("\"{}\" includes itself", name_of(path)));
    }
    return;
  }
  if (open_pages_.size() >= kIncludeDepthMax) {
    problems_.error(named_by.place(), "pages include pages too deeply");
    return;
  }
  if (!seen_.insert(identity).second) {
    if (named_itself) {
      problems_.warn(named_by.place(), fmt::format("\"{}\" is included twice", name_of(path)),
                     "it is read once");
    }
    return;
  }
  if (has_extension(path, {".yml", ".yaml", ".json"})) {
    load_page(path, named_by.place());
  } else if (has_extension(path, {".md", ".markdown"})) {
    load_runbook(path, named_by.place());
  } else {
    problems_.error(named_by.place(),
                    fmt::format("\"{}\" is neither YAML nor Markdown", name_of(path)),
                    "pages end in .yml, .yaml or .json, runbooks in .md");
  }
}

void BookLoader::load_runbook(const std::string& path, const Place& named_at) {
  std::optional<Source> source = open(path, named_at);
  if (!source || !check_characters(source->content, source->name, problems_)) { return; }
  const Place place{source->name, 1, 1};
  append("runbook_files",
         Node::map({{text_node("path", place), text_node(source->name, place)},
                    {text_node("text", place), text_node(std::move(source->content), place)}},
                   place));
}

void BookLoader::load_named_files() {
  const Node merged = root();
  // Groups written in the book itself belong to the page they stand in.
  const Node own_groups = merged["rule_groups"];
  if (own_groups.is_sequence()) {
    std::erase_if(entries_, [](const Node::Entry& e) { return e.key.text() == "rule_groups"; });
    add_groups(own_groups, "");
  }
  seen_.clear();
  each_file(merged["rule_files"], &BookLoader::load_rule_file);
  seen_.clear();
  each_file(merged["scrape_config_files"], &BookLoader::load_scrape_file);
  seen_.clear();
  each_file(merged["templates"], &BookLoader::load_template);
}

void BookLoader::load_rule_file(const std::string& path, const Node& named_by) {
  if (!seen_.insert(canonical(path)).second) { return; }
  const std::optional<Source> source = open(path, named_by.place());
  if (!source) { return; }
  const Node file = parse(*source, false);
  constexpr Field kRuleFile[] = {
      {.name = "groups", .type = FieldType::list, .help = "a list of rule groups"}};
  (void)Settings::read(file, kRuleFile, problems_);
  add_groups(file["groups"], source->name);
}

void BookLoader::add_groups(const Node& groups, const std::string& file) {
  for (const Node& group : groups.items()) {
    if (!group.is_map()) {
      problems_.error(group.place(),
                      fmt::format("a rule group is a map, not {}", group.kind_name()));
      continue;
    }
    const Place place = group.place();
    std::vector<Node::Entry> entries{
        {text_node("file", place), text_node(file.empty() ? place.file : file, place)}};
    for (const Node::Entry& entry : group.entries()) {
      if (entry.key.text() == "file") {
        problems_.error(entry.key.place(), "unknown key \"file\"");
      } else {
        entries.push_back(entry);
      }
    }
    append("rule_groups", Node::map(std::move(entries), place));
  }
}

void BookLoader::load_scrape_file(const std::string& path, const Node& named_by) {
  if (!seen_.insert(canonical(path)).second) { return; }
  const std::optional<Source> source = open(path, named_by.place());
  if (!source) { return; }
  const Node file = parse(*source, true);
  constexpr Field kScrapeFile[] = {
      {.name = "scrape_configs", .type = FieldType::list, .help = "a list of scrape configs"}};
  (void)Settings::read(file, kScrapeFile, problems_);
  for (const Node& item : file["scrape_configs"].items()) { append("scrape_configs", item); }
}

void BookLoader::load_template(const std::string& path, const Node& named_by) {
  if (!seen_.insert(canonical(path)).second) { return; }
  std::optional<Source> source = open(path, named_by.place());
  if (!source || !check_characters(source->content, source->name, problems_)) { return; }
  const Place place{source->name, 1, 1};
  append("template_files",
         Node::map({{text_node("path", place), text_node(source->name, place)},
                    {text_node("text", place), text_node(std::move(source->content), place)}},
                   place));
}

void BookLoader::merge_page(const Node& page) {
  for (const Node::Entry& entry : page.entries()) {
    const std::string& key = entry.key.text();
    if (key == "runbook_files" || key == "template_files") {
      problems_.error(
          entry.key.place(), fmt::format("\"{}\" is filled by Vigie itself", key),
          key == "runbook_files" ? "name the files in include" : "name them in templates");
    } else if (key == "include") {
      // Its work is done when the pages are read; a book in the journal needs no files.
      constexpr Field kInclude[] = {{.name = "include", .type = FieldType::strings, .help = ""}};
      (void)Settings::read(Node::map({entry}, page.place()), kInclude, problems_);
    } else {
      merge_entry(entry);
    }
  }
}

void BookLoader::merge_entry(const Node::Entry& entry) {
  const auto known =
      std::ranges::find(entries_, entry.key.text(),
                        [](const Node::Entry& e) -> const std::string& { return e.key.text(); });
  if (known == entries_.end()) {
    entries_.push_back(entry);
  } else if (known->value.is_null()) {
    *known = entry;
  } else if (entry.value.is_null()) {
    return;
  } else if (known->value.is_map() && entry.value.is_map()) {
    known->value = combined_maps(known->value, entry.value);
  } else if (known->value.is_sequence() && entry.value.is_sequence()) {
    std::vector<Node> items(known->value.items().begin(), known->value.items().end());
    items.insert(items.end(), entry.value.items().begin(), entry.value.items().end());
    known->value = Node::sequence(std::move(items), known->value.place());
  } else {
    problems_.error(entry.key.place(), fmt::format("key \"{}\" is already set", entry.key.text()),
                    fmt::format("first at {}", known->key.place().text()));
  }
}

Node BookLoader::combined_maps(const Node& first, const Node& second) {
  std::vector<Node::Entry> entries(first.entries().begin(), first.entries().end());
  for (const Node::Entry& entry : second.entries()) {
    const std::string& key = entry.key.text();
    if (first.has(key)) {
      problems_.error(entry.key.place(), fmt::format("key \"{}\" is already set", key),
                      fmt::format("first at {}", first.place_of_key(key).text()));
    } else {
      entries.push_back(entry);
    }
  }
  return Node::map(std::move(entries), first.place());
}

void BookLoader::append(std::string_view key, Node item) {
  const Place place = item.place();
  const Node list = Node::sequence({std::move(item)}, place);
  merge_entry({text_node(std::string(key), place), list});
}

Node BookLoader::root() const {
  const Place place = entries_.empty() ? Place{} : entries_.front().key.place();
  return Node::map(entries_, {place.file, 1, 1});
}

}  // namespace vigie::config
