// Prometheus' and Alertmanager's own configuration samples must at least be readable: what they
// mean is tested in the rooms that act on them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/book.h"

namespace vigie::config {
namespace {

std::filesystem::path peers_dir() {
  const char* given = std::getenv("VIGIE_PEERS");
  if (given != nullptr) { return given; }
  return std::filesystem::path(VIGIE_SOURCE_DIR) / ".." / "shared" / "peers";
}

/// Names of the files that cannot be read, and how many there were.
std::vector<std::string> unreadable(const std::string& folder, size_t& count) {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(peers_dir() / folder)) {
    Problems problems;
    const Node root = load_yaml_file(file.path().string(), problems);
    ++count;
    if (!problems.ok() || !root.is_map()) { out.push_back(file.path().filename().string()); }
    const std::string text = to_text(root.to_json());
    EXPECT_EQ(to_text(Node::from_json(*parse_json(text)).to_json()), text) << file.path();
  }
  return out;
}

TEST(Peers, SamplesAreRead) {
  if (!std::filesystem::exists(peers_dir() / "prometheus-config")) {
    log::warn("config", "the peers' samples are not here; set VIGIE_PEERS to read them");
    return;
  }
  size_t count = 0;
  // The one whose fault is a duplicate key, which is found while reading.
  EXPECT_EQ(unreadable("prometheus-config", count),
            std::vector<std::string>{"section_key_dup.bad.yml"});
  EXPECT_EQ(unreadable("alertmanager-config", count), std::vector<std::string>{});
  EXPECT_GE(count, 120U);
}

}  // namespace
}  // namespace vigie::config
