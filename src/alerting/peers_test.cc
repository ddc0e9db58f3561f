// Alertmanager's own configuration tests: what it accepts we accept, what it refuses we refuse.
// The folder is not part of the project; without it this test says so.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "alerting/alerting.h"
#include "config/book.h"

namespace vigie::alerting {
namespace {

/// Ratchets: these may only grow.
constexpr size_t kAcceptedLeast = 8;
constexpr size_t kRefusedLeast = 15;

/// What Alertmanager itself accepts of the folder; it refuses the rest.
constexpr std::array<std::string_view, 8> kGood{"conf.good.yml",
                                                "conf.group-by-all.yml",
                                                "conf.http-config.good.yml",
                                                "conf.mattermost-default-webhook-url.yml",
                                                "conf.rocketchat-default-token-file.yml",
                                                "conf.smtp-password-global-and-local.yml",
                                                "conf.victorops-default-apikey.yml",
                                                "conf.wechat-default-api-secret-file.yml"};

std::string peers_dir() {
  const config::Environment environment = config::Environment::of_process();
  const std::optional<std::string_view> given = environment.get("VIGIE_PEERS");
  const std::string base =
      given ? std::string(*given) : std::string(VIGIE_SOURCE_DIR) + "/../shared/peers";
  return base + "/alertmanager-config";
}

TEST(Peers, AlertmanagersFilesAreJudgedAsItDoes) {
  const std::string dir = peers_dir();
  if (!std::filesystem::is_directory(dir)) {
    RecordProperty("compared_with", "nothing: no " + dir);
    return;
  }
  size_t accepted = 0;
  size_t refused = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    const std::string name = file.path().filename().string();
    config::Problems problems;
    const config::Node root = config::load_yaml_file(file.path().string(), problems);
    check_book(root, problems);
    const bool good = std::ranges::find(kGood, name) != kGood.end();
    if (good) { EXPECT_TRUE(problems.ok()) << problems.text(); }
    accepted += good && problems.ok() ? 1 : 0;
    refused += !good && !problems.ok() ? 1 : 0;
  }
  RecordProperty("accepted", static_cast<int>(accepted));
  RecordProperty("refused", static_cast<int>(refused));
  EXPECT_GE(accepted, kAcceptedLeast);
  EXPECT_GE(refused, kRefusedLeast);
}

}  // namespace
}  // namespace vigie::alerting
