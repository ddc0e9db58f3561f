#include "daemon/valve.h"

namespace vigie::daemon {

namespace {

std::string condition(std::string_view rule, const Labels& labels) {
  return std::string(rule) + '\n' + labels.text();
}

/// What an event is about; "" for one that is never held.
std::string identity_of(const EventBody& event) {
  if (const auto* rose = std::get_if<ConditionRose>(&event)) {
    return condition(rose->rule, rose->labels);
  }
  if (const auto* updated = std::get_if<ConditionUpdated>(&event)) {
    return condition(updated->rule, updated->labels);
  }
  if (const auto* fell = std::get_if<ConditionFell>(&event)) {
    return condition(fell->rule, fell->labels);
  }
  if (const auto* flow = std::get_if<StageFlowChanged>(&event)) {
    return flow->chain + '/' + flow->stage;
  }
  return {};
}

}  // namespace

void Valve::pass(EventBody event) {
  std::string identity = identity_of(event);
  {
    const std::lock_guard lock(mutex_);
    if (holding_ && !identity.empty()) {
      keep(std::move(identity), std::move(event));
      return;
    }
    if (const auto* flow = std::get_if<StageFlowChanged>(&event)) { flows_[identity] = flow->flow; }
  }
  sink_(std::move(event));
}

void Valve::keep(std::string identity, EventBody event) {
  if (const auto* flow = std::get_if<StageFlowChanged>(&event)) {
    const auto sent = flows_.find(identity);
    if (sent != flows_.end() && sent->second == flow->flow) {
      held_.erase(identity);
      return;
    }
    held_.insert_or_assign(std::move(identity), std::move(event));
    return;
  }
  const auto before = held_.find(identity);
  if (before == held_.end()) {
    held_.emplace(std::move(identity), std::move(event));
    return;
  }
  const bool rose_before = std::holds_alternative<ConditionRose>(before->second);
  const bool fell_before = std::holds_alternative<ConditionFell>(before->second);
  if ((rose_before && std::holds_alternative<ConditionFell>(event)) ||
      (fell_before && std::holds_alternative<ConditionRose>(event))) {
    // As it was when the valve closed.
    held_.erase(before);
    return;
  }
  const auto* updated = std::get_if<ConditionUpdated>(&event);
  if (rose_before && updated != nullptr) {
    event = ConditionRose{.rule = updated->rule,
                          .labels = updated->labels,
                          .annotations = updated->annotations,
                          .value = updated->value};
  }
  before->second = std::move(event);
}

void Valve::hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void Valve::release() {
  std::map<std::string, EventBody> out;
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
    out.swap(held_);
    for (const auto& [identity, event] : out) {
      if (const auto* flow = std::get_if<StageFlowChanged>(&event)) {
        flows_[identity] = flow->flow;
      }
    }
  }
  for (auto& [identity, event] : out) { sink_(std::move(event)); }
}

}  // namespace vigie::daemon
