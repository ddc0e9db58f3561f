#include "incident/book_part.h"

#include <algorithm>

namespace vigie::incident {

namespace {

/// An alert name may be given to several rules; evidence shows a few.
constexpr size_t kExpressionsMax = 4;

}  // namespace

BookPart read_book(const config::Node& root) {
  BookPart part;
  const config::Node services = root["services"];
  for (const config::Node::Entry& service : services.entries()) {
    part.services[service.key.text()] = {.team = service.value["team"].text(),
                                         .environment = service.value["environment"].text()};
  }
  const config::Node chains = root["chains"];
  for (const config::Node::Entry& chain : chains.entries()) {
    const config::Node stages = chain.value["stages"];
    for (const config::Node& stage : stages.items()) {
      if (stage["flow"].text().empty()) { continue; }
      part.flows[chain.key.text()].push_back(
          {.stage = stage["name"].text(), .expr = stage["flow"].text()});
    }
  }
  const config::Node groups = root["rule_groups"];
  for (const config::Node& group : groups.items()) {
    const config::Node rules = group["rules"];
    for (const config::Node& rule : rules.items()) {
      const std::string name = rule["alert"].text();
      if (name.empty()) { continue; }
      std::vector<std::string>& known = part.rules[name];
      const std::string expr = rule["expr"].text();
      const bool fresh = std::ranges::find(known, expr) == known.end();
      if (fresh && known.size() < kExpressionsMax) { known.push_back(expr); }
    }
  }
  return part;
}

}  // namespace vigie::incident
