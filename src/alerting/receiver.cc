#include "alerting/receiver.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "alerting/tables.h"
#include "config/field.h"

namespace vigie::alerting {

using config::Node;
using config::Problems;

namespace {

/// A kind of Alertmanager's receivers and where its credential may stand. `any_of` lists keys
/// separated by blanks, of the entry or, as they are called there, of `global`.
struct KnownKind {
  std::string_view key;  ///< "webhook_configs"
  bool sent = false;
  bool resolved = true;  ///< send_resolved when nothing is said.
  std::string_view own, global;
};

constexpr std::array<KnownKind, 18> kKinds{{
    {"webhook_configs", true, true, "", ""},
    {"email_configs", true, false, "", ""},
    {"discord_configs", false, true, "", ""},
    {"jira_configs", false, true, "", ""},
    {"mattermost_configs", false, true, "webhook_url webhook_url_file",
     "mattermost_webhook_url mattermost_webhook_url_file"},
    {"msteams_configs", false, true, "", ""},
    {"msteamsv2_configs", false, true, "", ""},
    {"opsgenie_configs", false, true, "api_key api_key_file",
     "opsgenie_api_key opsgenie_api_key_file"},
    {"pagerduty_configs", false, true, "", ""},
    {"pushover_configs", false, true, "", ""},
    {"rocketchat_configs", false, true, "token token_file",
     "rocketchat_token rocketchat_token_file"},
    {"slack_configs", false, false, "api_url api_url_file app_token app_token_file",
     "slack_api_url slack_api_url_file slack_app_token slack_app_token_file"},
    {"sns_configs", false, true, "", ""},
    {"telegram_configs", false, true, "bot_token bot_token_file",
     "telegram_bot_token telegram_bot_token_file"},
    {"victorops_configs", false, true, "api_key api_key_file",
     "victorops_api_key victorops_api_key_file"},
    {"webex_configs", false, true, "", ""},
    {"wechat_configs", false, false, "api_secret api_secret_file",
     "wechat_api_secret wechat_api_secret_file"},
    {"incidentio_configs", false, true, "", ""},
}};

const KnownKind* find_kind(std::string_view key) {
  const auto found = std::ranges::find(kKinds, key, &KnownKind::key);
  return found == kKinds.end() ? nullptr : &*found;
}

bool has_any(const Node& node, std::string_view keys) {
  while (!keys.empty()) {
    const size_t blank = std::min(keys.find(' '), keys.size());
    if (node.has(keys.substr(0, blank))) { return true; }
    keys.remove_prefix(std::min(blank + 1, keys.size()));
  }
  return false;
}

/// A secret and a file with it, both given: Alertmanager refuses to guess.
void check_pairs(const Node& node, Problems& problems) {
  for (const Node::Entry& entry : node.entries()) {
    const std::string& key = entry.key.text();
    if (node.has(key + "_file")) {
      problems.error(entry.key.place(),
                     fmt::format("at most one of {} and {}_file can be given", key, key));
    }
  }
}

void check_global(const Node& global, Problems& problems) {
  check_pairs(global, problems);
  const bool url = global.has("slack_api_url") || global.has("slack_api_url_file");
  const bool token = global.has("slack_app_token") || global.has("slack_app_token_file");
  const bool same = global["slack_api_url"].text() == "https://slack.com/api/chat.postMessage";
  if (url && token && !same) {
    problems.error(global.place(), "at most one of slack_api_url and slack_app_token can be given");
  }
}

void read_kind(const Node::Entry& entry, const KnownKind& kind, const Node& global,
               std::vector<Integration>& out, Problems& problems) {
  const std::string name(kind.key.substr(0, kind.key.find("_configs")));
  if (!entry.value.is_sequence() && !entry.value.is_null()) {
    problems.error(entry.value.place(), fmt::format("{} must be a list", kind.key));
    return;
  }
  int64_t index = 0;
  for (const Node& item : entry.value.items()) {
    check_pairs(item, problems);
    if (!kind.own.empty() && !has_any(item, kind.own) && !has_any(global, kind.global)) {
      problems.error(item.place(), fmt::format("{} needs one of: {}", name, kind.own));
    }
    bool resolved = kind.resolved;
    if (item.has("send_resolved")) {
      const Result<bool> given = config::parse_boolean(item["send_resolved"].text());
      if (given) { resolved = *given; }
      if (!given) { problems.error(item["send_resolved"].place(), given.error().what); }
    }
    if (kind.sent) { out.push_back({.kind = name, .index = index, .send_resolved = resolved}); }
    ++index;
  }
  if (!kind.sent && index > 0) {
    problems.warn(entry.key.place(), fmt::format("{} is not sent by this release", kind.key),
                  "use webhook_configs or email_configs");
  }
}

}  // namespace

std::span<const config::Field> receiver_fields() {
  static const std::vector<config::Field> table = [] {
    std::vector<config::Field> all{
        {.name = "name", .help = "how routes refer to it", .required = true}};
    for (const KnownKind& kind : kKinds) {
      all.push_back({.name = kind.key,
                     .type = config::FieldType::list,
                     .help = kind.sent ? "where the alerts are sent" : "where they would be sent",
                     .later = !kind.sent});
    }
    return all;
  }();
  return table;
}

Receivers read_receivers(const Node& root, Problems& problems) {
  Receivers out;
  const Node global = root["global"];
  check_global(global, problems);
  std::vector<std::string_view> known{"name"};
  for (const KnownKind& kind : kKinds) { known.push_back(kind.key); }
  for (const Node& node : root["receivers"].items()) {
    const std::string name = node["name"].text();
    if (name.empty()) {
      problems.error(node.place(), "a receiver needs a name");
      continue;
    }
    std::vector<Integration> integrations;
    for (const Node::Entry& entry : node.entries()) {
      const KnownKind* kind = find_kind(entry.key.text());
      if (kind != nullptr) {
        read_kind(entry, *kind, global, integrations, problems);
      } else if (entry.key.text() != "name") {
        problems.error(entry.key.place(), fmt::format("unknown key \"{}\"", entry.key.text()),
                       config::did_you_mean(entry.key.text(), known));
      }
    }
    std::ranges::sort(integrations, {}, [](const Integration& i) {
      return std::pair{i.kind, i.index};
    });
    if (!out.emplace(name, std::move(integrations)).second) {
      problems.error(node["name"].place(), fmt::format("receiver \"{}\" is defined twice", name));
    }
  }
  return out;
}

}  // namespace vigie::alerting
