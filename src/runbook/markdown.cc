#include "runbook/markdown.h"

#include <cmark.h>
#include <fmt/format.h>

#include <memory>

#include "base/html.h"

namespace vigie::runbook {

namespace {

struct Freed {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
  void operator()(char* text) const { ::free(text); }
};
using Tree = std::unique_ptr<cmark_node, Freed>;

std::string owned(const char* text) {
  return text == nullptr ? "" : text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) { break; }
    text.remove_prefix(end + 1);
  }
  return out;
}

/// Line feeds only, no byte order mark.
std::string normalized(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) { text.remove_prefix(3); }
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') { out += '\n'; }
      continue;
    }
    out += text[i];
  }
  return out;
}

struct Parts {
  Page page;
  std::string body;  ///< The front matter replaced by empty lines.
};

bool is_fence_of_front_matter(std::string_view line) {
  while (line.ends_with(' ')) { line.remove_suffix(1); }
  return line == "---" || line == "...";
}

Parts split_front_matter(const std::string& text) {
  Parts out;
  const std::vector<std::string_view> lines = lines_of(text);
  out.body = text;
  if (lines.empty() || !is_fence_of_front_matter(lines.front()) || lines.front() == "...") {
    return out;
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!is_fence_of_front_matter(lines[i])) { continue; }
    out.page.has_front_matter = true;
    out.page.front_matter = "\n";
    for (size_t j = 1; j < i; ++j) { out.page.front_matter += std::string(lines[j]) + "\n"; }
    out.body = std::string(i + 1, '\n');
    for (size_t j = i + 1; j < lines.size(); ++j) { out.body += std::string(lines[j]) + "\n"; }
    return out;
  }
  out.page.unclosed_line = 1;
  return out;
}

/// The text below a node, as a reader sees it.
std::string flat_text(cmark_node* node) {
  std::string out;
  const std::unique_ptr<cmark_iter, Freed> iter(cmark_iter_new(node));
  while (true) {
    const cmark_event_type event = cmark_iter_next(iter.get());
    if (event == CMARK_EVENT_DONE) { break; }
    if (event != CMARK_EVENT_ENTER) { continue; }
    cmark_node* current = cmark_iter_get_node(iter.get());
    const cmark_node_type type = cmark_node_get_type(current);
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
      out += owned(cmark_node_get_literal(current));
    } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      out += ' ';
    }
  }
  return out;
}

/// Cuts "{#anchor}" off the end of a heading's last text; "" when there is none.
std::string take_anchor(cmark_node* heading) {
  cmark_node* last = cmark_node_last_child(heading);
  if (last == nullptr || cmark_node_get_type(last) != CMARK_NODE_TEXT) { return ""; }
  const std::string text = owned(cmark_node_get_literal(last));
  const size_t open = text.rfind("{#");
  if (open == std::string::npos || !text.ends_with('}')) { return ""; }
  std::string kept = text.substr(0, open);
  while (kept.ends_with(' ')) { kept.pop_back(); }
  cmark_node_set_literal(last, kept.c_str());
  return text.substr(open + 2, text.size() - open - 3);
}

void add_piece(Block& line, std::string text, std::string link) {
  line.text += text;
  if (link.empty() && !line.pieces.empty() && line.pieces.back().link.empty()) {
    line.pieces.back().text += text;
    return;
  }
  line.pieces.push_back({std::move(text), std::move(link)});
}

/// A paragraph as the lines it was written in.
void add_lines(cmark_node* paragraph, std::vector<Block>& out) {
  Block line{.kind = BlockKind::line, .line = cmark_node_get_start_line(paragraph)};
  const std::unique_ptr<cmark_iter, Freed> iter(cmark_iter_new(paragraph));
  cmark_node* link = nullptr;
  while (true) {
    const cmark_event_type event = cmark_iter_next(iter.get());
    if (event == CMARK_EVENT_DONE) { break; }
    cmark_node* node = cmark_iter_get_node(iter.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_LINK) {
      if (event == CMARK_EVENT_ENTER) {
        link = node;
        add_piece(line, flat_text(node), owned(cmark_node_get_url(node)));
      } else {
        link = nullptr;
      }
    } else if (event != CMARK_EVENT_ENTER || link != nullptr) {
      continue;
    } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      const int64_t next = line.line + 1;
      out.push_back(std::move(line));
      line = Block{.kind = BlockKind::line, .line = next};
    } else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
      add_piece(line, owned(cmark_node_get_literal(node)), "");
    }
  }
  out.push_back(std::move(line));
}

