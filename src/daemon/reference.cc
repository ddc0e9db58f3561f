#include "daemon/reference.h"

#include <fmt/core.h>

#include "alerting/alerting.h"
#include "collect/collect.h"
#include "config/config.h"
#include "oncall/oncall.h"
#include "runbook/runbook.h"
#include "supervise/supervise.h"
#include "topology/topology.h"

namespace vigie::daemon {

namespace {

constexpr std::string_view kFirstPage = R"(name: astreinte
timezone: Europe/Paris
listen: 127.0.0.1:9797
external-url: https://vigie.example.org
data: ./data
include: [pages/*.yml, runbooks/*.md]
retention: {metrics: 30d}
log: {level: info, format: json}
last-resort: [ana, cho]
)";

constexpr std::string_view kIntro = R"(# Reference of the watch book

<!-- Made from the tables of fields in the code. To renew it:
     VIGIE_WRITE_DOCS=1 build/dev/daemon_tests --gtest_filter='Docs.*' -->

Every key that a watch book may have. [book.md](book.md) explains how a book is made: pages and how
they join, types, variables, secrets. For one kind of probe, notifier or step the command line is
quicker: `vigie kinds probe http`.

How to read it:

- `services.NAME.run` is the key `run` of any service; `receivers[]` is any item of the list.
- **required** stands where a default would; an empty default means: nothing.
- The words in the column *type* are explained in [book.md](book.md#yaml); a link there leads to
  the keys below. *any* takes several forms, which the last column names.
- *not acted on yet*: the key is understood, the check warns, and nothing else happens.
- A key that is not here is an error, except below `global` and what starts with `x-`.

All examples of this page together are one good book. Its first page:

```yaml
)";

constexpr std::vector<config::Chapter> (*kRooms[])() = {
    &topology::book_chapters, &supervise::book_chapters, &collect::book_chapters,
    &alerting::book_chapters, &oncall::book_chapters,    &runbook::book_chapters,
};

}  // namespace

std::string_view first_page() {
  return kFirstPage;
}

std::vector<config::Chapter> all_chapters() {
  std::vector<config::Chapter> out;
  for (const auto chapters : kRooms) {
    for (config::Chapter& chapter : chapters()) { out.push_back(std::move(chapter)); }
  }
  return out;
}

std::string book_reference() {
  return fmt::format("{}{}```\n\n## Top-level keys\n\n{}", kIntro, kFirstPage,
                     config::describe_reference(config::book_fields(), all_chapters()));
}

}  // namespace vigie::daemon
