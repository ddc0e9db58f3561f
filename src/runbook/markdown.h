#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Markdown (CommonMark, through cmark) taken apart for runbooks, and as HTML for people.
namespace vigie::runbook {

/// A piece of a line: plain text, or a link with its text.
struct Piece {
  std::string text;
  std::string link;  ///< "#anchor"; empty for plain text.
};

enum class BlockKind : uint8_t { heading, fence, line };

struct Block {
  BlockKind kind = BlockKind::line;
  int64_t line = 0;   ///< In the file, from 1.
  int64_t level = 0;  ///< Of a heading.
  std::string text;   ///< A heading without its {#anchor}, a fence's content, a line's text.
  std::string info;   ///< A fence's info string, a heading's anchor (given or made of its words).
  std::vector<Piece> pieces;  ///< Of a line.
};

struct Page {
  bool has_front_matter = false;
  /// With empty lines before it, so that its lines count as in the file.
  std::string front_matter;
  int64_t unclosed_line = 0;  ///< Where a front matter begins that never ends; 0: fine.
  std::vector<Block> blocks;
};

/// Never fails: every text is Markdown. Lines of paragraphs come one by one, wherever they nest.
Page take_apart(std::string_view text);

/// Without the front matter; headings carry their anchors as ids. Raw HTML and links that run code
/// are left out (cmark's safe mode).
std::string render_html(std::string_view text);

/// "Restart the enricher!" is "restart-the-enricher".
std::string slug_of(std::string_view title);

}  // namespace vigie::runbook
