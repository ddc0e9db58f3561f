#include "oncall/receivers.h"

#include <algorithm>

#include "oncall/notifier_kind.h"

namespace vigie::oncall {

const NotifierKind* find_notifier_kind(std::string_view name) {
  for (const NotifierKind* kind : notifier_kinds()) {
    if (kind->name == name) { return kind; }
  }
  return nullptr;
}

config::Node receiver_entry(const config::Node& root, std::string_view receiver,
                            std::string_view kind, int64_t index) {
  const config::Node receivers = root["receivers"];
  for (const config::Node& item : receivers.items()) {
    if (item["name"].text() != receiver) { continue; }
    const config::Node entries = item[std::string(kind) + "_configs"];
    const auto wanted = static_cast<size_t>(index);
    return index >= 0 && wanted < entries.size() ? entries.items()[wanted] : config::Node::null();
  }
  return config::Node::null();
}

void check_receivers(const config::Node& root, config::Problems& problems) {
  const config::Node receivers = root["receivers"];
  for (const config::Node& receiver : receivers.items()) {
    for (const NotifierKind* kind : notifier_kinds()) {
      const config::Node entries = receiver[std::string(kind->name) + "_configs"];
      for (const config::Node& entry : entries.items()) {
        const config::Settings settings = config::Settings::read(entry, kind->fields, problems);
        if (kind->check != nullptr) { kind->check(settings, root, problems); }
      }
    }
  }
}

}  // namespace vigie::oncall
