// Prometheus' own configuration tests: what it accepts we accept, what it refuses we refuse, as far
// as scraping goes. The folder is not part of the project; without it this test says so.

#include <gtest/gtest.h>

#include <filesystem>

#include "base/log.h"
#include "collect/collect.h"
#include "config/book.h"

namespace vigie::collect {
namespace {

/// Ratchets: these may only grow.
constexpr size_t kAcceptedLeast = 22;
constexpr size_t kRefusedLeast = 58;

std::string peers_dir() {
  const auto environment = config::Environment::of_process();
  const auto given = environment.get("VIGIE_PEERS");
  const std::string base =
      given ? std::string(*given) : std::string(VIGIE_SOURCE_DIR) + "/../shared/peers";
  return base + "/prometheus-config";
}

/// Everything wrong with the file's scraping; "" when nothing is.
std::string complaints(const std::string& path) {
  config::Problems problems;
  const config::Node root = config::load_yaml_file(path, problems);
  check_book(root, problems);
  return problems.ok() ? "" : problems.text();
}

/// Of a good file: the only complaints are about discovery that this release does not have.
bool only_discovery(const std::string& text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const bool lacking = line.find("_sd_configs is not in this release") != std::string::npos ||
                         line.find(": warning: ") != std::string::npos;
    if (!line.empty() && !lacking) { return false; }
    at = end + 1;
  }
  return true;
}

/// What the file is about, when it is not scraping: other rooms answer for it.
bool is_elsewhere(const std::string& name) {
  for (const char* other :
       {"empty_alert", "empty_rr", "empty_rw", "labelname", "labelvalue", "otlp", "remote_",
        "scrape_config_files", "static_config.bad", "tracing", "tsdb_"}) {
    if (name.find(other) != std::string::npos) { return true; }
  }
  return false;
}

TEST(PrometheusPeers, ScrapeSectionsAreAcceptedAndRefusedAlike) {
  const std::string dir = peers_dir();
  if (!std::filesystem::is_directory(dir)) {
    log::info("test", "no {}: nothing to compare with", dir);
    return;
  }
  size_t accepted = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const std::string name = entry.path().filename();
    const std::string said = complaints(entry.path());
    if (name.ends_with(".good.yml")) {
      EXPECT_TRUE(only_discovery(said)) << name << "\n" << said;
      accepted += only_discovery(said) ? 1 : 0;
    } else if (name.ends_with(".bad.yml") && !is_elsewhere(name)) {
      EXPECT_NE(said, "") << name;
      refused += said.empty() ? 0 : 1;
    }
  }
  log::info("test", "{} good files accepted, {} bad files refused", accepted, refused);
  EXPECT_GE(accepted, kAcceptedLeast);
  EXPECT_GE(refused, kRefusedLeast);
}

}  // namespace
}  // namespace vigie::collect
