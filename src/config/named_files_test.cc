#include "config/named_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/testing/temp_dir.h"

namespace vigie::config {
namespace {

TEST(NamedFiles, MissingOnesAreWarnedOfWithTheirPlace) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() + "/secrets");
  std::ofstream(dir.path() + "/secrets/there") << "x";
  Problems problems;
  Book book{.dir = dir.path()};
  book.root = parse_yaml(R"(
scrape_configs:
  - {job_name: a, bearer_token_file: secrets/there, tls_config: {ca_file: /nowhere/ca.pem}}
  - {job_name: b, authorization: {credentials: {file: secrets/not}}}
receivers:
  - {name: t, terminal_configs: [{file: /nowhere/written.log}]}
rule_groups: [{file: rules/a.yml, name: g}]
)",
                         "vigie.yml", problems);
  warn_of_missing_files(book, problems);
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(problems.text(),
            "vigie.yml:3:75: warning: there is no file /nowhere/ca.pem now; it is read at each "
            "use\n"
            "vigie.yml:4:55: warning: there is no file secrets/not now; it is read at each use (a "
            "path is relative to the folder of vigie.yml)\n");
}

}  // namespace
}  // namespace vigie::config
