#include "runbook/markdown.h"

#include <gtest/gtest.h>

namespace vigie::runbook {
namespace {

constexpr const char* kPage = R"(---
title: T
---
Read this first.

## Restart **it** {#restart}
```command timeout=30s
systemctl restart x
```
on failure: [empty](#empty)
then: [go `on`](#on) once

- otherwise: escalate

    indented code is no fence

## Empty it!
~~~
text
~~~
)";

TEST(Markdown, TakesAPageApart) {
  const Page page = take_apart(kPage);
  EXPECT_TRUE(page.has_front_matter);
  EXPECT_EQ(page.front_matter, "\ntitle: T\n");
  ASSERT_EQ(page.blocks.size(), 9u);
  EXPECT_EQ(page.blocks[0].text, "Read this first.");
  EXPECT_EQ(page.blocks[1].kind, BlockKind::heading);
  EXPECT_EQ(page.blocks[1].text, "Restart it");
  EXPECT_EQ(page.blocks[1].info, "restart");
  EXPECT_EQ(page.blocks[1].line, 6);
  EXPECT_EQ(page.blocks[2].kind, BlockKind::fence);
  EXPECT_EQ(page.blocks[2].info, "command timeout=30s");
  EXPECT_EQ(page.blocks[2].text, "systemctl restart x\n");
  EXPECT_EQ(page.blocks[3].line, 10);
  ASSERT_EQ(page.blocks[3].pieces.size(), 2u);
  EXPECT_EQ(page.blocks[3].pieces[1].link, "#empty");
  EXPECT_EQ(page.blocks[4].text, "then: go on once");
  EXPECT_EQ(page.blocks[4].line, 11);
  EXPECT_EQ(page.blocks[5].text, "otherwise: escalate");
  EXPECT_EQ(page.blocks[7].info, "empty-it");
  EXPECT_EQ(page.blocks[8].line, 18);
}

TEST(Markdown, AFrontMatterThatNeverEndsIsNone) {
  const Page page = take_apart("---\ntitle: T\n\n# X\n");
  EXPECT_FALSE(page.has_front_matter);
  EXPECT_EQ(page.unclosed_line, 1);
  EXPECT_EQ(take_apart("").blocks.size(), 0u);
  EXPECT_FALSE(take_apart("# --- \n---\nx").has_front_matter);
}

TEST(Markdown, ReadsWindowsLineEndsAndByteOrderMarks) {
  const Page page =
      take_apart("\xEF\xBB\xBF---\r\ntitle: T\r\n---\r\n## A\r\n```sh\r\nls\r\n```\r\n");
  EXPECT_TRUE(page.has_front_matter);
  ASSERT_EQ(page.blocks.size(), 2u);
  EXPECT_EQ(page.blocks[1].text, "ls\n");
  EXPECT_EQ(page.blocks[1].line, 5);
}

TEST(Markdown, HtmlIsSafe) {
  const std::string html = render_html(
      "---\ntitle: secret\n---\n## A <b>b</b> & \"c\" {#x}\n<script>alert(1)</script>\n\n"
      "[go](javascript:alert(1)) [ok](#x)\n\n## T {#\"><script>}\n");
  EXPECT_EQ(html.find("<script"), std::string::npos) << html;
  EXPECT_EQ(html.find("javascript:"), std::string::npos) << html;
  EXPECT_EQ(html.find("secret"), std::string::npos) << html;
  EXPECT_NE(html.find("<h2 id=\"x\">"), std::string::npos) << html;
  EXPECT_NE(html.find("href=\"#x\""), std::string::npos) << html;
}

TEST(Markdown, SlugsAreWords) {
  EXPECT_EQ(slug_of("Restart the enricher!"), "restart-the-enricher");
  EXPECT_EQ(slug_of("  ** "), "");
  EXPECT_EQ(slug_of("Étape 2"), "Étape-2");
}

}  // namespace
}  // namespace vigie::runbook