Tree parse(const std::string& body) {
  Tree root(cmark_parse_document(body.data(), body.size(), CMARK_OPT_DEFAULT));
  cmark_consolidate_text_nodes(root.get());
  return root;
}

Block heading_of(cmark_node* node) {
  Block out{.kind = BlockKind::heading, .line = cmark_node_get_start_line(node)};
  out.level = cmark_node_get_heading_level(node);
  out.info = take_anchor(node);
  out.text = flat_text(node);
  if (out.info.empty()) { out.info = slug_of(out.text); }
  return out;
}

/// cmark tells indented code from fences by nothing but their source.
bool is_fence(cmark_node* node, const std::vector<std::string_view>& lines) {
  const auto index = static_cast<size_t>(cmark_node_get_start_line(node));
  if (index == 0 || index > lines.size()) { return false; }
  const std::string_view line = lines[index - 1];
  return line.find("```") != std::string_view::npos || line.find("~~~") != std::string_view::npos;
}

/// cmark writes headings without ids: a block of our own stands in for each.
void give_id(cmark_node* heading) {
  const Block block = heading_of(heading);
  cmark_node* own = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
  const std::string whole = fmt::format("<h{0} id=\"{1}\">{2}</h{0}>", block.level,
                                        escape_html(block.info), escape_html(block.text));
  cmark_node_set_on_enter(own, whole.c_str());
  if (cmark_node_replace(heading, own) != 0) {
    cmark_node_free(heading);
  } else {
    cmark_node_free(own);
  }
}

}  // namespace

Page take_apart(std::string_view text) {
  Parts parts = split_front_matter(normalized(text));
  const Tree root = parse(parts.body);
  const std::vector<std::string_view> lines = lines_of(parts.body);
  std::vector<Block>& blocks = parts.page.blocks;
  const std::unique_ptr<cmark_iter, Freed> iter(cmark_iter_new(root.get()));
  while (true) {
    const cmark_event_type event = cmark_iter_next(iter.get());
    if (event == CMARK_EVENT_DONE) { break; }
    if (event != CMARK_EVENT_ENTER) { continue; }
    cmark_node* node = cmark_iter_get_node(iter.get());
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HEADING) {
      blocks.push_back(heading_of(node));
    } else if (type == CMARK_NODE_PARAGRAPH) {
      add_lines(node, blocks);
    } else if (type == CMARK_NODE_CODE_BLOCK && is_fence(node, lines)) {
      blocks.push_back({.kind = BlockKind::fence,
                        .line = cmark_node_get_start_line(node),
                        .text = owned(cmark_node_get_literal(node)),
                        .info = owned(cmark_node_get_fence_info(node))});
    }
  }
  return std::move(parts.page);
}

std::string render_html(std::string_view text) {
  const Parts parts = split_front_matter(normalized(text));
  const Tree root = parse(parts.body);
  std::vector<cmark_node*> headings;
  {
    const std::unique_ptr<cmark_iter, Freed> iter(cmark_iter_new(root.get()));
    while (true) {
      const cmark_event_type event = cmark_iter_next(iter.get());
      if (event == CMARK_EVENT_DONE) { break; }
      cmark_node* node = cmark_iter_get_node(iter.get());
      const bool heading = cmark_node_get_type(node) == CMARK_NODE_HEADING;
      if (event == CMARK_EVENT_ENTER && heading) { headings.push_back(node); }
    }
  }
  for (cmark_node* heading : headings) { give_id(heading); }
  const std::unique_ptr<char, Freed> html(cmark_render_html(root.get(), CMARK_OPT_DEFAULT));
  return owned(html.get());
}

std::string slug_of(std::string_view title) {
  std::string out;
  for (const char c : title) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    // Letters beyond ASCII stay as they are, byte by byte.
    if (kept || (static_cast<unsigned char>(c) & 0x80) != 0) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (out.ends_with('-')) { out.pop_back(); }
  return out;
}

}  // namespace vigie::runbook
